using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Orders and fills of the past, oldest first, through the venue's windows: at most seven days and a thousand entries a question. The
/// documents do not say which thousand come when there are more, so a full answer is not believed: its window is halved until it is not
/// full. A cursor is the time and id of the entry after which to go on.
/// </summary>
internal sealed class BinanceHistory(BinanceOrderReader reader, string exchange)
{
    private const int PageSize = 1000;
    private const int MostItems = 10_000;

    /// <summary>Less than seven days, as the venue wants it.</summary>
    private static readonly TimeSpan _window = TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);

    /// <summary>How far back the venue tells.</summary>
    private static readonly TimeSpan _reach = TimeSpan.FromDays(90);

    private delegate Task<Result<ImmutableArray<T>>> Ask<T>(DateTimeOffset from, DateTimeOffset to);

    /// <summary>Orders, plain and conditional; one that was triggered is told once, as what it became.</summary>
    public Task<Result<HistoryPage<Order>>> GetOrders(HistoryQuery query, DateTimeOffset venueNow, CancellationToken cancellationToken) =>
        PageAsync<Order>(
            query,
            venueNow,
            async (from, to) =>
            {
                var plain = WholeAsync((f, t) => reader.GetOrderHistory(query.Symbol, f, t, PageSize, cancellationToken), from, to);
                var algos = WholeAsync((f, t) => reader.GetAlgoHistory(query.Symbol, f, t, PageSize, cancellationToken), from, to);
                await Task.WhenAll(plain, algos).ConfigureAwait(false);
                var orders = await plain.ConfigureAwait(false);
                var conditional = await algos.ConfigureAwait(false);
                return orders.IsSuccess && conditional.IsSuccess ? (Result<ImmutableArray<Order>>)Merge(orders.Value, conditional.Value) : orders.Error ?? conditional.Error!;
            },
            order => order.CreatedTime,
            order => order.EarlierVenueOrderIds.IsDefaultOrEmpty ? order.VenueOrderId! : order.EarlierVenueOrderIds[0]);

    /// <summary>Fills; the venue tells them by symbol only.</summary>
    public Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, DateTimeOffset venueNow, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(query.Symbol))
            return Task.FromResult<Result<HistoryPage<Fill>>>(ExchangeError.InvalidArgument("symbol", "must be given: Binance tells fills by symbol"));
        return PageAsync<Fill>(
            query,
            venueNow,
            (from, to) => WholeAsync((f, t) => reader.GetFills(query.Symbol, f, t, PageSize, cancellationToken), from, to),
            fill => fill.VenueTime,
            fill => fill.TradeId);
    }

    /// <summary>A conditional order and the order that it became, as one.</summary>
    public static OrderReport Join(OrderReport algo, OrderReport became) => algo with
    {
        SuccessorVenueOrderId = became.VenueOrderId,
        Triggered = true,
        Status = became.Status,
        VenueStatus = became.VenueStatus,
        CumulativeQuantity = became.CumulativeQuantity,
        AveragePrice = became.AveragePrice,
        Price = became.Price ?? algo.Price,
        VenueTime = became.VenueTime ?? algo.VenueTime,
        Reason = became.Reason ?? algo.Reason,
    };

    private ImmutableArray<Order> Merge(ImmutableArray<OrderReport> plain, ImmutableArray<OrderReport> algos)
    {
        var byId = plain.ToDictionary(r => r.VenueOrderId!, StringComparer.Ordinal);
        var joined = new List<OrderReport>(plain.Length + algos.Length);
        foreach (var algo in algos)
            joined.Add(algo.SuccessorVenueOrderId is { } id && byId.Remove(id, out var became) ? Join(algo, became) : algo);
        joined.AddRange(byId.Values);
        return [.. joined.Select(r => r.ToOrder(exchange))];
    }

    private static async Task<Result<HistoryPage<T>>> PageAsync<T>(
        HistoryQuery query, DateTimeOffset venueNow, Ask<T> ask, Func<T, DateTimeOffset> timeOf, Func<T, string> idOf)
    {
        if (query.Limit is < 1 or > MostItems)
            return ExchangeError.InvalidArgument("limit", string.Create(CultureInfo.InvariantCulture, $"1 to {MostItems}"));
        if (!HistoryCursor.TryRead(query.Cursor, out var after, out var afterId))
            return ExchangeError.InvalidArgument("cursor", "is not one that an earlier answer gave");
        var to = query.To is { } end && end < venueNow ? end : venueNow + TimeSpan.FromMilliseconds(1);
        var from = query.From is { } start && start > venueNow - _reach ? start : venueNow - _reach;
        if (after is { } resume && resume > from)
            from = resume;
        var items = ImmutableArray.CreateBuilder<T>();
        while (from < to)
        {
            // The venue counts both ends in, we the first alone.
            var until = from + _window < to ? from + _window : to;
            var answer = await ask(from, until - TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer.Error;
            foreach (var item in answer.Value.OrderBy(timeOf).ThenBy(idOf, IdOrder.Instance))
            {
                var at = timeOf(item);
                if (at >= to || at < (query.From ?? DateTimeOffset.MinValue) || (after is { } seen && (at < seen || (at == seen && IdOrder.Instance.Compare(idOf(item), afterId) <= 0))))
                    continue;
                if (items.Count == query.Limit)
                    return new HistoryPage<T> { Items = items.ToImmutable(), Next = HistoryCursor.Of(timeOf(items[^1]), idOf(items[^1])) };
                items.Add(item);
            }

            from = until;
        }

        return new HistoryPage<T> { Items = items.ToImmutable() };
    }

    /// <summary>All entries of a window, both ends counted in.</summary>
    private static async Task<Result<ImmutableArray<T>>> WholeAsync<T>(Ask<T> ask, DateTimeOffset from, DateTimeOffset to)
    {
        var answer = await ask(from, to).ConfigureAwait(false);
        if (!answer.IsSuccess || answer.Value.Length < PageSize)
            return answer;
        var span = (to - from).TotalMilliseconds;
        if (span < 1)
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.VenueError,
                Message = string.Create(CultureInfo.InvariantCulture, $"Binance has {PageSize} entries or more in the millisecond {from:O}; it gives no more of one"),
            };
        }

        var middle = from + TimeSpan.FromMilliseconds(Math.Floor(span / 2));
        var early = await WholeAsync(ask, from, middle).ConfigureAwait(false);
        if (!early.IsSuccess)
            return early;
        var late = await WholeAsync(ask, middle + TimeSpan.FromMilliseconds(1), to).ConfigureAwait(false);
        return late.IsSuccess ? early.Value.AddRange(late.Value) : late;
    }

    /// <summary>Numbers by size, those of conditional orders behind the plain ones.</summary>
    private sealed class IdOrder : IComparer<string>
    {
        public static readonly IdOrder Instance = new();

        public int Compare(string? x, string? y) =>
            (BinanceWords.IsAlgoId(x), x!.Length).CompareTo((BinanceWords.IsAlgoId(y), y!.Length)) is var order and not 0 ? order : string.CompareOrdinal(x, y);
    }
}
