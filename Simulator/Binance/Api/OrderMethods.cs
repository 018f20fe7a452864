using System.Text.Json;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator.Binance.Api;

/// <summary>Orders one by one: place, modify, cancel, query (sheet, sections 6.1 to 6.4).</summary>
internal sealed class OrderMethods(SimulatorContext context, TradingDesk desk)
{
    private const long UnfilledKept = 3L * 24 * 60 * 60_000;
    private const long Kept = 90L * 24 * 60 * 60_000;

    public IEnumerable<ApiMethod> Methods() =>
    [
        new("order.place", "POST /fapi/v1/order", Security.Trade, _ => 0, (1, 1), Place),
        new("order.modify", "PUT /fapi/v1/order", Security.Trade, _ => 1, (1, 1), Modify),
        new("order.cancel", "DELETE /fapi/v1/order", Security.Trade, _ => 1, default, Cancel),
        new("order.status", "GET /fapi/v1/order", Security.UserData, _ => 1, default, Status),
    ];

    /// <summary>Places one order; gives it and whether its result was asked for.</summary>
    public (TradingOrder Order, bool WantsResult) Place(Account account, Parameters parameters)
    {
        var symbol = desk.Feed(parameters.Required("symbol")).Instrument.Symbol;
        var ticket = OrderTicket.Read(parameters, account, context.Clock.VenueMilliseconds);
        return (desk.Place(account, symbol, ticket), ticket.WantsResult);
    }

    /// <summary>The answer to a place: an acknowledgement, or the final state where that was asked for and there is one.</summary>
    public static void WritePlaced(Utf8JsonWriter writer, TradingOrder order, bool wantsResult) => OrderJson.WritePlaced(
        writer, order, asTakenIn: !(wantsResult && (order.Type == "MARKET" || order.TimeInForce is "IOC" or "FOK")));

    public void WriteModified(Account account, Parameters parameters, Utf8JsonWriter writer)
    {
        var order = FindOpen(account, parameters, missing: -2013);
        var priceMatch = OrderTicket.ReadPriceMatch(parameters, allowed: true);
        var price = parameters.Decimal("price");
        if (price is null && priceMatch == "NONE")
        {
            throw BinanceErrorException.Missing("price");
        }

        if (price is not null && priceMatch != "NONE")
        {
            throw OrderTicket.NotRequired("price");
        }

        var modifyId = parameters.Long("modifyId");
        desk.Amend(order, OrderTicket.ReadSide(parameters), parameters.RequiredDecimal("quantity"), price, priceMatch, modifyId);
        OrderJson.WritePlaced(writer, order, asTakenIn: false, modifyId);
    }

    /// <summary>The open order that the parameters name; <c>orderId</c> wins.</summary>
    public TradingOrder FindOpen(Account account, Parameters parameters, int missing)
    {
        var order = Find(account, parameters);
        return order is { IsOpen: true } ? order : throw NotThere(missing);
    }

    /// <summary>
    /// The order that the parameters name, as far as queries know of it: one that ended unfilled is forgotten three days
    /// after it was made, any after ninety.
    /// </summary>
    public TradingOrder Query(ApiCall call)
    {
        var order = Find(call.Account, call.Parameters);
        return order is null || IsForgotten(order) || IsHidden(call, order) ? throw NotThere(-2013) : order;
    }

    public bool IsForgotten(TradingOrder order)
    {
        var age = context.Clock.VenueMilliseconds - order.Time;
        return age > Kept || (age > UnfilledKept && order.Executed == 0 && order.Status is "CANCELED" or "EXPIRED" && age > UnfilledKept);
    }

    /// <summary>A fault may make queries know nothing of an order.</summary>
    public bool IsHidden(ApiCall call, TradingOrder order) => IsHidden(call, order.Symbol, order.ClientOrderId);

    public bool IsHidden(ApiCall call, string symbol, string clientOrderId) =>
        context.Faults.Has(FaultKind.HideOrder) && context.Faults.Take(FaultKind.HideOrder, new FaultScope(
            "binance", call.Entry.Channel, call.Entry.Connection, Symbol: symbol, Method: call.Method.Name, ClientOrderId: clientOrderId)) is not null;

    public static BinanceErrorException NotThere(int code) =>
        new(400, code, code == -2011 ? "Unknown order sent." : "Order does not exist.");

    private TradingOrder? Find(Account account, Parameters parameters)
    {
        var symbol = desk.Feed(parameters.Required("symbol")).Instrument.Symbol;
        if (parameters.Long("orderId") is { } orderId)
        {
            return account.Find(symbol, orderId);
        }

        return parameters["origClientOrderId"] is { } clientOrderId
            ? account.Find(symbol, clientOrderId)
            : throw new BinanceErrorException(400, -1102,
                "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
    }

    private void Place(ApiCall call, Utf8JsonWriter writer)
    {
        var (order, wantsResult) = Place(call.Account, call.Parameters);
        WritePlaced(writer, order, wantsResult);
    }

    private void Modify(ApiCall call, Utf8JsonWriter writer) => WriteModified(call.Account, call.Parameters, writer);

    private void Cancel(ApiCall call, Utf8JsonWriter writer) =>
        OrderJson.WriteCancelled(writer, desk.Cancel(FindOpen(call.Account, call.Parameters, missing: -2011)));

    private void Status(ApiCall call, Utf8JsonWriter writer) => OrderJson.WriteQueried(writer, Query(call));
}
