using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <content>Changing price and quantity, at venues that do it in place.</content>
public sealed partial class OrderManager
{
    /// <summary>
    /// Changes price, quantity (the new total, fills included) or both of a working order. While it is under way the order works on
    /// and fills are booked. Refused: the order is as it was. Unknown: it stays pending until the venue has told.
    /// </summary>
    public async Task<Result<OrderAck>> ReplaceAsync(ReplaceOrderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrackedOrder order;
        ReplaceCommand replace;
        DateTimeOffset lastChance;
        Order wire;
        lock (_gate)
        {
            if (NamesNothing(request.Order) is { } unnamed)
                return unnamed;
            var found = Find(request.Order, out var mismatch);
            if (mismatch is not null)
                return mismatch;
            if (found is null)
                return NotHeld(request.Order);
            order = found;
            var price = request.Price ?? order.Price;
            var quantity = request.Quantity ?? order.Quantity;
            // The same once more, while the first is under way: the same answer.
            if (order.Replace is { Settled: false } under && under.Price == price && under.Quantity == quantity)
            {
                replace = under;
                wire = order.Order;
                lastChance = default;
            }
            else
            {
                if (MayReplace(order, price, quantity) is { } refused)
                    return refused.WithOutcome(CommandOutcome.Rejected);
                lastChance = _venue.VenueNow + _venue.CommandValidity;
                replace = new ReplaceCommand(price!.Value, quantity)
                {
                    OldEnded = _venue.Capabilities.NativeReplace ? null : new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously),
                };
                if (Intend(ReplaceIntent(order, replace, lastChance)) is { } notWritten)
                    return notWritten;
                Departed();
                wire = order.OnTheWire();
                order.Replace = replace;
                order.Reason = null;
                Publish(order, OrderEvent.ReplaceSubmitted);
            }
        }

        if (lastChance != default)
            _ = replace.OldEnded is null ? SendReplaceAsync(order, replace, wire, lastChance) : ReplaceByCancelAsync(order, replace, wire);
        return await replace.Answer.Task.ConfigureAwait(false);
    }

    private JournalRecord ReplaceIntent(TrackedOrder order, ReplaceCommand replace, DateTimeOffset lastChance) => new()
    {
        Kind = JournalKind.Replace,
        Time = Now,
        Key = order.Key,
        Price = replace.Price,
        Quantity = replace.Quantity,
        LastChance = lastChance,
    };

    private ExchangeError? MayReplace(TrackedOrder order, decimal? price, decimal quantity)
    {
        if (order.IsTerminal)
            return Ended(order).Error ?? new ExchangeError { Code = ExchangeErrorCode.OrderAlreadyTerminal, Message = $"order '{order.Key}' has ended as cancelled" };
        if (MayCancel() is { } closed)
            return closed;
        if (_stopping)
            return new ExchangeError { Code = ExchangeErrorCode.Stopping, Message = $"the connection to {_exchange} is stopping and changes no orders", Retryable = true };
        if (!_venue.Capabilities.NativeReplace && _readiness != OrderReadiness.Ready)
            return NotReady();
        if (price is null)
            return new ExchangeError { Code = ExchangeErrorCode.NotSupported, Message = $"order '{order.Key}' has no price: only orders with one can be replaced" };
        if (order.Venue == OrderStatus.PendingNew)
            return Busy(order, "is not answered by the venue yet");
        if (order.Replace is not null)
            return Busy(order, "has another replacement under way");
        if (order.CancelPending)
            return Busy(order, "is being cancelled");
        if (price == order.Price && quantity == order.Quantity)
            return new ExchangeError { Code = ExchangeErrorCode.NothingToReplace, Message = $"order '{order.Key}' has this price and this total quantity already" };
        if (_tradingState == TradingState.Halted)
            return MayPlace(order.Order.ReduceOnly, order.Order.PositionSide, order.Order.Side);
        // Under reduce-only an order may still be made smaller.
        if (_tradingState == TradingState.ReduceOnly && quantity > order.Quantity && MayPlace(order.Order.ReduceOnly, order.Order.PositionSide, order.Order.Side) is { } reduceOnly)
            return reduceOnly;
        var wanted = order.Order with { Price = price, Quantity = quantity };
        return _checks.Replace(wanted, order.Quantity) ?? _venue.Check(wanted) ?? _checks.TakeFromRate();
    }

    private static ExchangeError Busy(TrackedOrder order, string why) => new()
    {
        Code = ExchangeErrorCode.NotReady,
        Message = $"order '{order.Key}' {why}; replace it after that",
        Retryable = true,
    };

    private async Task SendReplaceAsync(TrackedOrder order, ReplaceCommand replace, Order wire, DateTimeOffset lastChance)
    {
        CommandReply reply;
        if (await SyncedAsync().ConfigureAwait(false) is { } notWritten)
        {
            reply = CommandReply.Failed(notWritten);
        }
        else
        {
            try
            {
                reply = await _venue.ReplaceAsync(wire, replace.Price, replace.Quantity, lastChance).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                reply = ConnectorFailed(error, "replace");
            }
        }

        lock (_gate)
        {
            Arrived();
            ReplaceAnswered(order, replace, reply, lastChance);
        }
    }

    private void ReplaceAnswered(TrackedOrder order, ReplaceCommand replace, CommandReply reply, DateTimeOffset lastChance)
    {
        order.LastChance = reply.LastChance ?? lastChance;
        if (reply.Error is not { } error)
        {
            TakeReplacement(order, replace, reply.Report);
            replace.Answer.TrySetResult(Ack(order));
            return;
        }

        if (replace.Settled)
        {
            // It ended meanwhile, or an event has shown the replacement, and then the answer is given.
            replace.Answer.TrySetResult(Ended(order).Error ?? error.WithOutcome(CommandOutcome.Rejected));
            return;
        }

        if (error.Outcome != CommandOutcome.Rejected)
        {
            replace.Answer.TrySetResult(BecomeUnknown(order, OpenQuestions.Replace, "replace", error));
            return;
        }

        ReplaceRefused(order, replace, error);
        if (error.Code is ExchangeErrorCode.OrderNotFound or ExchangeErrorCode.OrderAlreadyTerminal)
            Ask(order, OpenQuestions.Confirm, _options.FirstLookup);
    }

    private void TakeReplacement(TrackedOrder order, ReplaceCommand replace, OrderReport? report)
    {
        // An amendment may end the order: it lowered the total to what is filled, or would have taken liquidity.
        if (report is not null)
        {
            // What a late answer says of price and quantity may be overtaken by a later replacement.
            FoldReply(order, replace.Settled ? report with { Price = null, Quantity = null, Amended = false } : report with { Amended = true });
        }

        if (replace.Settled)
            return;
        Replaced(order, replace, report?.Price ?? replace.Price, report?.Quantity ?? replace.Quantity, report?.VenueTime);
    }

    private void Replaced(TrackedOrder order, ReplaceCommand replace, decimal price, decimal quantity, DateTimeOffset? time)
    {
        order.Price = price;
        order.Quantity = quantity;
        order.AmendedTime = time ?? order.AmendedTime;
        order.Reason = null;
        EndReplacement(order, replace);
        Publish(order, OrderEvent.Replaced);
        replace.Answer.TrySetResult(Ack(order));
    }

    private void ReplaceRefused(TrackedOrder order, ReplaceCommand replace, ExchangeError error)
    {
        order.Reason = error;
        EndReplacement(order, replace);
        Publish(order, OrderEvent.ReplaceRejected);
        replace.Answer.TrySetResult(error.WithOutcome(CommandOutcome.Rejected));
    }

    private static void EndReplacement(TrackedOrder order, ReplaceCommand replace)
    {
        replace.Settled = true;
        order.Questions &= ~OpenQuestions.Replace;
        if (order.Replace == replace)
            order.Replace = null;
    }

    /// <summary>True when the report shows the order as the replacement in flight was to make it.</summary>
    private static bool ShowsReplacement(TrackedOrder order, OrderReport report) =>
        order.Replace is { OldEnded: null, Settled: false } replace && report.Price == replace.Price && report.Quantity == replace.Quantity && IsNewer(order, report);

    /// <summary>True when what the report says of price and quantity is later than what is known.</summary>
    private static bool IsNewer(TrackedOrder order, OrderReport report)
    {
        if (report.VenueTime is not { } told)
            return report.Amended || report.Source == ReportSource.Query;
        // Within one millisecond of the venue's clock an amendment, or an answer to a question of ours, counts for more than an event
        // that only repeats price and quantity.
        return order.AmendedTime is not { } known || told > known || (told == known && (report.Amended || report.Source == ReportSource.Query));
    }

    /// <summary>Takes over a price or quantity that the venue tells anew.</summary>
    private void Amend(TrackedOrder order, OrderReport report, bool replaced)
    {
        if (replaced)
        {
            Replaced(order, order.Replace!, order.Replace!.Price, order.Replace.Quantity, report.VenueTime);
            return;
        }

        if (!IsNewer(order, report) || order.Replace is { OldEnded: not null })
            return;
        var price = order.Price is null ? null : report.Price ?? order.Price;
        var quantity = report.Quantity + order.Carried ?? order.Quantity;
        var trigger = report.Amended && order.TriggerPrice is not null ? report.TriggerPrice ?? order.TriggerPrice : order.TriggerPrice;
        if (report.Amended || order.AmendedTime is null)
            order.AmendedTime = report.VenueTime;
        if (price == order.Price && quantity == order.Quantity && trigger == order.TriggerPrice)
            return;
        order.AmendedTime = report.VenueTime ?? order.AmendedTime;
        order.Price = price;
        order.Quantity = quantity;
        order.TriggerPrice = trigger;
        Publish(order, report.Source == ReportSource.Query ? OrderEvent.Reconciled : OrderEvent.Replaced);
    }
}
