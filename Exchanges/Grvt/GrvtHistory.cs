using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Orders and fills of the past, oldest first (venue sheet, section 8). The venue tells them latest first, page by page, so they are read back
/// as far as is asked for and given from the other end. A page's edge may come twice; an entry counts once. A cursor is the time, to a tenth
/// of a microsecond, and the id of the entry behind which to go on.
/// </summary>
internal sealed class GrvtHistory(GrvtOrderReader reader, string exchange)
{
    private const int MostPages = 50;
    private const int MostItems = 10_000;

    private delegate Task<Result<GrvtPage<T>>> Ask<T>(string? cursor);

    /// <summary>Orders that have ended, by when they were made.</summary>
    public Task<Result<HistoryPage<Order>>> GetOrders(HistoryQuery query, Instrument? instrument, CancellationToken cancellationToken) => PageAsync(
        query,

        // Whether the venue counts by when an order was made or when it ended is not documented. Either is behind the beginning of the
        // range; the end is looked at here.
        async cursor => (await reader.GetOrderHistory(instrument, From(query), null, cursor, cancellationToken).ConfigureAwait(false))
            .Map(p => new GrvtPage<Order>([.. p.Items.Select(r => r.ToOrder(exchange))], p.Next)),
        order => order.CreatedTime,
        order => order.VenueOrderId ?? order.ClientOrderId,
        order => order.Symbol);

    /// <summary>Fills.</summary>
    public Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, Instrument? instrument, CancellationToken cancellationToken) => PageAsync(
        query,
        cursor => reader.GetFills(instrument, From(query), query.To, cursor, RequestPriority.Normal, cancellationToken),
        fill => fill.VenueTime,
        fill => $"{fill.TradeId} {fill.VenueOrderId}",
        fill => fill.Symbol);

    private static async Task<Result<HistoryPage<T>>> PageAsync<T>(
        HistoryQuery query, Ask<T> ask, Func<T, DateTimeOffset> timeOf, Func<T, string> idOf, Func<T, string> symbolOf)
    {
        if (query.Limit is < 1 or > MostItems)
            return ExchangeError.InvalidArgument("limit", string.Create(CultureInfo.InvariantCulture, $"1 to {MostItems}"));
        if (!TryRead(query.Cursor, out var after, out var afterId))
            return ExchangeError.InvalidArgument("cursor", "is not one that an earlier answer gave");
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        string? cursor = null;
        for (var page = 0; ; page++)
        {
            if (page == MostPages)
            {
                return new ExchangeError
                {
                    Code = ExchangeErrorCode.NotSupported,
                    Field = "from",
                    Message = string.Create(CultureInfo.InvariantCulture, $"from: GRVT tells the latest first, and there are more than {MostPages} pages of them; ask for a later time, or for one symbol"),
                };
            }

            var answer = await ask(cursor).ConfigureAwait(false);
            if (!answer.IsSuccess)
                return answer.Error;
            foreach (var item in answer.Value.Items)
                all.TryAdd(idOf(item), item);

            // A cursor that comes again would go round for ever.
            if (answer.Value.Next is not { } next || next == cursor)
                break;
            cursor = next;
        }

        var items = all.Values
            .Where(i => (query.Symbol is null || symbolOf(i) == query.Symbol)
                && timeOf(i) is var at && (query.From is not { } from || at >= from) && (query.To is not { } to || at < to)
                && (after is not { } seen || at > seen || (at == seen && string.CompareOrdinal(idOf(i), afterId) > 0)))
            .OrderBy(timeOf).ThenBy(idOf, StringComparer.Ordinal).Take(query.Limit + 1).ToList();
        if (items.Count <= query.Limit)
            return new HistoryPage<T> { Items = [.. items] };
        var last = items[query.Limit - 1];
        return new HistoryPage<T>
        {
            Items = [.. items.Take(query.Limit)],
            Next = string.Create(CultureInfo.InvariantCulture, $"{timeOf(last).UtcTicks}-{idOf(last)}"),
        };
    }

    /// <summary>What is behind the cursor need not be read again.</summary>
    private static DateTimeOffset? From(HistoryQuery query) =>
        TryRead(query.Cursor, out var after, out _) && after is { } resume && (query.From is not { } from || resume > from) ? resume : query.From;

    private static bool TryRead(string? cursor, out DateTimeOffset? time, out string id)
    {
        time = null;
        id = "";
        if (cursor is null)
            return true;
        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(cursor.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks > DateTime.MaxValue.Ticks)
            return false;
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        id = cursor[(dash + 1)..];
        return id.Length > 0;
    }
}
