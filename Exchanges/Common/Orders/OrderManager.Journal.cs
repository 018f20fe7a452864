using System.Collections.Immutable;
using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>What is written, when, and what is made of it after a restart.</content>
public sealed partial class OrderManager
{
    /// <summary>Writes what must be written before a command leaves.</summary>
    /// <returns>Null, or why the command may not leave.</returns>
    private ExchangeError? Intend(in JournalRecord record)
    {
        if (_fenced.Task.IsCompleted)
            return _fenced.Task.Result;
        if (_journal.Append(record) is not { } error)
            return null;
        return NoteJournalError(error, "the command did not leave");
    }

    private ExchangeError NoteJournalError(ExchangeError error, string consequence)
    {
        _counters = _counters with { JournalFailures = _counters.JournalFailures + 1 };
        OrderLog.JournalFailed(_logger, _exchange, error.Message, consequence);
        error = error.WithOutcome(CommandOutcome.Rejected);
        if (error.Code == ExchangeErrorCode.Fenced)
            _fenced.TrySetResult(error);
        return error;
    }

    /// <summary>Writes what the venue told. It happened whether or not it can be written.</summary>
    private void Record(TrackedOrder order, OrderEvent what, Fill? fill)
    {
        if (_fenced.Task.IsCompleted)
            return;
        switch (what)
        {
            // The intent was written before.
            case OrderEvent.Submitted or OrderEvent.ReplaceSubmitted or OrderEvent.CancelSubmitted or OrderEvent.BecameUnknown:
                break;
            case OrderEvent.Filled when fill is not null:
                RecordOrNote(State(order) with { Kind = JournalKind.Fill, Fill = fill });
                break;
            case OrderEvent.Adopted:
                RecordOrNote(Whole(order));
                break;
            default:
                RecordOrNote(State(order));
                break;
        }
    }

    private JournalRecord State(TrackedOrder order) => new()
    {
        Kind = JournalKind.State,
        Time = Now,
        Key = order.Key,
        Order = order.Order,
        Venue = order.Venue,
        Seen = order.Seen,
        Lost = order.Lost,
    };

    private void RecordOrNote(in JournalRecord record)
    {
        if (_journal.Append(record) is { } error)
            NoteJournalError(error, "what the venue told is not remembered over a restart");
    }

    private JournalRecord Whole(TrackedOrder order) => new()
    {
        Kind = JournalKind.Order,
        Time = Now,
        Key = order.Key,
        Order = order.Order,
        Venue = order.Venue,
        Seen = order.Seen,
        LastChance = order.LastChance,
        WithoutDetails = order.WithoutDetails,
    };

    /// <summary>Waits until what was written survives a loss of power, where that is asked for.</summary>
    private async ValueTask<ExchangeError?> SyncedAsync()
    {
        if (await _journal.SyncAsync().ConfigureAwait(false) is not { } error)
            return null;
        lock (_gate)
            return NoteJournalError(error, "the command did not leave");
    }

    private void Recover(JournalContents contents)
    {
        _tradingState = contents.TradingState;
        foreach (var id in contents.UsedIds)
            _table.RememberUsed(id);
        var open = 0;
        foreach (var journaled in contents.Orders)
        {
            var order = Restore(journaled);
            if (!order.IsTerminal)
                open++;
            order.Render();
            _table.Add(order);
            _exposure.Update(order);

            // Ended before its executions were told: no list will bring it up again.
            if (order is { IsTerminal: true, Lost: false, HasUnbookedDetails: true })
                _endedUntold.Add(order);
        }

        if (open > 0 || contents.Orders.Length > 0 || _tradingState != TradingState.Active)
            OrderLog.Recovered(_logger, _exchange, open, contents.Orders.Length - open, _tradingState.ToString());
    }

    private TrackedOrder Restore(JournaledOrder journaled)
    {
        var order = new TrackedOrder(journaled.Order, journaled.Key, _table.NextNumber())
        {
            Placed = journaled.Placed,
            Venue = journaled.Venue,
            Seen = journaled.Seen,
            Lost = journaled.Lost,
            LastChance = journaled.LastChance,
            WireId = journaled.WireId,
            Carried = journaled.Carried,
            WithoutDetails = journaled.WithoutDetails,
            Detailed = journaled.Detailed,
            DetailedValue = journaled.DetailedValue,
            EndedTime = OrderTransitions.IsTerminal(journaled.Venue) ? journaled.Order.VenueTime : null,
            UpdatedTime = journaled.Changed,
        };
        order.RememberWireIds(journaled.EarlierWireIds);
        foreach (var fill in journaled.Fills)
            order.AddFill(fill);
        if (!order.IsTerminal)
            Doubt(order, journaled);
        return order;
    }

    /// <summary>What was in flight when the last life ended may have arrived or not.</summary>
    private void Doubt(TrackedOrder order, JournaledOrder journaled)
    {
        if (!order.Seen)
            order.Questions |= OpenQuestions.Place;
        if (journaled.CancelIntended)
            order.Questions |= OpenQuestions.Cancel;
        if (journaled.Replacement is { } replacement)
        {
            // A replacement that had only cancelled is not taken further: what is left is to learn whether the old order ended.
            if (_venue.Capabilities.NativeReplace || replacement.RestSent)
                order.Replace = new ReplaceCommand(replacement.Price, replacement.Quantity) { OldEnded = replacement.RestSent ? new() : null, RestSent = replacement.RestSent };
            order.Questions |= replacement.RestSent ? OpenQuestions.Place : order.Replace is null ? OpenQuestions.Cancel : OpenQuestions.Replace;
        }

        if ((order.Questions & OpenQuestions.Unknown) != 0)
            order.UnknownSince ??= journaled.Changed;
    }
}
