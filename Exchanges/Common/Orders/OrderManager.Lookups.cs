using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Unknown outcomes, and learning them by asking.</content>
public sealed partial class OrderManager
{
    /// <summary>Nobody can tell what became of a command: the order stays pending, and the venue is asked.</summary>
    private ExchangeError BecomeUnknown(TrackedOrder order, OpenQuestions question, string command, ExchangeError error)
    {
        error = error with { Outcome = CommandOutcome.Unknown, Retryable = false };
        _counters = _counters with { BecameUnknown = _counters.BecameUnknown + 1 };
        OrderLog.BecameUnknown(_logger, _exchange, order.Key, command, error.ToString());
        order.UnknownSince ??= Now;
        order.Reason = error;
        order.Lookup.Reset();
        // The venue tells by that code that it has an order under this id: it need not be given time.
        var delay = error.Code == ExchangeErrorCode.DuplicateClientOrderId ? TimeSpan.Zero : _options.FirstLookup;
        Ask(order, question, delay);
        Publish(order, OrderEvent.BecameUnknown);
        if (question == OpenQuestions.Place)
            order.Answer?.TrySetResult(error with { Message = $"order '{order.Order.ClientOrderId}': {error.Message}; the venue is being asked, and the answer comes on the orders stream" });
        return error;
    }

    private void Ask(TrackedOrder order, OpenQuestions question, TimeSpan delay)
    {
        if ((question & OpenQuestions.Details) != 0 && (order.Questions & question) == 0)
            order.Lookup.Unchanged = 0;
        if ((question & OpenQuestions.Unknown) != 0)
            order.AskedAt = ++_touches;
        order.Questions |= question;
        if (order.Questions != OpenQuestions.None)
            _lookups.Add(order, delay);
    }

    /// <summary>What the queue calls when an order's time has come.</summary>
    private async Task<TimeSpan?> AskAboutAsync(TrackedOrder order, CancellationToken cancellationToken)
    {
        bool open;
        lock (_gate)
            open = order.Questions != OpenQuestions.None;
        var next = open ? await LookUpAsync(order, cancellationToken).ConfigureAwait(false) : null;
        lock (_gate)
            WasAsked(order);
        return next;
    }

    private static void WasAsked(TrackedOrder order)
    {
        if (order.AskedOnce is not { } waiting)
            return;
        order.AskedOnce = null;
        foreach (var one in waiting)
            one.TrySetResult();
    }

    /// <summary>Asks the venue about one order. Returns after how long to ask again; null when nothing is left to ask.</summary>
    private async Task<TimeSpan?> LookUpAsync(TrackedOrder order, CancellationToken cancellationToken)
    {
        Order wire;
        bool counts;
        long mark;
        lock (_gate)
        {
            if (order.IsTerminal)
                order.Questions &= OpenQuestions.Details;
            wire = order.ToAskFor();
            counts = order.Lookup.CannotAct;
            mark = _touches;
            order.Lookup.Attempts++;
        }

        var lookup = await QueryAsync(wire, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (lookup.Error is { } error)
                return Later(order, error.RetryAt is { } at ? at - Now : null);
            // It went on as another order on the wire meanwhile: this answer is about the old one.
            if (order.WireId != wire.ClientOrderId)
                return Later(order, null);
            var found = lookup.IsNotFound ? Finding.Nothing : Found(order, lookup, counts);
            if (found == Finding.Answer)
                return Later(order, null);
            if (found == Finding.OlderOrder && order.Reason?.Code == ExchangeErrorCode.DuplicateClientOrderId)
            {
                // The venue has told that ours was refused, and here is why.
                GiveUp(order, duplicate: true);
                return null;
            }

            if (found != Finding.NotToBeSeenYet && (order.Seen || counts))
                return NotFound(order, counts, mark, duplicate: found == Finding.OlderOrder);
        }

        return await LearnWhetherItCanActAsync(order, wire, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Not found, or found as it was: that counts only once the venue cannot act on the command any more.</summary>
    private async Task<TimeSpan?> LearnWhetherItCanActAsync(TrackedOrder order, Order wire, CancellationToken cancellationToken)
    {
        DateTimeOffset lastChance;
        lock (_gate)
        {
            if (order.Lookup.CannotAct || order.PlaceInFlight || order.Questions == OpenQuestions.None)
                return Later(order, null);
            lastChance = order.LastChance;
        }

        var cannotAct = false;
        try
        {
            cannotAct = await _venue.CanNoLongerActAsync(wire, lastChance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            ConnectorFailed(error, "can no longer act");
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        lock (_gate)
        {
            // Sent anew meanwhile, with a later last chance: that one counts.
            order.Lookup.CannotAct = cannotAct && order.LastChance == lastChance && order.WireId == wire.ClientOrderId;
            if (!order.Lookup.CannotAct)
                return Later(order, null);
            // From here on it is a matter of a few answers.
            order.Lookup.Attempts = 0;
            return Spaced(order);
        }
    }

    /// <summary>The next question: after the given time, or after the order's own growing one.</summary>
    private TimeSpan? Later(TrackedOrder order, TimeSpan? atLeast)
    {
        if (order.Questions == OpenQuestions.None)
            return null;
        var wait = _options.FirstLookup * Math.Pow(2, Math.Min(order.Lookup.Attempts, 20));
        if (wait > _options.LongestLookup)
            wait = _options.LongestLookup;
        return atLeast is { } least && least > wait ? least : wait;
    }

    private TimeSpan Spaced(TrackedOrder order)
    {
        var wait = Later(order, null) ?? TimeSpan.Zero;
        return wait > _options.NotFoundSpacing ? wait : _options.NotFoundSpacing;
    }
}
