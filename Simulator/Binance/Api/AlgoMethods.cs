using System.Text.Json;
using Exchange.Simulator.Binance.Algo;
using Exchange.Simulator.Binance.Trading;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Conditional orders (sheet, section 6.5): place and cancel over both channels, the rest over REST.</summary>
internal sealed class AlgoMethods(SimulatorContext context, TradingDesk desk, AlgoService algo, OrderMethods orders)
{
    public IEnumerable<ApiMethod> Methods() =>
    [
        new("algoOrder.place", "POST /fapi/v1/algoOrder", Security.Trade, _ => 0, (1, 1), Place),
        new("algoOrder.cancel", "DELETE /fapi/v1/algoOrder", Security.Trade, _ => 1, default, Cancel),
        Rest("GET /fapi/v1/algoOrder", Security.UserData, _ => 1, Query),
        Rest("GET /fapi/v1/openAlgoOrders", Security.UserData, parameters => parameters.Has("symbol") ? 1 : 40, Open),
        Rest("GET /fapi/v1/allAlgoOrders", Security.UserData, _ => 5, All),
        Rest("DELETE /fapi/v1/algoOpenOrders", Security.Trade, _ => 1, CancelAll),
    ];

    private static ApiMethod Rest(string route, Security security, Func<Parameters, int> weight, Action<ApiCall, Utf8JsonWriter> handle) =>
        new(route, route, security, weight, default, handle);

    private void Place(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
        AlgoJson.Write(writer, algo.Place(call.Account, symbol, AlgoTicketReader.Read(call.Parameters, call.Account)), queried: false);
    }

    private AlgoOrder? Find(ApiCall call)
    {
        var (id, clientId) = (call.Parameters.Long("algoId"), call.Parameters["clientAlgoId"]);
        return id is null && clientId is null
            ? throw new BinanceErrorException(400, -1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!")
            : algo.Find(call.Account, id, clientId);
    }

    private void Cancel(ApiCall call, Utf8JsonWriter writer)
    {
        var order = Find(call);
        algo.Cancel(order);
        writer.WriteStartObject();
        writer.WriteNumber("algoId"u8, order!.AlgoId);
        writer.WriteString("clientAlgoId"u8, order.ClientAlgoId);
        writer.WriteString("code"u8, "200"u8);
        writer.WriteString("msg"u8, "success"u8);
        writer.WriteEndObject();
    }

    private void Query(ApiCall call, Utf8JsonWriter writer)
    {
        var order = Find(call);
        if (order is null || orders.IsHidden(call, order.Symbol, order.ClientAlgoId))
        {
            throw OrderMethods.NotThere(-2013);
        }

        AlgoJson.Write(writer, order, queried: true);
    }

    private void Open(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = SymbolOrNull(call);
        List(call, writer, algo.Orders.Where(order => order.IsOpen && (symbol is null || order.Symbol == symbol)));
    }

    private void All(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
        var (start, end) = TimeWindow.Read(call.Parameters, context.Clock.VenueMilliseconds);
        var from = call.Parameters.Long("algoId");
        List(call, writer, algo.Orders
            .Where(order => order.Symbol == symbol && (from is null ? order.CreateTime >= start && order.CreateTime <= end : order.AlgoId >= from)),
            call.Parameters.Limit(500, 1000), first: from is not null);
    }

    private void List(ApiCall call, Utf8JsonWriter writer, IEnumerable<AlgoOrder> found, int limit = int.MaxValue, bool first = false)
    {
        var own = found.Where(order => order.Account == call.Account && !orders.IsHidden(call, order.Symbol, order.ClientAlgoId));
        writer.WriteStartArray();
        foreach (var order in first ? own.Take(limit) : own.ToArray().TakeLast(limit))
        {
            AlgoJson.Write(writer, order, queried: true);
        }

        writer.WriteEndArray();
    }

    private void CancelAll(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = desk.Feed(call.Parameters.Required("symbol")).Instrument.Symbol;
        foreach (var order in algo.Orders.Where(order => order.Account == call.Account && order.Symbol == symbol && order.Status == "NEW").ToArray())
        {
            algo.Cancel(order);
        }

        writer.WriteStartObject();
        writer.WriteNumber("code"u8, 200);
        writer.WriteString("msg"u8, "The operation of cancel all open order is done."u8);
        writer.WriteEndObject();
    }

    private string? SymbolOrNull(ApiCall call) =>
        call.Parameters["symbol"] is { } symbol ? desk.Feed(symbol).Instrument.Symbol : null;
}

/// <summary>The time window of a history call: seven days at most, the last seven by default.</summary>
internal static class TimeWindow
{
    public const long Longest = 7L * 24 * 60 * 60_000;

    public static (long Start, long End) Read(Parameters parameters, long now)
    {
        var (start, end) = (parameters.Long("startTime"), parameters.Long("endTime"));
        if (start > end)
        {
            throw new BinanceErrorException(400, -1023, "Start time is greater than end time.");
        }

        return (start, end) switch
        {
            (null, null) => (now - Longest, now),
            (null, { } until) => (until - Longest, until),
            ({ } from, null) => (from, Math.Min(now, from + Longest)),
            ({ } from, { } until) when until - from <= Longest => (from, until),
            _ => throw new BinanceErrorException(400, -4165, "Invalid time interval: Maximum time interval is 7 days."),
        };
    }
}
