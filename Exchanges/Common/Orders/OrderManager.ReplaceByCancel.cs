using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>
/// Replacing where the venue has no way of its own: cancel, await the end, create the rest. To the trader it is one order under one
/// client order id; on the wire the rest is a new order under a new id, since venues want theirs unique.
/// </content>
public sealed partial class OrderManager
{
    private async Task ReplaceByCancelAsync(TrackedOrder order, ReplaceCommand replace, Order wire)
    {
        var reply = await SyncedAsync().ConfigureAwait(false) is { } notWritten
            ? CommandReply.Failed(notWritten)
            : await SendCancelAsync(wire).ConfigureAwait(false);
        lock (_gate)
        {
            Arrived();
            OldCancelAnswered(order, replace, reply);
        }

        if (!await replace.OldEnded!.Task.ConfigureAwait(false))
            return;
        lock (_gate)
        {
            if (!BeginRest(order, replace))
                return;
            Departed();
        }

        await SendPlaceAsync(order).ConfigureAwait(false);
        lock (_gate)
        {
            // Still open: the outcome of the rest is unknown, and its resolution comes on the stream.
            if (!replace.Answer.Task.IsCompleted)
                replace.Answer.TrySetResult(order.UnknownSince is not null ? StillUnknown(order) : order is { IsTerminal: true, Reason: { } reason } ? reason : Ack(order));
        }
    }

    private void OldCancelAnswered(TrackedOrder order, ReplaceCommand replace, CommandReply reply)
    {
        if (reply.Error is not { } error)
        {
            if (reply.Report is not null)
                FoldReply(order, reply.Report);
            if (replace.AwaitsEnd && !replace.OldEnded!.Task.IsCompleted)
                Ask(order, OpenQuestions.Confirm, _options.ConfirmDelay);
        }
        else if (replace.Settled || replace.OldEnded!.Task.IsCompleted)
        {
            // It ended by itself meanwhile.
        }
        else if (error.Outcome != CommandOutcome.Rejected)
        {
            replace.Answer.TrySetResult(BecomeUnknown(order, OpenQuestions.Cancel, "replace", error));
        }
        else if (error.Code is ExchangeErrorCode.OrderNotFound or ExchangeErrorCode.OrderAlreadyTerminal)
        {
            // It has probably ended; how, decides whether there is a rest.
            Ask(order, OpenQuestions.Confirm, _options.FirstLookup);
        }
        else
        {
            OldWorksOn(order, replace, error);
        }
    }

    /// <summary>The old order was not cancelled: it is as it was.</summary>
    private void OldWorksOn(TrackedOrder order, ReplaceCommand replace, ExchangeError error)
    {
        ReplaceRefused(order, replace, error);
        replace.OldEnded!.TrySetResult(false);
    }

    /// <summary>The old order has ended. True when the rest is to be sent.</summary>
    private bool BeginRest(TrackedOrder order, ReplaceCommand replace)
    {
        if (replace.Settled || order.Replace != replace || order.IsTerminal)
        {
            // Filled, say: nothing is left to be replaced.
            replace.Answer.TrySetResult(new ExchangeError
            {
                Code = ExchangeErrorCode.OrderAlreadyTerminal,
                Message = $"order '{order.Key}' ended as {order.Venue.ToString().ToLowerInvariant()} before it could be replaced",
                Outcome = CommandOutcome.Rejected,
            });
            return false;
        }

        var rest = replace.Quantity - order.Cumulative;
        var why = replace.Abandoned ? new ExchangeError { Code = ExchangeErrorCode.OrderAlreadyTerminal, Message = "a cancel came while the order was being replaced: the old order is cancelled, and no new one was made", Outcome = CommandOutcome.Rejected }
            : rest <= 0 ? null
            : MayPlace(order.Order.ReduceOnly, order.Order.PositionSide, order.Order.Side);
        if (rest <= 0 || why is not null)
        {
            EndWithoutRest(order, replace, why);
            return false;
        }

        var wireId = NewClientOrderId(order.Order.Trader);
        var lastChance = _venue.VenueNow + _venue.CommandValidity;
        var intent = new JournalRecord
        {
            Kind = JournalKind.Rest,
            Time = Now,
            Key = order.Key,
            WireId = wireId,
            Carried = order.Cumulative,
            Price = replace.Price,
            Quantity = replace.Quantity,
            LastChance = lastChance,
        };
        if (Intend(intent) is { } notWritten)
        {
            EndWithoutRest(order, replace, notWritten);
            return false;
        }

        order.BeginLeg(wireId);
        order.LastChance = lastChance;
        order.PlaceInFlight = true;
        order.Questions &= ~(OpenQuestions.Confirm | OpenQuestions.Cancel);
        order.Lookup.Reset();
        replace.RestSent = true;
        _table.AddWireId(order);
        if (Close(order, OpenQuestions.None))
            Publish(order, OrderEvent.Resolved);
        return true;
    }

    /// <summary>The old order is cancelled and there is no new one: the order has ended.</summary>
    private void EndWithoutRest(TrackedOrder order, ReplaceCommand replace, ExchangeError? why)
    {
        var wasUnknown = order.UnknownSince is not null;
        EndHere(order, OrderStatus.Cancelled, why);
        replace.Settled = true;
        order.EndedTime = order.VenueTime;
        Publish(order, OrderEvent.Cancelled);
        if (wasUnknown)
            Publish(order, OrderEvent.Resolved);
        replace.Answer.TrySetResult(why is null ? Ack(order) : why);
    }

    private void RestAccepted(TrackedOrder order, ReplaceCommand replace) => Replaced(order, replace, replace.Price, replace.Quantity, order.VenueTime);

    /// <summary>The old order is cancelled, and the venue refused the rest.</summary>
    private void RestRefused(TrackedOrder order, ReplaceCommand replace, ExchangeError error)
    {
        var reason = error with { Message = $"the old order was cancelled, and the rest was refused: {error.Message}", Outcome = CommandOutcome.Rejected };
        EndHere(order, OrderStatus.Cancelled, reason);
        order.Lost = true;
        replace.Settled = true;
        Publish(order, OrderEvent.ReplaceRejected);
        Publish(order, OrderEvent.Cancelled);
        replace.Answer.TrySetResult(reason);
    }
}
