using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Putting one report into the order that it is about.</content>
public sealed partial class OrderManager
{
    private void Fold(TrackedOrder order, OrderReport report)
    {
        order.Touched = ++_touches;
        if (!order.NamesPresentLeg(report))
        {
            FoldFormerLeg(order, report);
            return;
        }

        var proves = report.Status != OrderStatus.PendingNew;
        if (order.VenueOrderId is null && report.VenueOrderId is not null)
        {
            order.VenueOrderId = report.VenueOrderId;
            _table.AddVenueId(order, report.VenueOrderId);
        }

        var published = _published;
        var booking = Book(order, report);
        var held = order.Venue;
        var target = Target(order, report, booking);
        if (target != held && !Allowed(order, report, held, target, booking.Cumulative))
        {
            _counters = _counters with { StaleReports = _counters.StaleReports + 1 };
            target = held;
        }

        var replaced = ShowsReplacement(order, report);
        var resolved = proves && Settle(order, target, replaced);
        Stamp(order, report);

        // Nothing of the above was seen yet. From here on each step publishes what it changes.
        if (proves && target != held && target != OrderStatus.Rejected && held is OrderStatus.PendingNew or OrderStatus.Rejected)
            Accept(order, target);
        else if (OrderTransitions.IsTerminal(held) && !OrderTransitions.IsTerminal(target))
            Revive(order, target);
        if (order.Venue == OrderStatus.Untriggered && (report.Triggered || target is OrderStatus.Working or OrderStatus.PartiallyFilled or OrderStatus.Filled))
        {
            order.Venue = OrderStatus.Working;
            Publish(order, OrderEvent.Triggered);
        }

        if (!order.IsTerminal)
            Amend(order, report, replaced);
        if (booking.Fill is not null || booking.Cumulative > order.Cumulative)
        {
            order.Cumulative = booking.Cumulative;
            order.AveragePrice = booking.Average;
            if (target == OrderStatus.Filled)
                Finish(order, OrderStatus.Filled, report);
            else if (!order.IsTerminal)
                order.Venue = OrderStatus.PartiallyFilled;
            Publish(order, OrderEvent.Filled, booking.Fill);
        }

        if (OrderTransitions.IsTerminal(target) && order.Venue != target)
            End(order, target, report);
        if (NoteUnknownStatus(order, report) && published == _published)
            Publish(order, OrderEvent.Reconciled);
        if (resolved)
            Publish(order, OrderEvent.Resolved);
        if (order.HasUnbookedDetails)
            Ask(order, OpenQuestions.Details, _options.DetailsDelay);
        else
            order.Questions &= ~OpenQuestions.Details;
        Answer(order);
    }

    /// <summary>A report about what the order was before a trigger or a replacement: only its executions matter.</summary>
    private void FoldFormerLeg(TrackedOrder order, OrderReport report)
    {
        var cumulative = order.Cumulative;
        if (report.Fill is not null && BookFill(order, report.Fill) is { } fill)
        {
            if (order.Detailed > cumulative)
                order.Cumulative = order.Detailed;
            Stamp(order, report);
            Publish(order, OrderEvent.Filled, fill);
        }

        // It ended as what it was; whether it goes on as what it is now, the venue is asked where no event tells.
        if (report.Status is { } status && OrderTransitions.IsTerminal(status) && !order.IsTerminal && order.Replace is null)
            Ask(order, OpenQuestions.Confirm, _options.ConfirmDelay);
    }

    /// <summary>What the report makes of the quantities: the execution that it tells of, and the venue's own count.</summary>
    private Booking Book(TrackedOrder order, OrderReport report)
    {
        var fill = report.Fill is { } told ? BookFill(order, told) : null;
        var count = report.CumulativeQuantity is { } venues ? venues + order.Carried : 0;
        if (report.CumulativeQuantity is null && report.Status == OrderStatus.Filled)
            count = order.Quantity;
        var cumulative = Math.Max(order.Cumulative, Math.Max(count, order.Detailed));
        if (cumulative > order.Cumulative && cumulative > Math.Max(order.Quantity, (report.Quantity ?? 0) + order.Carried))
        {
            _counters = _counters with { Overfills = _counters.Overfills + 1 };
            OrderLog.Overfill(_logger, _exchange, order.Key, cumulative, order.Quantity);
        }

        var average = order.AveragePrice;
        if (order.Detailed > 0 && order.Detailed == cumulative)
            average = order.DetailedValue / order.Detailed;
        else if (report.AveragePrice is { } venuesAverage && venuesAverage != 0 && order.Carried == 0 && count == cumulative)
            average = venuesAverage;
        return new Booking(fill, cumulative, average);
    }

    private Fill? BookFill(TrackedOrder order, Fill fill)
    {
        if (fill.Quantity <= 0 || !order.AddFill(FillKey.Of(fill)))
        {
            _counters = _counters with { DuplicateFills = _counters.DuplicateFills + 1 };
            return null;
        }

        _counters = _counters with { Fills = _counters.Fills + 1 };
        order.Detailed += fill.Quantity;
        order.DetailedValue += fill.Quantity * fill.Price;
        var id = order.Order.ClientOrderId.Length > 0 ? order.Order.ClientOrderId : fill.ClientOrderId;
        return fill.ClientOrderId == id ? fill : fill with { ClientOrderId = id };
    }

    /// <summary>Where the report would have the order stand.</summary>
    private static OrderStatus Target(TrackedOrder order, OrderReport report, in Booking booking)
    {
        switch (report.Status)
        {
            case OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired:
                return report.Status.Value;
            case OrderStatus.Rejected:
                // Part of it was done, or done under another id: it cannot be as if it had never been.
                return booking.Cumulative > 0 || order.EarlierWireIds.Count > 0 ? OrderStatus.Cancelled : OrderStatus.Rejected;
            case OrderStatus.Untriggered:
                return OrderStatus.Untriggered;
            case OrderStatus.Working or OrderStatus.PartiallyFilled:
                // Binance tells of its own orders (liquidation, ADL, settlement) by one event, which calls them new and holds the whole fill.
                if (report is { Quantity: > 0 } && report.CumulativeQuantity >= report.Quantity)
                    return OrderStatus.Filled;
                return booking.Cumulative > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working;
            case OrderStatus.PendingNew:
                return order.Venue;
        }

        // The report tells no state, or one that is not known here; but that the order is there, and perhaps what was filled.
        if (booking.Fill is not null || booking.Cumulative > order.Cumulative)
        {
            // While a replacement is in flight the total is not certain.
            if (booking.Cumulative >= order.Quantity && order.Replace is null)
                return OrderStatus.Filled;
            return order.IsTerminal && order.Venue != OrderStatus.Rejected ? order.Venue : OrderStatus.PartiallyFilled;
        }

        if (order.Venue is not (OrderStatus.PendingNew or OrderStatus.Rejected))
            return order.Venue;
        return order.IsConditional && !report.Triggered ? OrderStatus.Untriggered : OrderStatus.Working;
    }

    /// <summary>The rule of <see cref="OrderTransitions"/>, and what proves a correction.</summary>
    private static bool Allowed(TrackedOrder order, OrderReport report, OrderStatus held, OrderStatus target, decimal cumulative) => OrderTransitions.Judge(held, target) switch
    {
        Step.Lawful => true,
        Step.Correction when held == OrderStatus.Rejected || order.Lost => true,
        Step.Correction when target == OrderStatus.Filled => cumulative >= order.Quantity,
        // Back from an end that the venue told: only by its own word of a later time.
        Step.Correction => report.Source != ReportSource.Reply && report.VenueTime > order.EndedTime
            && (held != OrderStatus.Filled || report.Quantity + order.Carried > cumulative),
        _ => false,
    };

    /// <summary>Answers the questions that a report answers.</summary>
    /// <returns>True when nothing is unknown any more that was.</returns>
    private static bool Settle(TrackedOrder order, OrderStatus target, bool replaced)
    {
        order.Seen |= target != OrderStatus.Rejected;
        var answered = OpenQuestions.Place | OpenQuestions.Missing;
        if (OrderTransitions.IsTerminal(target))
            answered |= OpenQuestions.Cancel | OpenQuestions.Replace | OpenQuestions.Confirm;
        if (replaced)
            answered |= OpenQuestions.Replace;
        // That the order is there is no answer to whether its cancel is being done.
        if (!order.CancelTaken && order.Replace is not { AwaitsEnd: true })
            answered |= OpenQuestions.Confirm;
        return Close(order, answered);
    }

    private static bool Close(TrackedOrder order, OpenQuestions answered)
    {
        order.Questions &= ~answered;
        if (order.UnknownSince is null || (order.Questions & OpenQuestions.Unknown) != 0)
            return false;
        order.UnknownSince = null;
        order.Lookup.Reset();
        return true;
    }

    private void Accept(TrackedOrder order, OrderStatus target)
    {
        var wasRejected = order.Venue == OrderStatus.Rejected;
        if (wasRejected)
            NoteRevival(order, target);
        order.Seen = true;
        order.Venue = target == OrderStatus.Untriggered ? OrderStatus.Untriggered
            : order.Cumulative > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working;
        if (order.Replace is { RestSent: true } replace)
            RestAccepted(order, replace);
        else
            Publish(order, OrderEvent.Accepted);
    }

    private void Revive(TrackedOrder order, OrderStatus target)
    {
        NoteRevival(order, target);
        order.EndedTime = null;
        order.Venue = target;
        Publish(order, OrderEvent.Reconciled);
    }

    private void NoteRevival(TrackedOrder order, OrderStatus target)
    {
        _counters = _counters with { Revived = _counters.Revived + 1 };
        OrderLog.Revived(_logger, _exchange, order.Key, order.Venue.ToString(), target.ToString());
        order.Reason = null;
        order.Lost = false;
    }

    /// <summary>The order ends as the report says, unless the end of this leg is what a replacement waits for.</summary>
    private void End(TrackedOrder order, OrderStatus status, OrderReport report)
    {
        if (AwaitsRest(order, status))
        {
            order.Replace!.OldEnded!.TrySetResult(true);
            return;
        }

        Finish(order, status, report);
        Publish(order, OrderTransitions.EventOf(status));
    }

    private static void Finish(TrackedOrder order, OrderStatus status, OrderReport report)
    {
        order.Venue = status;
        order.Reason = report.Reason;
        order.EndedTime = report.VenueTime;
        order.CancelTaken = false;
        order.UnknownSince = null;
        order.Questions &= OpenQuestions.Details;
        if (order.Replace is not { } replace)
            return;
        order.Replace = null;
        replace.Settled = true;
        replace.OldEnded?.TrySetResult(true);
    }

    private static bool AwaitsRest(TrackedOrder order, OrderStatus status) =>
        status is OrderStatus.Cancelled or OrderStatus.Expired && order.Replace is { AwaitsEnd: true, Abandoned: false };

    private static void Stamp(TrackedOrder order, OrderReport report)
    {
        if (report.VenueTime is { } told && (order.VenueTime is not { } known || told > known))
            order.VenueTime = told;
        if (report.Status is not null)
            order.VenueStatus = null;
        order.UpdatedTime = report.ReceivedTime;
    }

    private bool NoteUnknownStatus(TrackedOrder order, OrderReport report)
    {
        if (report.Status is not null || report.VenueStatus is not { } word || word == order.VenueStatus)
            return false;
        order.VenueStatus = word;
        _counters = _counters with { UnknownStatuses = _counters.UnknownStatuses + 1 };
        OrderLog.UnknownStatus(_logger, _exchange, order.Key, word);
        return true;
    }

    private void Answer(TrackedOrder order)
    {
        if (order.Answer is { Task.IsCompleted: false } answer && order.Venue != OrderStatus.PendingNew && order.Replace is not { RestSent: true })
            answer.TrySetResult(AnswerOf(order));
    }

    private readonly record struct Booking(Fill? Fill, decimal Cumulative, decimal? Average);
}
