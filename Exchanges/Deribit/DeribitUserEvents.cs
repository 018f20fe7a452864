using System.Collections.Immutable;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Takes what the account's channels tell. A call must not block and must not throw.</summary>
internal interface IDeribitUserEvents
{
    /// <summary>Something was said of an order.</summary>
    void OnReport(OrderReport report)
    {
    }

    /// <summary>A position changed.</summary>
    void OnPosition(in PositionChange change)
    {
    }

    /// <summary>A currency's balance or margin changed.</summary>
    void OnPortfolio(in DeribitPortfolio portfolio, DateTimeOffset receivedAt)
    {
    }

    /// <summary>The account was locked or unlocked, for a currency or for all.</summary>
    void OnLock(bool locked, string? currency, DateTimeOffset receivedAt)
    {
    }

    /// <summary>Something could not be read, and so was missed.</summary>
    void OnUnreadable();

    /// <summary>The socket is gone: something may be missed.</summary>
    void OnLost(string reason)
    {
    }
}

/// <summary>
/// The account's channels (venue sheet, section 5): <c>user.changes</c>, <c>user.orders</c>, <c>user.trades</c>, <c>user.portfolio</c>,
/// <c>user.lock</c>. Of one message executions come ahead of the orders' states, and what a trigger order became ahead of both.
/// </summary>
internal sealed class DeribitUserEvents(IDeribitUserEvents events, string exchange, TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _lastVenueTime;
    private long _count;
    private long _owesSince;

    /// <summary>Messages so far. To be had before a command leaves: its event may come before its reply.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Since when an event is owed, as a timestamp; null when none is.</summary>
    public long? OwesSince => Interlocked.Read(ref _owesSince) is var since and not 0 ? since : null;

    /// <summary>The venue has acknowledged something that it must tell here as well; it is owed unless something came since <paramref name="countBefore"/>.</summary>
    public void Expect(long countBefore)
    {
        if (Count == countBefore)
            Interlocked.CompareExchange(ref _owesSince, time.GetTimestamp(), 0);
    }

    /// <summary>Nothing is owed any more: what was missed is fetched.</summary>
    public void Forget() => Interlocked.Exchange(ref _owesSince, 0);

    /// <summary>The socket is gone.</summary>
    public void OnLost(string reason) => events.OnLost(reason);

    /// <summary>Takes one message.</summary>
    public FrameKind OnNotification(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> data, DateTimeOffset receivedAt)
    {
        var json = new Utf8Scanner(data);
        var read = channel switch
        {
            _ when channel.StartsWith("user.changes."u8) => TryReadChanges(ref json, receivedAt),
            _ when channel.StartsWith("user.orders."u8) => TryReadOrders(ref json, receivedAt),
            _ when channel.StartsWith("user.trades."u8) => TryReadTrades(ref json, receivedAt),
            _ when channel.StartsWith("user.portfolio."u8) => TryReadPortfolio(ref json, receivedAt),
            _ when channel.SequenceEqual("user.lock"u8) => TryReadLock(ref json, receivedAt),
            _ => (bool?)null,
        };
        switch (read)
        {
            case null:
                return FrameKind.Unknown;
            case false:
                events.OnUnreadable();
                return FrameKind.Unreadable;
            default:
                if (channel.StartsWith("user.changes."u8) || channel.StartsWith("user.orders."u8))
                {
                    Interlocked.Increment(ref _count);
                    Forget();
                }

                return FrameKind.Data;
        }
    }

    private bool TryReadChanges(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        var orders = new List<OrderReport>(2);
        var trades = new List<OrderReport>(2);
        var positions = ImmutableArray.CreateBuilder<Position>(1);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            // Documents name the last one in the singular (test 35).
            ok = name switch
            {
                _ when name.SequenceEqual("orders"u8) => DeribitOrderMessages.TryReadOrders(ref json, ReportSource.Event, receivedAt, orders),
                _ when name.SequenceEqual("trades"u8) => DeribitOrderMessages.TryReadTrades(ref json, ReportSource.Event, exchange, receivedAt, trades),
                _ when name.SequenceEqual("positions"u8) || name.SequenceEqual("position"u8) => DeribitAccountMessages.TryReadPositions(ref json, exchange, receivedAt, positions),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd)
            return false;
        HandOn(orders, trades);
        if (positions.Count > 0)
            HandOn(positions, orders, trades, receivedAt);
        return true;
    }

    /// <summary>One order, or a list: that depends on the channel's interval (test 1).</summary>
    private bool TryReadOrders(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        var orders = new List<OrderReport>(2);
        if (json.Peek() == (byte)'[')
        {
            if (!DeribitOrderMessages.TryReadOrders(ref json, ReportSource.Event, receivedAt, orders) || !json.AtEnd)
                return false;
        }
        else
        {
            if (!DeribitOrderMessages.TryReadOrder(ref json, out var order) || !json.AtEnd)
                return false;
            DeribitOrderMessages.Add(order, ReportSource.Event, receivedAt, orders);
        }

        HandOn(orders, []);
        return true;
    }

    private bool TryReadTrades(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        var trades = new List<OrderReport>(2);
        if (!DeribitOrderMessages.TryReadTrades(ref json, ReportSource.Event, exchange, receivedAt, trades) || !json.AtEnd)
            return false;
        HandOn([], trades);
        return true;
    }

    private bool TryReadPortfolio(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!DeribitAccountMessages.TryReadPortfolio(ref json, out var portfolio) || !json.AtEnd)
            return false;
        events.OnPortfolio(portfolio, receivedAt);
        return true;
    }

    private bool TryReadLock(ref Utf8Scanner json, DateTimeOffset receivedAt)
    {
        if (!DeribitAccountMessages.TryReadLock(ref json, out var locked, out var currency))
            return false;
        events.OnLock(locked, currency, receivedAt);
        return true;
    }

    private void HandOn(List<OrderReport> orders, List<OrderReport> trades)
    {
        foreach (var order in orders)
        {
            if (order.SuccessorVenueOrderId is not null)
                events.OnReport(order);
        }

        foreach (var trade in trades)
            events.OnReport(WithOrder(trade, orders));
        foreach (var order in orders)
        {
            if (order.SuccessorVenueOrderId is null)
                events.OnReport(order);
        }
    }

    /// <summary>An order that is first heard of by its execution is known by what the same message says of it.</summary>
    private static OrderReport WithOrder(OrderReport trade, List<OrderReport> orders) =>
        orders.Find(o => o.SuccessorVenueOrderId is null && o.VenueOrderId == trade.VenueOrderId) is not { } order ? trade : trade with
        {
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            PostOnly = order.PostOnly,
            ReduceOnly = order.ReduceOnly,
            Quantity = order.Quantity,
            Price = order.Price,
            GoodTillDate = order.GoodTillDate,
            Origin = order.Origin,
            CreatedTime = order.CreatedTime,
        };

    /// <summary>A position has no time of its own: it has that of what changed it, and never an earlier one than the one before.</summary>
    private void HandOn(IEnumerable<Position> positions, List<OrderReport> orders, List<OrderReport> trades, DateTimeOffset receivedAt)
    {
        DateTimeOffset at;
        lock (_gate)
        {
            foreach (var report in orders.Concat(trades))
            {
                if (report.VenueTime > _lastVenueTime)
                    _lastVenueTime = report.VenueTime.Value;
            }

            at = _lastVenueTime == default ? receivedAt : _lastVenueTime;
        }

        foreach (var position in positions)
        {
            events.OnPosition(new PositionChange(
                position.Symbol,
                PositionSide.Net,
                position.Quantity,
                position.EntryPrice,
                position.UnrealizedProfit,
                position.MarginMode,
                at,
                receivedAt,
                position.MarkPrice,
                position.Leverage));
        }
    }
}
