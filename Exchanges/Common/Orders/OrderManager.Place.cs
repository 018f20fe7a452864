using System.Collections.Immutable;
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
    private static void EndHere(TrackedOrder order, OrderStatus status, ExchangeError? reason)
    {
        order.Venue = status;
        order.Reason = reason;
        order.UnknownSince = null;
        order.Questions &= OpenQuestions.Details;
        order.CancelTaken = false;
        order.Replace = null;
        order.EndedTime = null;
    }
}
