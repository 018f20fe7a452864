using System.Collections.Immutable;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Questions about one order and about all that work: by the socket in service, or over HTTP when there is none or it does not answer.</summary>
internal sealed partial class DeribitOrderVenue
{
    /// <summary>How far back the venue tells of executions without being asked for older ones; a little less.</summary>
    private static readonly TimeSpan _recentTrades = TimeSpan.FromHours(23);

    /// <summary>How far back it tells of orders that have ended; a little less.</summary>
    private static readonly TimeSpan _recentOrders = TimeSpan.FromMinutes(25);

    /// <inheritdoc/>
    public async Task<Result<T>> QueryAsync<T>(
        string method, Action<DeribitParams>? fill, DeribitRead<T> read, RequestPriority priority = RequestPriority.Normal, CancellationToken cancellationToken = default)
    {
        if (_socket.Session.Current is null)
            return await _access.Private.QueryAsync(method, fill, read, priority, cancellationToken).ConfigureAwait(false);
        var answer = await _socket.RequestAsync(method, fill, priority: priority, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.Error is null)
            return read(answer.Result.Span);
        return answer.Error.VenueCode is not null || answer.Error.RetryAt is not null || cancellationToken.IsCancellationRequested
            ? answer.Error with { Outcome = null }
            : await _access.Private.QueryAsync(method, fill, read, priority, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All working orders, trigger orders too.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOpenOrdersAsync(CancellationToken cancellationToken) => _reader.GetOpenOrders(null, RequestPriority.Cancel, cancellationToken);

    /// <inheritdoc/>
    public async Task<OrderLookup> QueryAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            var found = await FindAsync(order, cancellationToken).ConfigureAwait(false);
            if (found.Error is { } error)
                return error.Code == ExchangeErrorCode.OrderNotFound ? OrderLookup.NotFound : OrderLookup.Failed(error);
            return found.Value.IsEmpty ? OrderLookup.NotFound : await WithFillsAsync(order, found.Value, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return OrderLookup.Failed(new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the question was given up", Retryable = true });
        }
    }

    private async Task<Result<ImmutableArray<OrderReport>>> FindAsync(Order order, CancellationToken cancellationToken)
    {
        var conditional = DeribitWords.IsConditional(order.Type);
        if (order.VenueOrderId is { } id)
        {
            // What a trigger order became is found by the label alone.
            var known = await _reader.GetOrder(id, cancellationToken).ConfigureAwait(false);
            var settled = known.IsSuccess && (!conditional || !known.Value.Any(r => r.Status == OrderStatus.Cancelled || (r.Triggered && r.SuccessorVenueOrderId is null && r.VenueOrderId == id && r.Status is null)));
            if (settled || (known.Error is { } error && error.Code != ExchangeErrorCode.OrderNotFound) || order.ClientOrderId.Length == 0)
                return known;
            var others = await ByLabelAsync(order, cancellationToken).ConfigureAwait(false);
            return others.IsSuccess && others.Value.IsEmpty ? known : others;
        }

        return order.ClientOrderId.Length == 0 ? (ImmutableArray<OrderReport>)[] : await ByLabelAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Recent orders under the label, then working ones, then old ones: the venue keeps each where it may not find it in another.</summary>
    private async Task<Result<ImmutableArray<OrderReport>>> ByLabelAsync(Order order, CancellationToken cancellationToken)
    {
        if (CurrencyOf(order.Symbol) is not { } currency)
            return new ExchangeError { Code = ExchangeErrorCode.NotReady, Message = $"the currency of {order.Symbol} is not known yet", Retryable = true };
        var recent = Ours(await _reader.GetOrdersByLabel(currency, order.ClientOrderId, cancellationToken).ConfigureAwait(false));
        if (!IsEmpty(recent))
            return recent;
        var open = Ours(await _reader.GetOpenOrdersByLabel(currency, order.ClientOrderId, cancellationToken).ConfigureAwait(false));
        if (!IsEmpty(open) || VenueNow - order.CreatedTime < _recentOrders)
            return open;
        var old = await _reader.GetHistory(order.Symbol, currency, 1000, 0, historical: true, cancellationToken).ConfigureAwait(false);
        return Ours(old.Map(page => page.Reports));

        static bool IsEmpty(Result<ImmutableArray<OrderReport>> answer) =>
            answer.IsSuccess ? answer.Value.IsEmpty : answer.Error.Code == ExchangeErrorCode.OrderNotFound;

        Result<ImmutableArray<OrderReport>> Ours(Result<ImmutableArray<OrderReport>> answer) =>
            answer.Map(all => all.RemoveAll(r => r.Symbol != order.Symbol || r.ClientOrderId != order.ClientOrderId));
    }

    /// <summary>Puts the executions that are not known yet between the links and the states.</summary>
    private async Task<OrderLookup> WithFillsAsync(Order order, ImmutableArray<OrderReport> found, CancellationToken cancellationToken)
    {
        var states = found.Where(r => r.SuccessorVenueOrderId is null).OrderBy(r => r.CreatedTime).ThenBy(r => r.VenueOrderId, StringComparer.Ordinal).ToList();
        var fills = new List<OrderReport>();
        foreach (var state in states.Where(s => s.CumulativeQuantity > order.CumulativeQuantity && s.VenueOrderId is not null))
        {
            var told = await FillsAsync(state, cancellationToken).ConfigureAwait(false);
            if (told.Error is { } error)
                return OrderLookup.Failed(error);
            fills.AddRange(told.Value);
        }

        return new OrderLookup([.. found.Where(r => r.SuccessorVenueOrderId is not null), .. fills, .. states], null);
    }

    private async Task<Result<ImmutableArray<OrderReport>>> FillsAsync(OrderReport state, CancellationToken cancellationToken)
    {
        var recent = await _reader.GetTradesOfOrder(state.VenueOrderId!, historical: false, cancellationToken).ConfigureAwait(false);
        if (!recent.IsSuccess || (state.CreatedTime is { } created && VenueNow - created < _recentTrades) || recent.Value.Sum(t => t.Fill!.Quantity) >= state.CumulativeQuantity)
            return recent;
        var old = await _reader.GetTradesOfOrder(state.VenueOrderId!, historical: true, cancellationToken).ConfigureAwait(false);
        if (!old.IsSuccess)
            return old;
        var seen = recent.Value.Select(t => t.Fill!.TradeId).ToHashSet(StringComparer.Ordinal);
        return (ImmutableArray<OrderReport>)[.. old.Value.Where(t => !seen.Contains(t.Fill!.TradeId)), .. recent.Value];
    }
}
