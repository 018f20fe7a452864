using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Api;

/// <summary>What an account asks about its past and its working orders (sheet, section 9).</summary>
internal sealed class ListMethods(SimulatorContext context, TradingDesk desk, OrderMethods orders)
{
    private const long TradesKept = 92L * 24 * 60 * 60_000;

    public IEnumerable<ApiMethod> Methods() =>
    [
        Rest("GET /fapi/v1/openOrders", parameters => parameters.Has("symbol") ? 1 : 40, OpenOrders),
        Rest("GET /fapi/v1/openOrder", _ => 1, OpenOrder),
        Rest("GET /fapi/v1/allOrders", _ => 5, AllOrders),
        Rest("GET /fapi/v1/userTrades", _ => 5, UserTrades),
        Rest("GET /fapi/v1/income", _ => 30, Incomes),
    ];

    private static ApiMethod Rest(string route, Func<Parameters, int> weight, Action<ApiCall, Utf8JsonWriter> handle) =>
        new(route, route, Security.UserData, weight, default, handle);

    private string? SymbolOrNull(ApiCall call) => call.Parameters["symbol"] is { } symbol ? desk.Feed(symbol).Instrument.Symbol : null;

    private void OpenOrders(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = SymbolOrNull(call);
        writer.WriteStartArray();
        foreach (var order in call.Account.OpenOrders)
        {
            if ((symbol is null || order.Symbol == symbol) && !orders.IsHidden(call, order))
            {
                OrderJson.WriteQueried(writer, order);
            }
        }

        writer.WriteEndArray();
    }

    private void OpenOrder(ApiCall call, Utf8JsonWriter writer)
    {
        var order = orders.Query(call);
        if (!order.IsOpen)
        {
            throw OrderMethods.NotThere(-2013);
        }

        OrderJson.WriteQueried(writer, order);
    }

    private void AllOrders(ApiCall call, Utf8JsonWriter writer)
    {
        var symbol = SymbolOrNull(call);
        var from = call.Parameters.Long("orderId");
        var (start, end) = TimeWindow.Read(call.Parameters, context.Clock.VenueMilliseconds);
        var found = call.Account.Orders.Where(order => (symbol is null || order.Symbol == symbol) && !orders.IsForgotten(order)
            && (from is { } least ? order.OrderId >= least : order.Time >= start && order.Time <= end));
        writer.WriteStartArray();
        foreach (var order in Page(found, call.Parameters, fromTheStart: from is not null))
        {
            if (!orders.IsHidden(call, order))
            {
                OrderJson.WriteQueried(writer, order, inHistory: true);
            }
        }

        writer.WriteEndArray();
    }

    private void UserTrades(ApiCall call, Utf8JsonWriter writer)
    {
        var parameters = call.Parameters;
        var symbol = desk.Feed(parameters.Required("symbol")).Instrument.Symbol;
        var (from, orderId) = (parameters.Long("fromId"), parameters.Long("orderId"));
        if (from is not null && (parameters.Has("startTime") || parameters.Has("endTime")))
        {
            throw new BinanceErrorException(400, -1128, "Combination of optional parameters invalid.");
        }

        var now = context.Clock.VenueMilliseconds;
        var (start, end) = TimeWindow.Read(parameters, now);
        var found = call.Account.Fills.Where(fill => fill.Order.Symbol == symbol && fill.Time > now - TradesKept
            && (orderId is null || fill.Order.OrderId == orderId)
            && (from is { } least ? fill.TradeId >= least : fill.Time >= start && fill.Time <= end));
        writer.WriteStartArray();
        foreach (var fill in Page(found, parameters, fromTheStart: from is not null))
        {
            WriteTrade(writer, fill);
        }

        writer.WriteEndArray();
    }

    /// <summary>Oldest first. Whoever says where to begin gets the first of them, everybody else the last.</summary>
    private static IEnumerable<T> Page<T>(IEnumerable<T> found, Parameters parameters, bool fromTheStart, int normal = 500)
    {
        var limit = parameters.Limit(normal, 1000);
        return fromTheStart || parameters.Has("startTime") ? found.Take(limit) : found.ToArray().TakeLast(limit);
    }

    private static void WriteTrade(Utf8JsonWriter writer, Fill fill)
    {
        var order = fill.Order;
        var core = order.Feed.Instrument.Core;
        writer.WriteStartObject();
        writer.WriteBoolean("buyer"u8, order.Side == Side.Buy);
        writer.WriteFixed("commission"u8, fill.Commission, 8);
        writer.WriteString("commissionAsset"u8, fill.CommissionAsset);
        writer.WriteNumber("id"u8, fill.TradeId);
        writer.WriteBoolean("maker"u8, fill.IsMaker);
        writer.WriteNumber("orderId"u8, order.OrderId);
        writer.WriteFixed("price"u8, fill.Price, core.PriceDigits);
        writer.WriteFixed("qty"u8, fill.Quantity, core.QuantityDigits);
        writer.WriteFixed("quoteQty"u8, fill.Price * fill.Quantity, 5);
        writer.WriteFixed("baseQty"u8, fill.Quantity, core.QuantityDigits);
        writer.WriteString("marginAsset"u8, fill.CommissionAsset);
        writer.WritePlain("realizedPnl"u8, fill.Realised);
        writer.WriteString("side"u8, OrderJson.Word(order.Side));
        writer.WriteString("positionSide"u8, OrderJson.Word(order.PositionSide));
        writer.WriteString("symbol"u8, order.Symbol);
        writer.WriteString("pair"u8, order.Symbol);
        writer.WriteNumber("time"u8, fill.Time);
        writer.WriteEndObject();
    }

    private void Incomes(ApiCall call, Utf8JsonWriter writer)
    {
        var (symbol, type) = (SymbolOrNull(call), call.Parameters["incomeType"]);
        var (start, end) = TimeWindow.Read(call.Parameters, context.Clock.VenueMilliseconds);
        var found = call.Account.Incomes.Where(income => (symbol is null || income.Symbol == symbol) && (type is null || income.Type == type)
            && income.Time >= start && income.Time <= end);
        writer.WriteStartArray();
        foreach (var income in Page(found, call.Parameters, fromTheStart: false, normal: 100))
        {
            writer.WriteStartObject();
            writer.WriteString("symbol"u8, income.Symbol ?? "");
            writer.WriteString("incomeType"u8, income.Type);
            writer.WriteFixed("income"u8, income.Amount, 8);
            writer.WriteString("asset"u8, income.Asset);
            writer.WriteString("info"u8, income.Type);
            writer.WriteNumber("time"u8, income.Time);
            writer.WriteNumber("tranId"u8, income.TransactionId);
            writer.WriteString("tradeId"u8, income.TradeId?.ToString(CultureInfo.InvariantCulture) ?? "");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
