using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>What becomes of a request before anything is sent: refused, a repeat, or an order that is written down.</content>
public sealed partial class OrderManager
{
    /// <summary>Checks an order, writes it down and publishes it: what is fresh afterwards has to be sent.</summary>
    private Submission Submit(OrderRequest request)
    {
        if (request.ClientOrderId is { } id)
        {
            if (!_ids.IsValid(id))
            {
                return Refuse(new ExchangeError
                {
                    Code = ExchangeErrorCode.InvalidClientOrderId,
                    Field = "client_order_id",
                    Message = $"client_order_id: '{id}' is not in the form that {_exchange} takes: {_ids.Form}",
                });
            }

            if (_table.ByClientId(id) is { } first)
                return Repeat(first, request);
            if (_table.WasUsed(id))
                return Refuse(Duplicate($"'{id}' was used for an order that ended and is not kept any more; use a new id"));
        }

        if (MayPlace(request.ReduceOnly, request.PositionSide, request.Side) is { } closed)
            return Refuse(closed);
        _table.Trim(Now);
        var order = RequestFields.ToOrder(_exchange, request, request.ClientOrderId ?? NewClientOrderId(request.Trader), Now);
        if (_checks.Place(order, _table.OpenCount) is { } unfit)
            return Refuse(unfit);
        if (_venue.Check(order) is { } unfitThere)
            return Refuse(unfitThere);
        if (_checks.TakeFromRate() is { } tooMany)
            return Refuse(tooMany);

        var tracked = new TrackedOrder(order, order.ClientOrderId, _table.NextNumber())
        {
            LastChance = _venue.VenueNow + _venue.CommandValidity,
            Answer = new TaskCompletionSource<Result<OrderAck>>(TaskCreationOptions.RunContinuationsAsynchronously),
            PlaceInFlight = true,
            Touched = ++_touches,
        };
        if (Intend(Whole(tracked)) is { } notWritten)
            return Refuse(notWritten);
        _counters = _counters with { Placed = _counters.Placed + 1 };
        _table.Add(tracked);
        Publish(tracked, OrderEvent.Submitted);
        return new Submission(tracked, tracked.Answer.Task);
    }

    private Submission Refuse(ExchangeError error)
    {
        _counters = _counters with { RefusedHere = _counters.RefusedHere + 1 };
        return new Submission(null, Task.FromResult(Result<OrderAck>.Failure(error.WithOutcome(CommandOutcome.Rejected))));
    }

    private Submission Repeat(TrackedOrder first, OrderRequest request)
    {
        if (first.Order.Origin != OrderOrigin.Trader)
            return Refuse(Duplicate($"'{first.Order.ClientOrderId}' is the id of an order that was not made here; use another"));
        if (first.WireId == request.ClientOrderId && first.Order.ClientOrderId != request.ClientOrderId)
            return Refuse(Duplicate($"'{request.ClientOrderId}' is in use for a replacement of order '{first.Order.ClientOrderId}'; use another"));
        if (RequestFields.Difference(first.Placed, request) is { } difference)
            return Refuse(Duplicate($"'{request.ClientOrderId}' was used for another order ({difference}); use a new id, or the same content to get the first answer"));
        // An answer that could only say unknown, or that the venue had received the order, is overtaken once more is known.
        if (first.Answer?.Task is { } answer && (!answer.IsCompleted || first.UnknownSince is not null || !IsOvertaken(answer.Result, first)))
            return new Submission(null, answer);
        return new Submission(null, Task.FromResult(AnswerOf(first)));
    }

    private static bool IsOvertaken(Result<OrderAck> answer, TrackedOrder order) => answer.IsSuccess
        ? answer.Value.Order.Status == OrderStatus.PendingNew && order.Seen
        : answer.Error.Outcome == CommandOutcome.Unknown;

    private Result<OrderAck> AnswerOf(TrackedOrder order)
    {
        if (order.Venue == OrderStatus.Rejected)
            return (order.Reason ?? RejectedWithoutReason).WithOutcome(CommandOutcome.Rejected);
        return order.Seen ? Ack(order) : StillUnknown(order);
    }

    private static ExchangeError RejectedWithoutReason => new()
    {
        Code = ExchangeErrorCode.RejectedByVenue,
        Message = "the venue refused the order and gave no reason",
        Outcome = CommandOutcome.Rejected,
    };

    private static ExchangeError StillUnknown(TrackedOrder order) => new()
    {
        Code = ExchangeErrorCode.Timeout,
        Message = $"nobody can tell yet whether order '{order.Order.ClientOrderId}' was placed; the venue is being asked, and the answer comes on the orders stream",
        Outcome = CommandOutcome.Unknown,
    };

    private static ExchangeError Duplicate(string message) => new()
    {
        Code = ExchangeErrorCode.DuplicateClientOrderId,
        Field = "client_order_id",
        Message = $"client_order_id: {message}",
    };

    private string NewClientOrderId(string? trader)
    {
        string id;
        do
        {
            id = _ids.Make(trader);
        }
        while (_table.ByClientId(id) is not null || _table.WasUsed(id));
        return id;
    }

    /// <summary>What follows from a request: an order that has to be sent, or an answer.</summary>
    private readonly record struct Submission(TrackedOrder? Fresh, Task<Result<OrderAck>> Answer);
}
