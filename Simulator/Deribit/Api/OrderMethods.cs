using System.Text.Json;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>Placing, editing and cancelling (sheet, sections 4.1, 4.4 and 4.5).</summary>
internal sealed class OrderMethods(TradingDesk desk)
{
    private const string Trade = "trade:read_write";

    private static readonly string[] _types =
        ["all", "limit", "trigger_all", "stop", "stop_all", "stop_limit", "stop_market", "take", "take_all", "take_limit", "take_market", "trailing_all", "trailing_stop"];

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("private/buy", Trade, (call, writer) => Place(call, writer, Side.Buy), Pool.Matching),
        new("private/sell", Trade, (call, writer) => Place(call, writer, Side.Sell), Pool.Matching),
        new("private/edit", Trade, (call, writer) => Edit(call, writer, Open(call)), Pool.Matching),
        new("private/edit_by_label", Trade, (call, writer) => Edit(call, writer, OnlyOne(call)), Pool.Matching),
        new("private/close_position", Trade, ClosePosition, Pool.Matching),
        new("private/cancel", Trade, (call, writer) => OrderJson.WriteOrder(writer, desk.Cancel(Open(call))), Pool.Matching),
        new("private/cancel_by_label", Trade, CancelByLabel, Pool.Matching),
        new("private/cancel_all", Trade, (call, writer) => CancelAll(call, writer, _ => true), Pool.Matching),
        new("private/cancel_all_by_instrument", Trade, CancelByInstrument, Pool.Matching),
        new("private/cancel_all_by_currency", Trade, CancelByCurrency, Pool.Matching),
        new("private/cancel_all_by_currency_pair", Trade, CancelByPair, Pool.Matching),
        new("private/cancel_all_by_kind_or_type", Trade, CancelByKind, Pool.Matching),
    ];

    /// <summary>Whether an order is of the type that a list or a mass cancel names.</summary>
    public static bool IsOf(DeribitOrder order, string type) => type switch
    {
        "all" => true,
        "limit" => !order.IsTrigger,
        "trigger_all" => order.IsTrigger,
        "stop" or "stop_all" => order.IsTrigger && order.Type.StartsWith("stop", StringComparison.Ordinal),
        "take" or "take_all" => order.IsTrigger && order.Type.StartsWith("take", StringComparison.Ordinal),
        "trailing_all" => order.IsTrigger && order.Type == "trailing_stop",
        _ => order.IsTrigger && order.Type == type,
    };

    public static string TypeOf(RpcCall call) => call.Parameters.Word("type", "all", _types);

    /// <summary>The orders that <c>currency</c> and <c>kind</c> choose; both may be <c>any</c> or absent.</summary>
    public static Func<DeribitOrder, bool> Chosen(RpcCall call)
    {
        var currency = call.Parameters.Text("currency") ?? "any";
        var kind = call.Parameters.Word("kind", "any", "any", "future", "option", "spot", "future_combo", "option_combo", "combo");
        return order => (currency == "any" || order.Instrument.SettlementCurrency == currency) && (kind == "any" || order.Instrument.Kind == kind);
    }

    private InstrumentFeed Feed(RpcCall call) => desk.Feed(call.Parameters.Required("instrument_name"));

    /// <summary>An order of the caller's.</summary>
    private static DeribitOrder Open(RpcCall call) => call.Account.Find(call.Parameters.Required("order_id")) ?? throw DeribitException.Of(10004);

    private static DeribitOrder OnlyOne(RpcCall call)
    {
        var (label, instrument) = (call.Parameters.Required("label"), call.Parameters.Required("instrument_name"));
        var found = call.Account.OpenOrders.Where(order => order.Label == label && order.Instrument.Name == instrument).ToArray();
        return found.Length switch
        {
            0 => throw DeribitException.Of(10004),
            1 => found[0],
            _ => throw DeribitException.Of(13032),
        };
    }

    /// <summary>The answer to what may have traded: the order, and what it has been filled with by this call.</summary>
    private static void WriteResult(Utf8JsonWriter writer, DeribitOrder order, int fillsBefore)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("order"u8);
        OrderJson.WriteOrder(writer, order);
        writer.WriteStartArray("trades"u8);
        foreach (var fill in order.Account.Fills.Skip(fillsBefore).Where(fill => fill.Order == order))
        {
            OrderJson.WriteFill(writer, fill);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Place(RpcCall call, Utf8JsonWriter writer, Side side)
    {
        var feed = Feed(call);
        var before = call.Account.Fills.Count;
        var order = desk.Place(call.Account, feed, OrderTicket.Read(call.Parameters, side, feed.Instrument), call.ConnectionId);
        WriteResult(writer, order, before);
    }

    private void Edit(RpcCall call, Utf8JsonWriter writer, DeribitOrder order)
    {
        var parameters = call.Parameters;
        if (parameters.Text("advanced") is not null || parameters.Flag("mmp") == true)
        {
            throw new DeribitException(11030, "other_reject", "advanced and mmp are not simulated");
        }

        var before = call.Account.Fills.Count;
        desk.Edit(order, new OrderEdit(
            OrderTicket.ReadAmount(parameters, order.Instrument) ?? throw DeribitException.Parameters("amount", "value required"),
            parameters.Number("price"), parameters.Number("trigger_price"), parameters.Number("trigger_offset"), parameters.Flag("post_only"),
            parameters.Flag("reject_post_only"), parameters.Flag("reduce_only"), parameters.Whole("valid_until")));
        WriteResult(writer, order, before);
    }

    private void ClosePosition(RpcCall call, Utf8JsonWriter writer)
    {
        var feed = Feed(call);
        var type = call.Parameters.Word("type", "", "limit", "market");
        var amount = call.Account.Position(feed.Instrument).Amount;
        if (amount == 0)
        {
            throw new DeribitException(11030, "other_reject", "no position");
        }

        var before = call.Account.Fills.Count;
        var order = desk.Place(call.Account, feed, new OrderTicket
        {
            Side = amount > 0 ? Side.Sell : Side.Buy,
            Amount = Math.Abs(amount),
            Type = type,
            Price = type == "limit" ? call.Parameters.Number("price") ?? throw DeribitException.Parameters("price", "value required") : null,
            ReduceOnly = true,
        }, call.ConnectionId);
        WriteResult(writer, order, before);
    }

    private void CancelByLabel(RpcCall call, Utf8JsonWriter writer)
    {
        var (label, chosen) = (call.Parameters.Required("label"), Chosen(call));
        Cancel(call, writer, order => order.Label == label && chosen(order));
    }

    private void CancelByInstrument(RpcCall call, Utf8JsonWriter writer)
    {
        var feed = Feed(call);
        CancelAll(call, writer, order => order.Feed == feed);
    }

    private void CancelByCurrency(RpcCall call, Utf8JsonWriter writer)
    {
        _ = call.Parameters.Required("currency");
        CancelAll(call, writer, Chosen(call));
    }

    private void CancelByPair(RpcCall call, Utf8JsonWriter writer)
    {
        var pair = call.Parameters.Required("currency_pair");
        CancelAll(call, writer, order => order.Instrument.PriceIndex == pair);
    }

    /// <summary>The currency may be a word, a list, or <c>any</c>.</summary>
    private void CancelByKind(RpcCall call, Utf8JsonWriter writer)
    {
        var given = call.Parameters.Required("currency");
        IReadOnlyList<string> currencies = given.StartsWith('[') ? call.Parameters.List("currency") : [given];
        var kind = call.Parameters.Text("kind") ?? "any";
        CancelAll(call, writer, order => (currencies.Contains("any") || currencies.Contains(order.Instrument.SettlementCurrency))
            && (kind == "any" || order.Instrument.Kind == kind));
    }

    private void CancelAll(RpcCall call, Utf8JsonWriter writer, Func<DeribitOrder, bool> chosen)
    {
        var type = TypeOf(call);
        Cancel(call, writer, order => chosen(order) && IsOf(order, type));
    }

    /// <summary>Answers a count, or with <c>detailed</c> the orders by instrument.</summary>
    private void Cancel(RpcCall call, Utf8JsonWriter writer, Func<DeribitOrder, bool> chosen)
    {
        var detailed = call.Parameters.Flag("detailed") == true;
        var cancelled = new List<DeribitOrder>();
        desk.Quietly(() => cancelled.AddRange(call.Account.OpenOrders.Where(chosen)
            .Where(order => order.Instrument.State is "open" or "locked").ToArray().Select(order => desk.End(order, "user_request"))));
        if (!detailed)
        {
            writer.WriteNumberValue(cancelled.Count);
            return;
        }

        writer.WriteStartArray();
        foreach (var group in cancelled.GroupBy(order => (order.Instrument, Type: order.IsTrigger ? "trigger" : "limit")))
        {
            writer.WriteStartObject();
            writer.WriteString("currency"u8, group.Key.Instrument.SettlementCurrency);
            writer.WriteString("type"u8, group.Key.Type);
            writer.WriteString("instrument_name"u8, group.Key.Instrument.Name);
            writer.WriteStartArray("result"u8);
            foreach (var order in group)
            {
                OrderJson.WriteOrder(writer, order);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
