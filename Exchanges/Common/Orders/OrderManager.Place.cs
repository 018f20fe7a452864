using System.Collections.Immutable;
using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Placing orders, one or several.</content>
public sealed partial class OrderManager
{
    /// <summary>
    /// Places an order. The answer comes with the first thing that proves what happened, be it the venue's reply or an event of the
    /// user stream. The same client order id again gives the first answer and sends nothing; to try a refused order once more, use
    /// a new id.
    /// </summary>
    public Task<Result<OrderAck>> PlaceAsync(OrderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Submission submission;
        lock (_gate)
        {
            submission = Submit(request);
            if (submission.Fresh is not null)
                Departed();
        }

        if (submission.Fresh is not { } order)
            return submission.Answer;
        _ = SendPlaceAsync(order);
        return submission.Answer;
    }

    /// <summary>Places several orders; each has its own outcome. One that is refused here does not keep the others from leaving.</summary>
    public async Task<Result<OrderBatchResult>> PlaceBatchAsync(OrderBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Orders.IsDefaultOrEmpty)
            return ExchangeError.InvalidArgument("orders", "there is none").WithOutcome(CommandOutcome.Rejected);
        var most = Math.Max(1, _venue.Capabilities.MaxBatchSize);
        if (batch.Orders.Length > most)
            return ExchangeError.InvalidArgument("orders", $"{batch.Orders.Length} are too many, {_exchange} takes up to {most} in one command").WithOutcome(CommandOutcome.Rejected);

        var answers = new Task<Result<OrderAck>>[batch.Orders.Length];
        var fresh = new List<TrackedOrder>(batch.Orders.Length);
        lock (_gate)
        {
            for (var i = 0; i < answers.Length; i++)
            {
                var submission = Submit(batch.Orders[i]);
                answers[i] = submission.Answer;
                if (submission.Fresh is not { } order)
                    continue;
                fresh.Add(order);
                Departed();
            }
        }

        if (fresh.Count == 1)
            _ = SendPlaceAsync(fresh[0]);
        else if (fresh.Count > 1)
            _ = SendBatchAsync(fresh);
        return new OrderBatchResult { Orders = [.. await Task.WhenAll(answers).ConfigureAwait(false)] };
    }

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
        // An answer that could only say unknown is overtaken once the outcome is known.
        if (first.Answer?.Task is { } answer && (!answer.IsCompleted || first.UnknownSince is not null || answer.Result.Error?.Outcome != CommandOutcome.Unknown))
            return new Submission(null, answer);
        return new Submission(null, Task.FromResult(AnswerOf(first)));
    }

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

    private async Task SendPlaceAsync(TrackedOrder order)
    {
        if (await SyncedAsync().ConfigureAwait(false) is { } notWritten)
        {
            lock (_gate)
            {
                Arrived();
                PlaceAnswered(order, CommandReply.Failed(notWritten));
            }

            return;
        }

        CommandReply reply;
        try
        {
            reply = await _venue.PlaceAsync(order.OnTheWire(), order.LastChance).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            reply = ConnectorFailed(error, "place");
        }

        lock (_gate)
        {
            Arrived();
            PlaceAnswered(order, reply);
        }
    }

    private async Task SendBatchAsync(List<TrackedOrder> orders)
    {
        var notWritten = await SyncedAsync().ConfigureAwait(false);
        ImmutableArray<CommandReply> replies = [];
        ExchangeError? failure = notWritten;
        if (notWritten is null)
        {
            var wire = ImmutableArray.CreateBuilder<Order>(orders.Count);
            foreach (var order in orders)
                wire.Add(order.OnTheWire());
            try
            {
                replies = await _venue.PlaceBatchAsync(wire.MoveToImmutable(), orders[^1].LastChance).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                failure = ConnectorFailed(error, "place batch").Error;
            }
        }

        lock (_gate)
        {
            for (var i = 0; i < orders.Count; i++)
            {
                Arrived();
                PlaceAnswered(orders[i], i < replies.Length ? replies[i] : CommandReply.Failed(failure ?? NoAnswerInBatch));
            }
        }
    }

    private static ExchangeError NoAnswerInBatch => new()
    {
        Code = ExchangeErrorCode.UnreadableReply,
        Message = "the venue's answer to the batch says nothing about this order",
        Outcome = CommandOutcome.Unknown,
    };

    private CommandReply ConnectorFailed(Exception error, string call)
    {
        OrderLog.ConnectorFailed(_logger, error, _exchange, call);
        lock (_gate)
            _counters = _counters with { ConnectorFailures = _counters.ConnectorFailures + 1 };
        return CommandReply.Failed(new ExchangeError
        {
            Code = ExchangeErrorCode.Internal,
            Message = $"the connector failed in {call}; the log has the details",
            Outcome = CommandOutcome.Unknown,
        });
    }

    /// <summary>Takes the venue's answer to a place, also to that of a replacement's rest.</summary>
    private void PlaceAnswered(TrackedOrder order, CommandReply reply)
    {
        order.PlaceInFlight = false;
        if (reply.LastChance is { } lastChance && lastChance > order.LastChance)
            order.LastChance = lastChance;
        if (reply.Error is not { } error)
        {
            FoldReply(order, reply.Report);
            order.Answer?.TrySetResult(order.Venue == OrderStatus.Rejected ? AnswerOf(order) : Ack(order));
            if (order.Venue == OrderStatus.PendingNew)
                Ask(order, OpenQuestions.Confirm, _options.ConfirmDelay);
            return;
        }

        if (order.Seen || order.IsTerminal)
        {
            // The user stream was faster, and it is the better witness.
            if (error.Outcome == CommandOutcome.Rejected && !order.IsTerminal)
            {
                _counters = _counters with { Contradictions = _counters.Contradictions + 1 };
                OrderLog.Contradiction(_logger, _exchange, order.Key, error.ToString());
                Ask(order, OpenQuestions.Confirm, _options.FirstLookup);
            }

            return;
        }

        // The venue has an order under this id already. Only ours can be meant, or an older one: the venue tells.
        if (error.Outcome == CommandOutcome.Rejected && error.Code != ExchangeErrorCode.DuplicateClientOrderId)
            PlaceRefused(order, error);
        else
            BecomeUnknown(order, OpenQuestions.Place, "place", error);
    }

    private void PlaceRefused(TrackedOrder order, ExchangeError error)
    {
        if (order.Replace is { RestSent: true } replace)
        {
            RestRefused(order, replace, error);
            return;
        }

        EndHere(order, OrderStatus.Rejected, error);
        Publish(order, OrderEvent.Rejected);
        order.Answer?.TrySetResult(error);
    }

    /// <summary>The order has ended, and no report of the venue says so.</summary>
    private void EndHere(TrackedOrder order, OrderStatus status, ExchangeError? reason)
    {
        order.Venue = status;
        order.Reason = reason;
        order.UnknownSince = null;
        order.Questions &= OpenQuestions.Details;
        order.CancelTaken = false;
        order.Replace = null;
        order.EndedTime = null;
    }

    /// <summary>What follows from a request: an order that has to be sent, or an answer.</summary>
    private readonly record struct Submission(TrackedOrder? Fresh, Task<Result<OrderAck>> Answer);
}
