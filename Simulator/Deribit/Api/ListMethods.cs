using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>Orders and fills, open and past (sheet, section 6).</summary>
internal sealed class ListMethods(SimulatorContext context, TradingDesk desk)
{
    private const string Read = "trade:read";

    // Without `historical`: orders of the last half hour, trades of the last day; with it, what is older.
    private const long RecentOrders = 30 * 60_000;
    private const long RecentTrades = 24 * 3_600_000;

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("private/get_order_state", Read, GetOrder),
        new("private/get_order_state_by_label", Read, GetByLabel),
        new("private/get_open_orders", Read, (call, writer) => WriteOpen(call, writer, OrderMethods.Chosen(call))),
        new("private/get_open_orders_by_currency", Read, (call, writer) => WriteOpen(call, writer, OfCurrency(call))),
        new("private/get_open_orders_by_instrument", Read, (call, writer) => WriteOpen(call, writer, OfInstrument(call))),
        new("private/get_open_orders_by_label", Read, OpenByLabel),
        new("private/get_order_history_by_currency", Read, (call, writer) => WriteHistory(call, writer, OfCurrency(call))),
        new("private/get_order_history_by_instrument", Read, (call, writer) => WriteHistory(call, writer, OfInstrument(call))),
        new("private/get_trigger_order_history", Read, WriteTriggers),
        new("private/get_user_trades_by_currency", Read, (call, writer) => WriteTrades(call, writer, OfCurrency(call))),
        new("private/get_user_trades_by_currency_and_time", Read, (call, writer) => WriteTrades(call, writer, OfCurrency(call))),
        new("private/get_user_trades_by_instrument", Read, (call, writer) => WriteTrades(call, writer, OfInstrument(call))),
        new("private/get_user_trades_by_instrument_and_time", Read, (call, writer) => WriteTrades(call, writer, OfInstrument(call))),
        new("private/get_user_trades_by_order", Read, WriteTradesOfOrder),
        new("private/get_order_margin_by_ids", Read, WriteMargins),
    ];

    private static void WriteOrders(Utf8JsonWriter writer, IEnumerable<DeribitOrder> orders)
    {
        writer.WriteStartArray();
        foreach (var order in orders)
        {
            OrderJson.WriteOrder(writer, order);
        }

        writer.WriteEndArray();
    }

    private static void WriteFills(Utf8JsonWriter writer, IEnumerable<DeribitFill> fills)
    {
        writer.WriteStartArray();
        foreach (var fill in fills)
        {
            OrderJson.WriteFill(writer, fill);
        }

        writer.WriteEndArray();
    }

    private static Func<DeribitOrder, bool> OfCurrency(RpcCall call)
    {
        _ = call.Parameters.Required("currency");
        return OrderMethods.Chosen(call);
    }

    private static bool IsRecent(RpcCall call, long time, long now, long window) => call.Parameters.Flag("historical") == true ? now - time >= window : now - time < window;

    private Func<DeribitOrder, bool> OfInstrument(RpcCall call)
    {
        var feed = desk.Feed(call.Parameters.Required("instrument_name"));
        return order => order.Feed == feed;
    }

    /// <summary>Whether a fault hides the order from this query.</summary>
    private bool Hides(RpcCall call, DeribitOrder order) => context.Faults.Has(FaultKind.HideOrder) && context.Faults.Take(
        FaultKind.HideOrder, new FaultScope(DeribitVenue.VenueName, call.Connection?.RouteName ?? "rest", call.ConnectionId, Symbol: order.Instrument.Name,
            Method: call.Method.Name, ClientOrderId: order.Label)) is not null;

    private void GetOrder(RpcCall call, Utf8JsonWriter writer)
    {
        var order = call.Account.Find(call.Parameters.Required("order_id"));
        if (order is null || Hides(call, order))
        {
            throw DeribitException.Of(10004);
        }

        OrderJson.WriteOrder(writer, order);
    }

    private void GetByLabel(RpcCall call, Utf8JsonWriter writer)
    {
        var (label, chosen) = (call.Parameters.Required("label"), OfCurrency(call));
        WriteOrders(writer, call.Account.Orders
            .Where(order => order.Label == label && chosen(order) && (order.IsOpen || desk.Now - order.Updated < RecentOrders) && !Hides(call, order)).ToArray());
    }

    private void WriteOpen(RpcCall call, Utf8JsonWriter writer, Func<DeribitOrder, bool> chosen)
    {
        var type = OrderMethods.TypeOf(call);
        WriteOrders(writer, call.Account.OpenOrders.Where(order => chosen(order) && OrderMethods.IsOf(order, type) && !Hides(call, order)).ToArray());
    }

    private void OpenByLabel(RpcCall call, Utf8JsonWriter writer)
    {
        var (label, chosen) = (call.Parameters.Text("label") ?? "", OfCurrency(call));
        WriteOrders(writer, call.Account.OpenOrders.Where(order => order.Label == label && chosen(order) && !Hides(call, order)).ToArray());
    }

    /// <summary>Newest first. A continuation is the place to go on from, as the text that the venue gave.</summary>
    private void WriteHistory(RpcCall call, Utf8JsonWriter writer, Func<DeribitOrder, bool> chosen)
    {
        var parameters = call.Parameters;
        var (count, offset) = (parameters.Count(20), (int)(parameters.Whole("offset") ?? 0));
        var unfilled = parameters.Flag("include_unfilled") == true;
        if (parameters.Text("continuation") is { } continuation
            && !int.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out offset))
        {
            throw DeribitException.Parameters("continuation", "invalid continuation");
        }

        var past = call.Account.Orders.Where(order => !order.IsOpen && order.State != "triggered" && chosen(order) && (unfilled || order.Filled > 0)
                && IsRecent(call, order.Updated, desk.Now, RecentOrders) && !Hides(call, order))
            .OrderByDescending(order => order.Updated).ThenByDescending(order => order.Number).ToArray();
        var page = past.Skip(offset).Take(count).ToArray();
        if (parameters.Flag("with_continuation") != true)
        {
            WriteOrders(writer, page);
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName("orders"u8);
        WriteOrders(writer, page);
        if (offset + page.Length < past.Length)
        {
            writer.WriteString("continuation"u8, (offset + page.Length).ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNull("continuation"u8);
        }

        writer.WriteEndObject();
    }

    private void WriteTriggers(RpcCall call, Utf8JsonWriter writer)
    {
        var chosen = OfCurrency(call);
        writer.WriteStartObject();
        writer.WriteStartArray("entries"u8);
        foreach (var order in call.Account.Orders.Where(order => order.IsTrigger && chosen(order)).Reverse().Take(call.Parameters.Count(20)))
        {
            writer.WriteStartObject();
            writer.WriteString("trigger"u8, order.Trigger);
            writer.WriteNumber("timestamp"u8, order.Updated);
            writer.WriteAmount("trigger_price"u8, order.TriggerPrice ?? 0m);
            writer.WriteString("trigger_order_id"u8, order.OrderId);
            writer.WriteString("order_state"u8, order.State == "untriggered" ? "new" : order.State);
            writer.WriteString("request"u8, "trigger:order"u8);
            writer.WriteString("order_type"u8, order.Type);
            writer.WriteString("label"u8, order.Label);
            writer.WriteString("instrument_name"u8, order.Instrument.Name);
            writer.WriteString("direction"u8, OrderJson.Word(order.Side));
            writer.WriteAmount("amount"u8, order.Amount);
            writer.WriteBoolean("reduce_only"u8, order.ReduceOnly);
            writer.WriteBoolean("post_only"u8, order.PostOnly);
            writer.WriteNumber("last_update_timestamp"u8, order.Updated);
            var fired = call.Account.Orders.Find(candidate => candidate.TriggerOrderId == order.OrderId);
            writer.WriteString("order_id"u8, fired?.OrderId);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNull("continuation"u8);
        writer.WriteEndObject();
    }

    private void WriteTrades(RpcCall call, Utf8JsonWriter writer, Func<DeribitOrder, bool> chosen)
    {
        var parameters = call.Parameters;
        var (from, to) = (parameters.Whole("start_timestamp") ?? 0, parameters.Whole("end_timestamp") ?? long.MaxValue);
        var (first, last) = (parameters.Whole("start_seq") ?? 0, parameters.Whole("end_seq") ?? long.MaxValue);
        var (least, most) = (Number(parameters.Text("start_id")) ?? 0, Number(parameters.Text("end_id")) ?? long.MaxValue);
        var count = parameters.Count(10);
        var found = call.Account.Fills.Where(fill => chosen(fill.Order) && fill.Trade.Time >= from && fill.Trade.Time <= to
                && fill.Trade.Sequence >= first && fill.Trade.Sequence <= last && fill.Trade.Trade.Id >= least && fill.Trade.Trade.Id <= most
                && IsRecent(call, fill.Trade.Time, desk.Now, RecentTrades) && !Hides(call, fill.Order))
            .OrderBy(fill => fill.Trade.Time).ThenBy(fill => fill.Trade.Trade.Id).ToList();
        if (parameters.Word("sorting", "default", "asc", "desc", "default") != "asc")
        {
            found.Reverse();
        }

        writer.WriteStartObject();
        writer.WritePropertyName("trades"u8);
        WriteFills(writer, found.Take(count));
        writer.WriteBoolean("has_more"u8, found.Count > count);
        writer.WriteEndObject();

        static long? Number(string? tradeId) => tradeId is null ? null : long.Parse(tradeId[(tradeId.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>A bare array.</summary>
    private void WriteTradesOfOrder(RpcCall call, Utf8JsonWriter writer)
    {
        var order = call.Account.Find(call.Parameters.Required("order_id"));
        if (order is null || Hides(call, order))
        {
            throw DeribitException.Of(10004);
        }

        WriteFills(writer, call.Account.Fills.Where(fill => fill.Order == order && IsRecent(call, fill.Trade.Time, desk.Now, RecentTrades)));
    }

    private static void WriteMargins(RpcCall call, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var order in call.Parameters.List("ids").Select(call.Account.Find).OfType<DeribitOrder>().Where(order => order.IsOpen))
        {
            writer.WriteStartObject();
            writer.WriteString("order_id"u8, order.OrderId);
            writer.WriteString("initial_margin_currency"u8, order.Instrument.SettlementCurrency);
            writer.WriteAmount("initial_margin"u8, decimal.Round(order.Instrument.Value(order.Remaining, order.Price ?? order.Feed.Mark) * DeribitInstrument.InitialMargin, 8));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
