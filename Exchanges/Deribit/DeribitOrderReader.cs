using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>A page of a history that goes on elsewhere.</summary>
/// <param name="Reports">What it holds.</param>
/// <param name="More">Whether there is more.</param>
/// <param name="Continuation">Where it goes on, when the venue says so by a token.</param>
internal sealed record DeribitPage(ImmutableArray<OrderReport> Reports, bool More, string? Continuation = null);

/// <summary>Orders and own trades over HTTP, or by whatever else answers a method (venue sheet, sections 4.6 and 6).</summary>
internal sealed class DeribitOrderReader(IDeribitQueries queries, string exchange, TimeProvider time)
{
    /// <summary>Working orders of the account, trigger orders too.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOpenOrders(string? symbol, RequestPriority priority, CancellationToken cancellationToken) => symbol is null
        ? queries.QueryAsync("private/get_open_orders", p => p.Add("type", "all"), ReadOrders, priority, cancellationToken)
        : queries.QueryAsync("private/get_open_orders_by_instrument", p => p.Add("instrument_name", symbol).Add("type", "all"), ReadOrders, priority, cancellationToken);

    /// <summary>Working orders under a label.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOpenOrdersByLabel(string currency, string label, CancellationToken cancellationToken) =>
        queries.QueryAsync("private/get_open_orders_by_label", p => p.Add("currency", currency).Add("label", label), ReadOrders, RequestPriority.Normal, cancellationToken);

    /// <summary>One order by the venue's id, its link ahead of it.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOrder(string orderId, CancellationToken cancellationToken) =>
        queries.QueryAsync("private/get_order_state", p => p.Add("order_id", orderId), ReadOrder, RequestPriority.Normal, cancellationToken);

    /// <summary>Recent orders under a label: the venue lets several have one.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOrdersByLabel(string currency, string label, CancellationToken cancellationToken) =>
        queries.QueryAsync("private/get_order_state_by_label", p => p.Add("currency", currency).Add("label", label), ReadOrders, RequestPriority.Normal, cancellationToken);

    /// <summary>Own trades of an order, oldest first: of the last day, or older ones.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetTradesOfOrder(string orderId, bool historical, CancellationToken cancellationToken) =>
        queries.QueryAsync(
            "private/get_user_trades_by_order", p => p.Add("order_id", orderId).Add("sorting", "asc").Add("historical", historical), ReadTradeList, RequestPriority.Normal, cancellationToken);

    /// <summary>Own trades of a time, oldest first.</summary>
    public Task<Result<DeribitPage>> GetTrades(string? symbol, string currency, DateTimeOffset from, DateTimeOffset to, int count, bool historical, CancellationToken cancellationToken) =>
        queries.QueryAsync(
            symbol is null ? "private/get_user_trades_by_currency_and_time" : "private/get_user_trades_by_instrument_and_time",
            p =>
            {
                if (symbol is null)
                    p.Add("currency", currency).Add("kind", "any");
                else
                    p.Add("instrument_name", symbol);
                p.Add("start_timestamp", from.ToUnixTimeMilliseconds()).Add("end_timestamp", to.ToUnixTimeMilliseconds());
                p.Add("count", (long)count).Add("sorting", "asc").Add("historical", historical);
            },
            ReadTradePage,
            RequestPriority.Normal,
            cancellationToken);

    /// <summary>Orders of the past, latest first; of the last half hour, or older ones.</summary>
    public Task<Result<DeribitPage>> GetHistory(string? symbol, string currency, int count, int offset, bool historical, CancellationToken cancellationToken) =>
        queries.QueryAsync(
            symbol is null ? "private/get_order_history_by_currency" : "private/get_order_history_by_instrument",
            p =>
            {
                if (symbol is null)
                    p.Add("currency", currency).Add("kind", "any");
                else
                    p.Add("instrument_name", symbol);
                p.Add("count", (long)count).Add("offset", (long)offset).Add("include_unfilled", true).Add("historical", historical);
            },
            result => ReadHistory(result, count),
            RequestPriority.Normal,
            cancellationToken);

    internal Result<ImmutableArray<OrderReport>> ReadOrder(ReadOnlySpan<byte> result)
    {
        var json = new Utf8Scanner(result);
        var reports = new List<OrderReport>(2);
        if (!DeribitOrderMessages.TryReadOrder(ref json, out var order) || !json.AtEnd)
            return Unreadable("order");
        DeribitOrderMessages.Add(order, ReportSource.Query, time.GetUtcNow(), reports);
        return reports.ToImmutableArray();
    }

    internal Result<ImmutableArray<OrderReport>> ReadOrders(ReadOnlySpan<byte> result)
    {
        var json = new Utf8Scanner(result);
        var reports = new List<OrderReport>();
        return DeribitOrderMessages.TryReadOrders(ref json, ReportSource.Query, time.GetUtcNow(), reports) && json.AtEnd ? reports.ToImmutableArray() : Unreadable("orders");
    }

    internal Result<ImmutableArray<OrderReport>> ReadTradeList(ReadOnlySpan<byte> result)
    {
        var json = new Utf8Scanner(result);
        var reports = new List<OrderReport>();
        return DeribitOrderMessages.TryReadTrades(ref json, ReportSource.Query, exchange, time.GetUtcNow(), reports) && json.AtEnd ? reports.ToImmutableArray() : Unreadable("trades");
    }

    /// <summary><c>{"trades":[…],"has_more":…}</c>.</summary>
    internal Result<DeribitPage> ReadTradePage(ReadOnlySpan<byte> result)
    {
        var json = new Utf8Scanner(result);
        var reports = new List<OrderReport>();
        bool hasTrades = false, more = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("trades"u8) => hasTrades = DeribitOrderMessages.TryReadTrades(ref json, ReportSource.Query, exchange, time.GetUtcNow(), reports),
                _ when name.SequenceEqual("has_more"u8) => json.TryReadFlag(out more),
                _ => json.TrySkip(),
            };
        }

        return ok && json.AtEnd && hasTrades ? new DeribitPage([.. reports], more) : Unreadable("trades");
    }

    /// <summary>A list; or an object that holds one, and perhaps where it goes on: its names are told nowhere.</summary>
    internal Result<DeribitPage> ReadHistory(ReadOnlySpan<byte> result, int count)
    {
        var json = new Utf8Scanner(result);
        var reports = new List<OrderReport>();
        if (json.Peek() == (byte)'[')
        {
            return DeribitOrderMessages.TryReadOrders(ref json, ReportSource.Query, time.GetUtcNow(), reports) && json.AtEnd
                ? new DeribitPage([.. reports], CountOf(reports) >= count)
                : Unreadable("order history");
        }

        string? continuation = null;
        var hasOrders = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when json.Peek() == (byte)'[' => hasOrders = DeribitOrderMessages.TryReadOrders(ref json, ReportSource.Query, time.GetUtcNow(), reports),
                _ when name.SequenceEqual("continuation"u8) && json.Peek() == (byte)'"' => json.TryReadText(out continuation),
                _ => json.TrySkip(),
            };
        }

        return ok && json.AtEnd && hasOrders ? new DeribitPage([.. reports], continuation is not null, continuation) : Unreadable("order history");

        static int CountOf(List<OrderReport> reports) => reports.Count(r => r.SuccessorVenueOrderId is null);
    }

    private static ExchangeError Unreadable(string what) => DeribitRpc.Unreadable($"the {what} query") with { Outcome = null };
}
