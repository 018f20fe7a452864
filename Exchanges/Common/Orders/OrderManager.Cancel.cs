using System.Collections.Immutable;
using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Cancelling one order, or all.</content>
public sealed partial class OrderManager
{
    /// <summary>
    /// Cancels an order. Nothing but the lack of a connection, or a newer activation, keeps a cancel from leaving: no check, no halt,
    /// no full disk, and no other command in flight. An order that was cancelled already is a success.
    /// </summary>
    public async Task<Result<OrderAck>> CancelAsync(OrderKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        TrackedOrder? order;
        Order wire;
        lock (_gate)
        {
            if (NamesNothing(key) is { } unnamed)
                return unnamed;
            order = Find(key, out var mismatch);
            if (mismatch is not null)
                return mismatch;
            // An order that was given up for lost may be there after all.
            if (order is { IsTerminal: true, Lost: false })
                return Ended(order);
            if (MayCancel() is { } closed)
                return closed;
            if (IntendCancel(new JournalRecord { Kind = JournalKind.Cancel, Time = Now, Key = order?.Key ?? key.ClientOrderId ?? key.VenueOrderId }) is { } fenced)
                return fenced;
            Departed();
            if (order is not null)
                CancelLeaves(order);
            wire = order?.OnTheWire() ?? Stub(key);
        }

        var reply = await SendCancelAsync(wire).ConfigureAwait(false);
        lock (_gate)
        {
            Arrived();
            order ??= Attribute(key, reply.Report);
            if (order is null && reply.Error is { } error)
                return error.WithOutcome(error.Outcome ?? CommandOutcome.Unknown);
            if (order is not null && CancelAnswered(order, reply) is { } answer)
                return answer;
        }

        // Cancelled, but nothing is known of it here yet.
        if (order is null)
            return await GetOrderAsync(key).ConfigureAwait(false);

        // The venue does not know the order, or says that it has ended: how, it tells when asked.
        await LookUpAsync(order, CancellationToken.None).ConfigureAwait(false);
        lock (_gate)
            return AfterRefusedCancel(order, reply.Error!);
    }

    /// <summary>Cancels all orders of a symbol, or of the account when null, conditional ones too.</summary>
    public async Task<Result<CancelAllResult>> CancelAllAsync(string? symbol = null)
    {
        List<TrackedOrder> reached = [];
        lock (_gate)
        {
            if (MayCancel() is { } closed)
                return closed;
            if (IntendCancel(new JournalRecord { Kind = JournalKind.CancelAll, Time = Now, Symbol = symbol }) is { } fenced)
                return fenced;
            Departed();
            foreach (var order in _table.Open)
            {
                if (symbol is null || order.Order.Symbol == symbol)
                    reached.Add(order);
            }

            reached.Sort(static (a, b) => a.Number.CompareTo(b.Number));
            foreach (var order in reached)
                CancelLeaves(order);
        }

        CommandReply reply;
        try
        {
            reply = await _venue.CancelAllAsync(symbol).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            reply = ConnectorFailed(error, "cancel all");
        }

        lock (_gate)
        {
            Arrived();
            foreach (var order in reached)
            {
                if (CancelAnswered(order, reply with { Report = null }) is null)
                    AfterRefusedCancel(order, reply.Error!);
            }

            if (reply.Error is { } error)
                return error.WithOutcome(error.Outcome ?? CommandOutcome.Unknown);
        }

        var ids = ImmutableArray.CreateBuilder<string>(reached.Count);
        foreach (var order in reached)
            ids.Add(order.Order.ClientOrderId);
        return new CancelAllResult { ClientOrderIds = ids.MoveToImmutable() };
    }

    /// <summary>A cancel is written down as well as can be; only a newer activation keeps it from leaving.</summary>
    private ExchangeError? IntendCancel(in JournalRecord record) =>
        Intend(record) is { Code: ExchangeErrorCode.Fenced } fenced ? fenced : null;

    private void CancelLeaves(TrackedOrder order)
    {
        var first = !order.CancelPending;
        order.CancelsInFlight++;
        if (order.Replace is { } replace)
            replace.Abandoned = true;
        if (first && !order.IsTerminal)
            Publish(order, OrderEvent.CancelSubmitted);
    }

    private async Task<CommandReply> SendCancelAsync(Order wire)
    {
        try
        {
            return await _venue.CancelAsync(wire).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return ConnectorFailed(error, "cancel");
        }
    }

    /// <summary>Takes the venue's answer to a cancel; null when the venue has to be asked what it means.</summary>
    private Result<OrderAck>? CancelAnswered(TrackedOrder order, CommandReply reply)
    {
        order.CancelsInFlight--;
        if (reply.Error is not { } error)
        {
            order.CancelTaken = true;
            if (reply.Report is not null)
                FoldReply(order, reply.Report);
            if (order.IsTerminal)
            {
                order.CancelTaken = false;
                return order.Venue == OrderStatus.Cancelled ? Ack(order) : Ended(order);
            }

            Ask(order, OpenQuestions.Confirm, _options.ConfirmDelay);
            return Ack(order);
        }

        if (order.IsTerminal)
            return order.Lost ? error.WithOutcome(error.Outcome ?? CommandOutcome.Unknown) : Ended(order);
        if (error.Outcome != CommandOutcome.Rejected)
            return BecomeUnknown(order, OpenQuestions.Cancel, "cancel", error);
        if (error.Code is ExchangeErrorCode.OrderNotFound or ExchangeErrorCode.OrderAlreadyTerminal && order.Seen)
            return null;
        return CancelRefused(order, error);
    }

    private Result<OrderAck> AfterRefusedCancel(TrackedOrder order, ExchangeError error)
    {
        if (order.IsTerminal)
            return Ended(order);
        Ask(order, OpenQuestions.Confirm, _options.FirstLookup);
        return CancelRefused(order, error);
    }

    private ExchangeError CancelRefused(TrackedOrder order, ExchangeError error)
    {
        if (!order.CancelPending)
        {
            order.Reason = error;
            Publish(order, OrderEvent.CancelRejected);
        }

        return error.WithOutcome(CommandOutcome.Rejected);
    }

    /// <summary>The answer to a cancel of an order that has ended.</summary>
    private Result<OrderAck> Ended(TrackedOrder order) => order.Venue == OrderStatus.Cancelled
        ? Ack(order)
        : new ExchangeError
        {
            Code = ExchangeErrorCode.OrderAlreadyTerminal,
            Message = $"order '{order.Key}' has ended as {order.Venue.ToString().ToLowerInvariant()}",
            Outcome = CommandOutcome.Rejected,
        };

    /// <summary>The order that a report about an order not known here made known, if it did.</summary>
    private TrackedOrder? Attribute(OrderKey key, OrderReport? report)
    {
        if (report is null)
            return null;
        var order = Receive(report) ?? Find(key, out _);
        if (order is null)
            return null;
        // Counted as if it had been known when the cancel left.
        order.CancelsInFlight++;
        return order;
    }

    private Order Stub(OrderKey key) => new()
    {
        Exchange = _exchange,
        Symbol = key.Symbol,
        ClientOrderId = key.ClientOrderId ?? "",
        VenueOrderId = key.VenueOrderId,
        Side = Side.Buy,
        Type = OrderType.Limit,
        Quantity = 0,
        Status = OrderStatus.Working,
        Origin = OrderOrigin.External,
        CreatedTime = Now,
        UpdatedTime = Now,
    };
}
