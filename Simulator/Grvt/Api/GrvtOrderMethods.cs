using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt.Signing;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The calls that place, cancel and ask about orders (sheet, section 6).</summary>
internal sealed class GrvtOrderMethods(SimulatorContext context, GrvtDesk desk, GrvtVerifier verifier, Func<GrvtPipeline> pipeline)
{
    private const int MostOfABulk = 100;
    private static readonly TimeSpan _usualTimeToLive = TimeSpan.FromMilliseconds(100);

    public IEnumerable<GrvtMethod> Methods() =>
    [
        new("v1/create_order", true, true, GrvtCallClass.Order, "create", Create),
        new("v2/bulk_orders", true, true, GrvtCallClass.Order, "bulk", Bulk),
        new("v1/cancel_order", true, true, GrvtCallClass.Order, "request", Cancel),
        new("v1/cancel_all_orders", true, true, GrvtCallClass.CancelAll, "request", CancelAll),
        new("v1/cancel_on_disconnect", true, true, GrvtCallClass.Timer, "request", CancelOnDisconnect),
        new("v1/order", true, false, GrvtCallClass.Read, "request", Order),
        new("v1/open_orders", true, false, GrvtCallClass.Read, "request", OpenOrders),
        new("v1/order_history", true, false, GrvtCallClass.Read, "request", OrderHistory),
    ];

    /// <summary>An order that nobody has signed: for the control port.</summary>
    public static GrvtTicket Read(GrvtRequest order, bool signed)
    {
        if (order.Text("order_id") is { } id && id.AsSpan().TrimStart("0x").Trim('0').Length > 0)
        {
            throw new GrvtErrorException(2010);
        }

        if (order.Has("state"))
        {
            throw new GrvtErrorException(2050);
        }

        var legs = order.Many("legs") ?? [];
        if (legs.Count != 1)
        {
            throw new GrvtErrorException(legs.Count == 0 ? 2040 : 2042);
        }

        var metadata = order.Inside("metadata") ?? throw new GrvtErrorException(2011);
        if (metadata.Has("create_time") && metadata.Text("create_time") is not ("" or "0"))
        {
            throw new GrvtErrorException(2051);
        }

        var trigger = metadata.Inside("trigger");
        var tpsl = trigger?.Inside("tpsl");
        var builder = order.Text("builder") is { } address && address.AsSpan().Trim("0xX").Length > 0 ? GrvtVerifier.Address(address) : null;
        return new GrvtTicket
        {
            SubAccountId = order.Unsigned("sub_account_id") ?? throw new GrvtErrorException(3020),
            ClientOrderId = metadata.Unsigned("client_order_id") ?? throw new GrvtErrorException(2011),
            Symbol = legs[0].Text("instrument") ?? throw new GrvtErrorException(2061),
            Side = legs[0].Flag("is_buying_asset") ? Side.Buy : Side.Sell,
            IsMarket = order.Flag("is_market"),
            TimeInForce = order.Text("time_in_force") ?? throw new GrvtErrorException(2030),
            PostOnly = order.Flag("post_only"),
            ReduceOnly = order.Flag("reduce_only"),
            Size = legs[0].Decimal("size") ?? throw new GrvtErrorException(2062),
            Price = legs[0].Decimal("limit_price") ?? 0,
            Trigger = trigger is null || trigger.Text("trigger_type") is null or "UNSPECIFIED" ? null : new GrvtTrigger(
                trigger.Text("trigger_type")!, tpsl?.Text("trigger_by") ?? "UNSPECIFIED", tpsl?.Decimal("trigger_price") ?? 0, tpsl?.Flag("close_position") ?? false),
            Signature = signed ? GrvtVerifier.Read(order.Inside("signature") ?? throw new GrvtErrorException(2002)) : GrvtSignature.None,
            Broker = metadata.Text("broker"),
            Builder = builder,
            BuilderFee = builder is null ? 0 : order.Decimal("builder_fee") ?? 0,
        };
    }

    private void Create(GrvtCall call, GrvtWriter writer) =>
        writer.Object("result", "order", Take(call, call.Request.Inside("order") ?? throw new GrvtErrorException(1003)).WriteAccepted);

    private GrvtOrder Take(GrvtCall call, GrvtRequest request)
    {
        var account = call.Session!.Account;
        var ticket = Read(request, signed: true);
        if (ticket.SubAccountId != account.SubAccountId)
        {
            throw new GrvtErrorException(2003);
        }

        var feed = desk.Feed(ticket.Symbol);
        var digest = verifier.VerifyOrder(account, ticket, feed.Instrument);
        if (account.Taken.Contains(digest))
        {
            // What was signed once is good for one order.
            throw new GrvtErrorException(2012);
        }

        var order = desk.Place(account, ticket);
        account.Taken.Add(digest);
        return order;
    }

    private void Bulk(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var creates = call.Request.Many("orders") ?? [];
        var ids = call.Request.Texts("order_ids") ?? call.Request.Texts("order_i_ds") ?? [];
        var clientIds = call.Request.Texts("client_order_ids") ?? call.Request.Texts("client_order_i_ds") ?? [];
        if (creates.Count > MostOfABulk || ids.Count > MostOfABulk || clientIds.Count > MostOfABulk)
        {
            throw new GrvtErrorException(2232);
        }

        if (ids.Count > 0 && clientIds.Count > 0)
        {
            throw new GrvtErrorException(2233);
        }

        if (creates.Select(order => (order.Many("legs") is [var leg, ..] ? leg.Text("instrument") : null)).Distinct().Count() > 1)
        {
            throw new GrvtErrorException(2234);
        }

        var found = ids.Select(account.Find).Concat(clientIds.Select(id => ulong.TryParse(id, out var number) ? account.Find(number) : throw new GrvtErrorException(1003))).ToArray();
        foreach (var order in found)
        {
            if (order is not null)
            {
                pipeline().NotePart(call, "v2/bulk_orders/cancel", order);
                desk.Cancel(order, "CLIENT_BULK_CANCEL");
            }
        }

        var made = new List<GrvtOrder>();
        foreach (var create in creates)
        {
            var order = Take(call, create);
            pipeline().NotePart(call, "v2/bulk_orders/create", order);
            made.Add(order);
        }

        writer.Objects("orders", "order", made, static (inner, order) => order.WriteAccepted(inner));
        writer.Objects("cancel_acks", "ack", found, static (inner, _) => inner.Flag("ack", true));
    }

    private void Cancel(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var timeToLive = _usualTimeToLive;
        if (call.Request.Signed("time_to_live_ms") is { } asked && asked != 0)
        {
            timeToLive = asked is > 0 and <= 5000 ? TimeSpan.FromMilliseconds(asked / 100 * 100) : throw new GrvtErrorException(2301);
        }

        var order = Named(account, call.Request, out var clientOrderId);
        if (order is { IsOpen: true })
        {
            desk.Cancel(order, "CLIENT_CANCEL");
        }
        else if (clientOrderId is { } id && timeToLive > TimeSpan.Zero)
        {
            desk.Kill(account, id, timeToLive);
        }

        Acknowledge(writer);
    }

    private void CancelAll(GrvtCall call, GrvtWriter writer)
    {
        foreach (var order in call.Account().OpenOrders.Where(Filter(call.Request)).ToArray())
        {
            desk.Cancel(order, "CLIENT_BULK_CANCEL");
        }

        Acknowledge(writer);
    }

    private void CancelOnDisconnect(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var milliseconds = call.Request.Signed("countdown_time") ?? 6000;
        if (milliseconds is not 0 and (< 1000 or > 300_000))
        {
            throw new GrvtErrorException(milliseconds > 300_000 ? 6000 : 1003);
        }

        var asked = ++account.Countdown;
        if (milliseconds != 0)
        {
            context.Timetable.After(TimeSpan.FromSeconds(milliseconds / 1000), () =>
            {
                if (account.Countdown == asked)
                {
                    foreach (var order in account.OpenOrders.ToArray())
                    {
                        desk.Cancel(order, "CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED");
                    }
                }
            });
        }

        Acknowledge(writer);
    }

    private void Order(GrvtCall call, GrvtWriter writer)
    {
        var order = Named(call.Account(), call.Request, out _);
        if (order is null || IsHidden(call, order))
        {
            throw new GrvtErrorException(1004);
        }

        writer.Object("result", "order", order.Write);
    }

    private void OpenOrders(GrvtCall call, GrvtWriter writer) => writer.Objects(
        "result", "order", call.Account().OpenOrders.Where(Filter(call.Request)).Where(order => !IsHidden(call, order)).ToArray(),
        static (inner, order) => order.Write(inner));

    private void OrderHistory(GrvtCall call, GrvtWriter writer)
    {
        var closed = call.Account().Orders.Where(static order => !order.IsOpen).Where(Filter(call.Request)).Where(order => !IsHidden(call, order));
        GrvtPaging.Write(call.Request, writer, "order", closed, static order => order.UpdateTime, static (inner, order) => order.Write(inner));
    }

    /// <summary>The order of either id; 3021 when there is none of both.</summary>
    private static GrvtOrder? Named(GrvtAccount account, GrvtRequest request, out ulong? clientOrderId)
    {
        clientOrderId = request.Unsigned("client_order_id");
        if (request.Text("order_id") is { Length: > 0 } id)
        {
            return account.Find(id.ToLowerInvariant());
        }

        return account.Find(clientOrderId ?? throw new GrvtErrorException(3021));
    }

    private static Func<GrvtOrder, bool> Filter(GrvtRequest request)
    {
        var (kinds, bases, quotes) = (request.Texts("kind"), request.Texts("base"), request.Texts("quote"));
        return order => Has(kinds, "PERPETUAL") && Has(bases, order.Feed.Instrument.Core.BaseAsset) && Has(quotes, order.Feed.Instrument.Core.QuoteAsset);

        static bool Has(IReadOnlyList<string>? wanted, string value) => wanted is null or { Count: 0 } || wanted.Contains(value);
    }

    private static void Acknowledge(GrvtWriter writer) => writer.Object("result", "ack", static inner => inner.Flag("ack", true));

    private bool IsHidden(GrvtCall call, GrvtOrder order) => context.Faults.Take(FaultKind.HideOrder, new FaultScope(
        GrvtVenue.VenueName, call.Channel, call.Connection, Symbol: order.Symbol, Method: call.Method.Name, ClientOrderId: GrvtText.Of(order.ClientOrderId))) is not null;
}
