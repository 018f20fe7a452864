using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>One page of a list.</summary>
/// <param name="Items">What it holds, newest first.</param>
/// <param name="Next">The cursor of the next page; null when this was the last.</param>
internal readonly record struct GrvtPage<T>(ImmutableArray<T> Items, string? Next);

/// <summary>Orders and fills over HTTP (venue sheet, sections 6.2 and 8).</summary>
internal sealed class GrvtOrderReader(GrvtPrivateRest rest, string exchange, TimeProvider time)
{
    private const int PageSize = 1000;

    private delegate bool TryReadOne<T>(ref Utf8Scanner json, out T item);

    /// <summary>One order, by client order id or by the venue's; <see cref="ExchangeErrorCode.OrderNotFound"/> when there is none.</summary>
    public Task<Result<OrderReport>> GetOrder(string? clientOrderId, string? venueOrderId, RequestPriority priority, CancellationToken cancellationToken) =>
        rest.QueryAsync("v1/order", 1, ReadOrder, p => Name(p, clientOrderId, venueOrderId), priority, cancellationToken);

    /// <summary>All working orders. There are no pages.</summary>
    public async Task<Result<ImmutableArray<OrderReport>>> GetOpenOrders(RequestPriority priority, CancellationToken cancellationToken) =>
        (await rest.QueryAsync("v1/open_orders", 1, ReadOrders, priority: priority, cancellationToken: cancellationToken).ConfigureAwait(false)).Map(p => p.Items);

    /// <summary>A page of orders of the past.</summary>
    public Task<Result<GrvtPage<OrderReport>>> GetOrderHistory(Instrument? instrument, DateTimeOffset? from, DateTimeOffset? to, string? cursor, CancellationToken cancellationToken) =>
        rest.QueryAsync("v1/order_history", 1, ReadOrders, p => Filter(p, instrument, from, to, cursor), cancellationToken: cancellationToken);

    /// <summary>A page of fills.</summary>
    public Task<Result<GrvtPage<Fill>>> GetFills(
        Instrument? instrument, DateTimeOffset? from, DateTimeOffset? to, string? cursor, RequestPriority priority, CancellationToken cancellationToken) =>
        rest.QueryAsync("v1/fill_history", 1, ReadFills, p => Filter(p, instrument, from, to, cursor), priority, cancellationToken);

    /// <summary>Names an order: by its client order id where there is one.</summary>
    public static void Name(GrvtParams p, string? clientOrderId, string? venueOrderId)
    {
        if (!string.IsNullOrEmpty(clientOrderId))
            p.Add(GrvtNames.ClientOrderId, clientOrderId);
        else if (venueOrderId is not null)
            p.Add(GrvtNames.OrderId, venueOrderId);
    }

    internal Result<OrderReport> ReadOrder(byte[] body)
    {
        if (!GrvtRpc.TryOpen(body, out var result, out _))
            return GrvtAccountReader.Unreadable("order");
        var json = new Utf8Scanner(result);
        return TryReadOrder(ref json, out var report) && json.AtEnd ? report : GrvtAccountReader.Unreadable("order");
    }

    internal Result<GrvtPage<OrderReport>> ReadOrders(byte[] body) => ReadMany<OrderReport>(body, "orders", TryReadOrder);

    internal Result<GrvtPage<Fill>> ReadFills(byte[] body) =>
        ReadMany(body, "fills", (ref Utf8Scanner json, out Fill fill) => GrvtOrderMessages.TryReadFill(ref json, exchange, out fill, out _));

    private static Result<GrvtPage<T>> ReadMany<T>(byte[] body, string what, TryReadOne<T> read)
    {
        if (!GrvtRpc.TryOpen(body, out var result, out var next))
            return GrvtAccountReader.Unreadable(what);
        var items = ImmutableArray.CreateBuilder<T>();
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = read(ref json, out var item);
            if (ok)
                items.Add(item);
        }

        return ok && json.AtEnd ? new GrvtPage<T>(items.ToImmutable(), next) : GrvtAccountReader.Unreadable(what);
    }

    private bool TryReadOrder(ref Utf8Scanner json, out OrderReport report)
    {
        report = null!;
        if (!GrvtOrderMessages.TryReadOrder(ref json, out var fields) || fields.ToReport(ReportSource.Query, time.GetUtcNow()) is not { } read)
            return false;
        report = read;
        return true;
    }

    /// <summary>The venue filters by kind, base and quote, which is more than one instrument where there are expiries.</summary>
    private static void Filter(GrvtParams p, Instrument? instrument, DateTimeOffset? from, DateTimeOffset? to, string? cursor)
    {
        if (instrument is not null)
            GrvtOrderVenue.Filter(p, instrument);
        if (from is { } start)
            p.Add(GrvtNames.StartTime, start);
        if (to is { } end)
            p.Add(GrvtNames.EndTime, end);
        p.AddNumber(GrvtNames.Limit, PageSize);
        if (cursor is not null)
            p.Add(GrvtNames.Cursor, cursor);
    }
}
