using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Telling of orders.</content>
public sealed partial class OrderManager
{
    /// <summary>All orders that are not terminal, as known here, with their place in the stream.</summary>
    public OrdersSnapshot GetOpenOrders()
    {
        lock (_gate)
        {
            var place = _sink.LastPlace;
            return new OrdersSnapshot { Epoch = place.Epoch, Seq = place.Seq, Orders = _table.Snapshot() };
        }
    }

    /// <summary>One order, as the venue tells it now.</summary>
    public async Task<Result<OrderAck>> GetOrderAsync(OrderKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        TrackedOrder? order;
        Order wire;
        lock (_gate)
        {
            if (NamesNothing(key) is { } unnamed)
                return unnamed with { Outcome = null };
            order = Find(key, out var mismatch);
            if (mismatch is not null)
                return mismatch with { Outcome = null };
            wire = order?.ToAskFor() ?? Stub(key);
        }

        var lookup = await QueryAsync(wire, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (lookup.Error is { } error)
                return error with { Outcome = null };
            foreach (var report in lookup.Reports)
            {
                if (order is not null && IsOlderOrder(order, report))
                    continue;
                var about = Receive(report);
                order ??= about;
            }

            order ??= Find(key, out _);
            if (order is null)
                return NotHeld(key) with { Outcome = null };
            // Known here and not there, or not yet: what is held says how sure that is.
            if (lookup.IsNotFound && !order.IsTerminal)
                Ask(order, order.Seen ? OpenQuestions.Confirm : OpenQuestions.None, _options.FirstLookup);
            return Ack(order);
        }
    }

    private async Task<OrderLookup> QueryAsync(Order wire, CancellationToken cancellationToken)
    {
        lock (_gate)
            _counters = _counters with { Lookups = _counters.Lookups + 1 };
        OrderLookup lookup;
        try
        {
            lookup = await _venue.QueryAsync(wire, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lookup = OrderLookup.Failed(new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the question was called off" });
        }
        catch (Exception error)
        {
            lookup = OrderLookup.Failed(ConnectorFailed(error, "query").Error!);
        }

        if (lookup.Error is not null)
        {
            lock (_gate)
                _counters = _counters with { FailedLookups = _counters.FailedLookups + 1 };
        }

        return lookup;
    }

    /// <summary>The order that a key names; when both ids are given, both must fit.</summary>
    private TrackedOrder? Find(OrderKey key, out ExchangeError? mismatch)
    {
        mismatch = null;
        var byClient = key.ClientOrderId is { Length: > 0 } clientId ? _table.ByClientId(clientId) : null;
        if (byClient is not null && byClient.Order.Symbol != key.Symbol)
        {
            mismatch = ExchangeError.InvalidArgument("symbol", $"order '{key.ClientOrderId}' is of {byClient.Order.Symbol}, not of {key.Symbol}").WithOutcome(CommandOutcome.Rejected);
            return null;
        }

        var byVenue = key.VenueOrderId is { } venueId ? _table.ByVenueId(key.Symbol, venueId) : null;
        if (key.ClientOrderId is { Length: > 0 } && key.VenueOrderId is not null && byClient != byVenue && (byClient?.VenueOrderId is not null || byVenue is not null))
        {
            mismatch = ExchangeError.InvalidArgument("venue_order_id", $"'{key.VenueOrderId}' and client order id '{key.ClientOrderId}' are not of the same order").WithOutcome(CommandOutcome.Rejected);
            return null;
        }

        return byClient ?? byVenue;
    }

    private static ExchangeError? NamesNothing(OrderKey key) => string.IsNullOrEmpty(key.ClientOrderId) && string.IsNullOrEmpty(key.VenueOrderId)
        ? ExchangeError.InvalidArgument("client_order_id", "give it, or venue_order_id, or both").WithOutcome(CommandOutcome.Rejected)
        : null;

    private ExchangeError NotHeld(OrderKey key) => new()
    {
        Code = ExchangeErrorCode.OrderNotFound,
        Message = $"neither we nor {_exchange} know an order '{key.ClientOrderId ?? key.VenueOrderId}' of {key.Symbol}",
        Outcome = CommandOutcome.Rejected,
    };
}
