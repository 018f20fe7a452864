using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>What the venue's answer about an order means, and when not found is final.</content>
public sealed partial class OrderManager
{
    /// <summary>Takes in what the venue answered.</summary>
    private Finding Found(TrackedOrder order, OrderLookup lookup, bool counts)
    {
        var touched = false;
        foreach (var report in lookup.Reports)
        {
            if (IsOlderOrder(order, report))
                continue;
            touched = true;
            FoldReply(order, report);
        }

        if (!touched)
            return Finding.OlderOrder;
        order.Lookup.NotFound = 0;
        order.Lookup.FirstNotFoundAt = null;
        AnswerByFinding(order);
        if ((order.Questions & OpenQuestions.Replace) != 0 && order.Replace is { OldEnded: null } replace)
        {
            if (!counts)
                return Finding.NotToBeSeenYet;
            // Found as it was, and asked when the replacement could not come any more.
            var wasUnknown = order.UnknownSince is not null;
            Close(order, OpenQuestions.Replace);
            ReplaceRefused(order, replace, new ExchangeError
            {
                Code = ExchangeErrorCode.Timeout,
                Message = "the replacement did not reach the venue in time; the order is as it was",
                Outcome = CommandOutcome.Rejected,
            });
            if (wasUnknown && order.UnknownSince is null)
                Publish(order, OrderEvent.Resolved);
        }

        return Finding.Answer;
    }

    /// <summary>The order was found, as asked after the command: what was not answered by what it looks like is answered by that.</summary>
    private void AnswerByFinding(TrackedOrder order)
    {
        var questions = order.Questions;
        if ((questions & OpenQuestions.Details) != 0 && (!order.HasUnbookedDetails || ++order.Lookup.Unchanged >= 3))
        {
            // What the venue does not tell when asked three times it does not tell.
            order.WithoutDetails = Math.Max(order.WithoutDetails, order.Cumulative - order.Detailed);
            order.Questions &= ~OpenQuestions.Details;
        }

        if (order.IsTerminal || order.Venue == OrderStatus.PendingNew)
            return;
        var endAwaited = order.CancelTaken || order.Replace is { AwaitsEnd: true };
        if ((questions & OpenQuestions.Confirm) != 0 && endAwaited && ++order.Lookup.Unchanged < 3)
            return;

        // It works on, whatever was asked of it: who wants it cancelled asks again.
        var cancelFailed = (questions & OpenQuestions.Cancel) != 0 || order.CancelTaken;
        order.CancelTaken = false;
        order.Lookup.Unchanged = 0;
        var resolved = Close(order, OpenQuestions.Cancel | OpenQuestions.Missing | OpenQuestions.Confirm);
        if (order.Replace is { AwaitsEnd: true } replace && replace.OldEnded!.Task is { IsCompleted: false })
            OldWorksOn(order, replace, new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "the venue did not cancel the old order; it is as it was", Outcome = CommandOutcome.Rejected });
        if (resolved || cancelFailed)
            Publish(order, OrderEvent.Resolved);
    }

    /// <summary>The venue does not know the order, and the answer may count.</summary>
    private TimeSpan? NotFound(TrackedOrder order, bool counts, long mark, bool duplicate)
    {
        var lookup = order.Lookup;
        var now = _lookups.Now;
        if (order.IsTerminal || order.Touched > mark)
        {
            if (order.IsTerminal)
                order.Questions = OpenQuestions.None;
            return Later(order, null);
        }

        lookup.FirstNotFoundAt ??= now;
        if (order.Seen)
        {
            // Once known and not any more: venues forget, and remember.
            Doubt(order);
            counts = now - lookup.FirstNotFoundAt >= _options.ForgottenAfter;
        }

        if (!counts)
            return Later(order, null);
        if (lookup.NotFound > 0 && now - lookup.NotFoundAt < _options.NotFoundSpacing)
            return _options.NotFoundSpacing - (now - lookup.NotFoundAt);
        lookup.NotFoundAt = now;
        if (++lookup.NotFound < _options.NotFoundAnswers)
            return Spaced(order);
        GiveUp(order, duplicate);
        return null;
    }

    private void Doubt(TrackedOrder order)
    {
        if ((order.Questions & OpenQuestions.Unknown) != 0)
            return;
        order.UnknownSince = Now;
        order.Questions |= OpenQuestions.Missing;
        order.Reason = new ExchangeError { Code = ExchangeErrorCode.OrderNotFound, Message = "the venue does not find the order, which it knew before; it is being asked again", Outcome = CommandOutcome.Unknown };
        _counters = _counters with { BecameUnknown = _counters.BecameUnknown + 1 };
        OrderLog.BecameUnknown(_logger, _exchange, order.Key, "lookup", order.Reason.Message);
        Publish(order, OrderEvent.BecameUnknown);
    }

    private void GiveUp(TrackedOrder order, bool duplicate)
    {
        var known = order.Seen;
        var reason = new ExchangeError
        {
            Code = duplicate ? ExchangeErrorCode.DuplicateClientOrderId : ExchangeErrorCode.OrderNotFound,
            Message = duplicate ? "the venue has an older order under this client order id; ours was not placed"
                : known ? "the venue does not know the order any more"
                : $"the command did not reach the venue in time: {_options.NotFoundAnswers} spaced answers since do not know the order",
            Outcome = CommandOutcome.Rejected,
        };
        _counters = _counters with { Lost = _counters.Lost + 1 };
        order.Lost = true;
        var wasUnknown = order.UnknownSince is not null;
        if (!known && order.Replace is { RestSent: true } replace)
        {
            RestRefused(order, replace, reason);
        }
        else
        {
            var status = known || order.Carried > 0 ? OrderStatus.Cancelled : OrderStatus.Rejected;
            var pending = order.Replace;
            EndHere(order, status, reason);
            Publish(order, OrderTransitions.EventOf(status));
            if (pending is not null)
            {
                pending.Settled = true;
                pending.OldEnded?.TrySetResult(true);
                pending.Answer.TrySetResult(reason);
            }
        }

        OrderLog.GivenUp(_logger, _exchange, order.Key, order.Venue.ToString(), reason.Message);
        order.Answer?.TrySetResult(AnswerOf(order));
        if (wasUnknown)
            Publish(order, OrderEvent.Resolved);
    }

    /// <summary>
    /// True when what was found under the client order id was made before ours was sent: a venue whose ids need to be unique among
    /// open orders only finds the older order once the id is used again.
    /// </summary>
    private bool IsOlderOrder(TrackedOrder order, OrderReport report) =>
        !order.Seen && order.VenueOrderId is null && order.Order.Origin == OrderOrigin.Trader
        && report.CreatedTime is { } created && created < order.LastChance - _venue.CommandValidity - _options.OlderOrderTolerance;

    private enum Finding
    {
        /// <summary>The venue knows no such order.</summary>
        Nothing,
        /// <summary>What it knows was taken in.</summary>
        Answer,
        /// <summary>It knows the order, and the command may still come.</summary>
        NotToBeSeenYet,
        /// <summary>It knows an older order under the same client order id.</summary>
        OlderOrder,
    }
}
