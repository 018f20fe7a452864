using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Finding the order that a report is about: adopting it, linking it, merging it.</content>
public sealed partial class OrderManager
{
    /// <summary>The venue said something of an order. Reports may come late, twice and out of order.</summary>
    public void OnReport(OrderReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        lock (_gate)
            Receive(report);
    }

    /// <summary>Takes a report in; returns the order that it was about, or null when it could not be attributed.</summary>
    private TrackedOrder? Receive(OrderReport report)
    {
        var order = Match(report);
        if (order is null)
            return Adopt(report);
        if (report.SuccessorVenueOrderId is { } successor)
            Link(order, successor, report);
        Fold(order, report);
        return order;
    }

    /// <summary>Takes in the answer to a command about an order, whatever names it uses.</summary>
    private void FoldReply(TrackedOrder order, OrderReport? report)
    {
        if (report is null)
        {
            Fold(order, new OrderReport { Source = ReportSource.Reply, Symbol = order.Order.Symbol, VenueOrderId = order.VenueOrderId, ReceivedTime = Now });
            return;
        }

        if (report.VenueOrderId is { } id && id != order.VenueOrderId)
        {
            var other = _table.ByVenueId(order.Order.Symbol, id);
            if (other is not null && other != order)
                Merge(other, order, triggered: false, report);
            else if (order.VenueOrderId is not null && other is null && !order.EarlierVenueOrderIds.Contains(id))
                NoteSecondId(order, id, report);
        }

        if (report.SuccessorVenueOrderId is { } successor)
            Link(order, successor, report);
        Fold(order, report);
    }

    private TrackedOrder? Match(OrderReport report)
    {
        if (report.VenueOrderId is { } id && _table.ByVenueId(report.Symbol, id) is { } byVenueId)
            return byVenueId;
        if (report.ClientOrderId is not { Length: > 0 } clientId || _table.ByClientId(clientId) is not { } order || order.Order.Symbol != report.Symbol)
            return null;
        if (report.VenueOrderId is null || (clientId == order.WireId && order.VenueOrderId is null))
            return order;

        // The client order id is ours, the venue order id is new to us.
        if (clientId != order.WireId)
        {
            AddFormerId(order, report.VenueOrderId);
            return order;
        }

        if (order.IsConditional && order.EarlierVenueOrderIds.IsEmpty)
        {
            NoteSecondId(order, report.VenueOrderId, report);
            return order;
        }

        _counters = _counters with { ClientIdConflicts = _counters.ClientIdConflicts + 1 };
        OrderLog.ClientIdConflict(_logger, _exchange, report.VenueOrderId, order.Key, order.VenueOrderId);
        return null;
    }

    private void AddFormerId(TrackedOrder order, string id)
    {
        order.EarlierVenueOrderIds = order.EarlierVenueOrderIds.Add(id);
        _table.AddVenueId(order, id);
    }

    /// <summary>A second venue order id under the client order id of a conditional order: before its trigger or after it.</summary>
    private void NoteSecondId(TrackedOrder order, string id, OrderReport report)
    {
        var beforeTrigger = order.Venue is OrderStatus.PendingNew or OrderStatus.Untriggered;
        if (order.IsConditional && beforeTrigger && report.Status is not OrderStatus.Untriggered and not OrderStatus.PendingNew)
        {
            Link(order, id, report);
            return;
        }

        AddFormerId(order, id);
    }

    /// <summary>The order goes on under another venue order id: its trigger fired.</summary>
    private void Link(TrackedOrder order, string successor, OrderReport report)
    {
        if (order.VenueOrderId == successor || order.EarlierVenueOrderIds.Contains(successor))
            return;
        var other = _table.ByVenueId(order.Order.Symbol, successor);
        // The trigger's own id may be new to us as well.
        if (report.VenueOrderId is { } own && own != successor && order.VenueOrderId is null)
        {
            order.VenueOrderId = own;
            _table.AddVenueId(order, own);
        }

        if (other is not null && other != order)
        {
            Merge(other, order, triggered: true, report);
            return;
        }

        order.GoOnAs(successor);
        _table.AddVenueId(order, successor);
        order.Seen = true;
        Fired(order, report);
    }

    private void Fired(TrackedOrder order, OrderReport report)
    {
        Stamp(order, report);
        order.Touched = ++_touches;
        var resolved = Close(order, OpenQuestions.Place | OpenQuestions.Missing);
        if (order.Venue is OrderStatus.PendingNew or OrderStatus.Untriggered)
        {
            order.Venue = order.Cumulative > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working;
            Publish(order, OrderEvent.Triggered);
        }
        else
        {
            Publish(order, OrderEvent.Reconciled);
        }

        if (resolved)
            Publish(order, OrderEvent.Resolved);
    }

    /// <summary>
    /// An order that was adopted turns out to be one of ours. Its executions were booked and published once, and are not again; what
    /// was known of it is published of ours. Who follows the adopted one by a name of its own is told once that it goes on as ours.
    /// </summary>
    private void Merge(TrackedOrder other, TrackedOrder order, bool triggered, OrderReport report)
    {
        RecordOrNote(new JournalRecord { Kind = JournalKind.Merged, Time = Now, Key = other.Key, Into = order.Key });
        foreach (var fill in other.Fills)
            order.AddFill(fill);
        order.Detailed += other.Detailed;
        order.DetailedValue += other.DetailedValue;
        order.WithoutDetails += other.WithoutDetails;
        if (other.Cumulative > order.Cumulative)
        {
            order.Cumulative = other.Cumulative;
            order.AveragePrice = other.AveragePrice;
        }

        _table.Merge(other, order);
        if (other.VenueOrderId is { } id && id != order.VenueOrderId)
            order.GoOnAs(id);
        order.Seen = true;
        order.EndedTime = other.EndedTime;
        var end = other.IsTerminal ? other.Venue : (OrderStatus?)null;
        if (end is null && other.Key != order.Key)
            TellTakenOver(other, order);
        _exposure.Remove(other);
        if (!order.IsTerminal || order.Venue == OrderStatus.Rejected)
        {
            if (!triggered && order.Venue is OrderStatus.PendingNew or OrderStatus.Rejected)
                Accept(order, OrderStatus.Working);
            else
                Fired(order, report);
            if (end is { } terminal)
                End(order, terminal, report);
        }

        Answer(order);
    }

    private void TellTakenOver(TrackedOrder other, TrackedOrder order) => _sink.OnOrder(new OrderUpdate
    {
        Event = OrderEvent.Reconciled,
        Order = other.Order with
        {
            Status = OrderStatus.Expired,
            Reason = new ExchangeError { Code = ExchangeErrorCode.Unspecified, Message = $"this is order '{order.Key}' under the id of its triggered order; it goes on under that one" },
        },
    });

    /// <summary>Takes an order into the books that was first seen in a report.</summary>
    private TrackedOrder? Adopt(OrderReport report)
    {
        var side = report.Side ?? report.Fill?.Side;
        var quantity = report.Quantity ?? report.Fill?.Quantity;
        var conflict = report.ClientOrderId is { Length: > 0 } taken && _table.ByClientId(taken) is not null;
        if (side is null || quantity is null || (report.VenueOrderId is null && (report.ClientOrderId is not { Length: > 0 } || conflict)))
        {
            _counters = _counters with { Unattributed = _counters.Unattributed + 1 };
            OrderLog.Unattributed(_logger, _exchange, report.Symbol, report.ClientOrderId, report.VenueOrderId);
            return null;
        }

        var filledBefore = Math.Max(0, (report.CumulativeQuantity ?? 0) - (report.Fill?.Quantity ?? 0));
        // Two orders under one client order id could not be told apart by those who know orders by it.
        var clientId = conflict ? "" : report.ClientOrderId ?? "";
        var wasOurs = clientId.Length > 0 && _table.WasUsed(clientId);
        var type = report.Type ?? (report.Price is null ? OrderType.Market : OrderType.Limit);
        var status = report.Status == OrderStatus.Untriggered ? OrderStatus.Untriggered
            : filledBefore > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Working;
        var order = new TrackedOrder(
            new Order
            {
                Exchange = _exchange,
                Symbol = report.Symbol,
                ClientOrderId = clientId,
                VenueOrderId = report.VenueOrderId,
                Side = side.Value,
                PositionSide = report.PositionSide ?? report.Fill?.PositionSide ?? PositionSide.Net,
                Type = type,
                TimeInForce = report.TimeInForce ?? TimeInForce.GoodTillCancelled,
                PostOnly = report.PostOnly ?? false,
                ReduceOnly = report.ReduceOnly ?? false,
                Quantity = quantity.Value,
                Price = report.Price,
                TriggerPrice = report.TriggerPrice,
                TrailingOffset = report.TrailingOffset,
                TriggerBy = report.TriggerBy ?? default,
                GoodTillDate = report.GoodTillDate,
                Status = status,
                CumulativeQuantity = filledBefore,
                AveragePrice = filledBefore > 0 ? report.AveragePrice : null,
                Origin = wasOurs ? OrderOrigin.Trader : report.Origin,
                CreatedTime = report.CreatedTime ?? report.VenueTime ?? report.ReceivedTime,
                VenueTime = report.VenueTime,
                UpdatedTime = report.ReceivedTime,
            },
            clientId.Length > 0 ? clientId : $"{report.Symbol}#{report.VenueOrderId}",
            _table.NextNumber())
        {
            Seen = true,
            WithoutDetails = filledBefore,
            AmendedTime = report.VenueTime,
        };
        _counters = _counters with { Adopted = _counters.Adopted + 1 };
        OrderLog.Adopted(_logger, _exchange, order.Key, order.Order.Origin.ToString());
        _table.Trim(Now);
        _table.Add(order);
        Publish(order, OrderEvent.Adopted);
        if (report.SuccessorVenueOrderId is { } successor)
            Link(order, successor, report);
        Fold(order, report);
        return order;
    }
}
