using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>data.*</c>. Credentials are not among them: they never travel over ZeroMQ.</summary>
internal static class DataMethods
{
    private const ConnectionRole Role = ConnectionRole.Data;

    public static void Add(MethodTable table)
    {
        table.Grain<IExchangeDataFetcherGrain, ServerTime>(
            "data.get_server_time", Role, changesVenue: false, _ => (grain, token) => grain.GetServerTime(token));
        table.Grain<IExchangeDataFetcherGrain, ImmutableArray<Instrument>>(
            "data.get_instruments", Role, changesVenue: false, _ => (grain, token) => grain.GetInstruments(token));
        table.Grain<IExchangeDataFetcherGrain, AccountUpdate>(
            "data.get_account_info", Role, changesVenue: false, _ => (grain, token) => grain.GetAccountInfo(token));
        table.Grain<IExchangeDataFetcherGrain, ImmutableArray<Position>>(
            "data.get_positions", Role, changesVenue: false, _ => (grain, token) => grain.GetPositions(token));
        table.Grain<IExchangeDataFetcherGrain, ImmutableArray<Balance>>(
            "data.get_balances", Role, changesVenue: false, _ => (grain, token) => grain.GetBalances(token));
        table.Grain<IExchangeDataFetcherGrain, ImmutableArray<Order>>("data.get_open_orders", Role, changesVenue: false, p =>
        {
            var symbol = p.OptionalSymbol();
            return (grain, token) => grain.GetOpenOrders(symbol, token);
        });
        table.Grain<IExchangeDataFetcherGrain, HistoryPage<Order>>("data.get_order_history", Role, changesVenue: false, p =>
        {
            var query = ReadQuery(p);
            return (grain, token) => grain.GetOrderHistory(query, token);
        });
        table.Grain<IExchangeDataFetcherGrain, HistoryPage<Fill>>("data.get_fills", Role, changesVenue: false, p =>
        {
            var query = ReadQuery(p);
            return (grain, token) => grain.GetFills(query, token);
        });
        table.Grain<IExchangeDataFetcherGrain, Order>("data.get_order", Role, changesVenue: false, p =>
        {
            var key = OmsMethods.ReadKey(p);
            return (grain, token) => grain.GetOrder(key, token);
        });
        table.Grain<IExchangeDataFetcherGrain, MarkPrice>("data.get_mark_price", Role, changesVenue: false, p =>
        {
            var symbol = p.Symbol();
            return (grain, token) => grain.GetMarkPrice(symbol, token);
        });
        ConnectionMethods.Add<IExchangeDataFetcherGrain>(table, Role);
    }

    private static HistoryQuery ReadQuery(ParamsReader p) => new()
    {
        Symbol = p.OptionalSymbol(),
        From = p.OptionalTime("from"),
        To = p.OptionalTime("to"),
        Limit = p.Int("limit", 1, 10_000, 1_000),
        Cursor = p.OptionalText("cursor"),
    };
}
