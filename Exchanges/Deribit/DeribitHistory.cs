using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Orders and fills of the past, oldest first (venue sheet, section 6). The venue keeps what is recent and what is older in two places, of
/// which neither holds the other's: a history is the union of both, each entry once. Trades come by time, oldest first; orders by count
/// alone, latest first, so that they are read back as far as is asked for.
/// </summary>
internal sealed class DeribitHistory(DeribitOrderReader reader, string exchange)
{
    private const int PageSize = 1000;
    private const int MostPages = 50;
    private const int MostItems = 10_000;

    /// <summary>Orders, of one symbol or of all the currencies given; one that was triggered is told once, as what it became.</summary>
    public async Task<Result<HistoryPage<Order>>> GetOrders(HistoryQuery query, ImmutableArray<string> currencies, DateTimeOffset venueNow, CancellationToken cancellationToken)
    {
        if (Range(query, venueNow, out var range) is { } wrong)
            return wrong;
        var reports = new Dictionary<string, OrderReport>(StringComparer.Ordinal);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var currency in query.Symbol is null ? currencies : [""])
        {
            // The older ones first, so that an order which is in both is told as it is now.
            foreach (var historical in new[] { true, false })
            {
                if (await ReadBackAsync(query.Symbol, currency, historical, range.From, reports, links, cancellationToken).ConfigureAwait(false) is { } error)
                    return error;
            }
        }

        foreach (var trigger in links.Values)
            reports.Remove(trigger);
        return Page(
            query,
            range,
            reports.Values.Select(r => links.TryGetValue(r.VenueOrderId!, out var trigger) ? r.ToOrder(exchange) with { EarlierVenueOrderIds = [trigger] } : r.ToOrder(exchange)),
            order => order.CreatedTime,
            order => order.VenueOrderId!);
    }

    /// <summary>Fills, of one symbol or of all the currencies given.</summary>
    public async Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, ImmutableArray<string> currencies, DateTimeOffset venueNow, CancellationToken cancellationToken)
    {
        if (Range(query, venueNow, out var range) is { } wrong)
            return wrong;
        var fills = new Dictionary<string, Fill>(StringComparer.Ordinal);
        foreach (var currency in query.Symbol is null ? currencies : [""])
        {
            foreach (var historical in new[] { true, false })
            {
                if (await ReadForthAsync(query.Symbol, currency, historical, range, query.Limit, fills, cancellationToken).ConfigureAwait(false) is { } error)
                    return error;
            }
        }

        return Page(query, range, fills.Values, fill => fill.VenueTime, fill => fill.TradeId);
    }

    private async Task<ExchangeError?> ReadBackAsync(
        string? symbol, string currency, bool historical, DateTimeOffset from, Dictionary<string, OrderReport> reports, Dictionary<string, string> links, CancellationToken cancellationToken)
    {
        var offset = 0;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await reader.GetHistory(symbol, currency, PageSize, offset, historical, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer.Error;
            var oldest = DateTimeOffset.MaxValue;
            foreach (var report in answer.Value.Reports)
            {
                if (report.SuccessorVenueOrderId is { } successor)
                {
                    links[successor] = report.VenueOrderId!;
                    continue;
                }

                offset++;
                reports[report.VenueOrderId!] = report;
                if (report.CreatedTime is { } created && created < oldest)
                    oldest = created;
            }

            // An order that was made long ago may have ended late: a whole page must be older than what is asked for.
            if (!answer.Value.More || oldest < from - TimeSpan.FromDays(7))
                return null;
        }

        return new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Field = "from",
            Message = string.Create(CultureInfo.InvariantCulture, $"from: Deribit tells orders from the latest on, and there are more than {MostPages * PageSize} of them; ask for a later time, or for one symbol"),
        };
    }

    /// <summary>Trades share milliseconds: the last one is read again with what follows it, and what is known is left out.</summary>
    private async Task<ExchangeError?> ReadForthAsync(
        string? symbol, string currency, bool historical, (DateTimeOffset From, DateTimeOffset To) range, int limit, Dictionary<string, Fill> fills, CancellationToken cancellationToken)
    {
        var from = range.From;
        var found = 0;
        while (from < range.To)
        {
            // The venue counts both ends in, we the first alone.
            var answer = await reader.GetTrades(symbol, currency, from, range.To - TimeSpan.FromMilliseconds(1), PageSize, historical, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer.Error;
            foreach (var trade in answer.Value.Reports)
            {
                if (fills.TryAdd($"{trade.Symbol} {trade.Fill!.TradeId} {trade.Fill.Side}", trade.Fill!))
                    found++;
            }

            // More than what is asked for need not be read: of those beyond, none comes ahead of these.
            if (!answer.Value.More || answer.Value.Reports.IsEmpty || found > limit + PageSize)
                return null;
            var last = answer.Value.Reports.Max(r => r.Fill!.VenueTime);
            if (last <= from)
            {
                return new ExchangeError
                {
                    Code = ExchangeErrorCode.VenueError,
                    Message = string.Create(CultureInfo.InvariantCulture, $"Deribit has {PageSize} trades or more in the millisecond {from:O}; it gives no more of one"),
                };
            }

            from = last;
        }

        return null;
    }

    private static ExchangeError? Range(HistoryQuery query, DateTimeOffset venueNow, out (DateTimeOffset From, DateTimeOffset To) range)
    {
        range = default;
        if (query.Limit is < 1 or > MostItems)
            return ExchangeError.InvalidArgument("limit", string.Create(CultureInfo.InvariantCulture, $"1 to {MostItems}"));
        if (!HistoryCursor.TryRead(query.Cursor, out var after, out _))
            return ExchangeError.InvalidArgument("cursor", "is not one that an earlier answer gave");
        var to = query.To is { } end && end < venueNow ? end : venueNow + TimeSpan.FromMilliseconds(1);
        var from = query.From ?? DateTimeOffset.UnixEpoch;
        range = (after > from ? after.Value : from, to);
        return null;
    }

    private static HistoryPage<T> Page<T>(
        HistoryQuery query, (DateTimeOffset From, DateTimeOffset To) range, IEnumerable<T> all, Func<T, DateTimeOffset> timeOf, Func<T, string> idOf)
    {
        HistoryCursor.TryRead(query.Cursor, out var after, out var afterId);
        var items = all
            .Where(i => timeOf(i) is var at && at >= range.From && at < range.To && (after is not { } seen || at > seen || string.CompareOrdinal(idOf(i), afterId) > 0))
            .OrderBy(timeOf).ThenBy(idOf, StringComparer.Ordinal).Take(query.Limit + 1).ToList();
        if (items.Count <= query.Limit)
            return new HistoryPage<T> { Items = [.. items] };
        var last = items[query.Limit - 1];
        return new HistoryPage<T> { Items = [.. items.Take(query.Limit)], Next = HistoryCursor.Of(timeOf(last), idOf(last)) };
    }
}
