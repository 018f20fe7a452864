namespace Exchange.Simulator.Engine;

/// <summary>Numbers that grow by one, shared by the books of a venue.</summary>
internal sealed class IdSource(long first)
{
    private long _next = first;

    public long Next() => _next++;
}

/// <summary>
/// The matching of one instrument by price, then time. Not thread-safe: the simulator's turn (<see cref="SimulatorHost"/>)
/// is held by whoever calls.
/// </summary>
internal sealed class MatchingBook(Instrument instrument, IdSource orderIds, IdSource tradeIds)
{
    private readonly Dictionary<long, Order> _working = [];

    public Instrument Instrument { get; } = instrument;

    public BookSide Bids { get; } = new(Side.Buy);

    public BookSide Asks { get; } = new(Side.Sell);

    /// <summary>A level's total quantity is now this; 0 means the level is gone.</summary>
    public Action<Side, long, long>? LevelChanged { get; set; }

    public Action<Trade>? Traded { get; set; }

    /// <summary>One call has been carried out whole: only now is the book never crossed.</summary>
    public Action? OperationDone { get; set; }

    public IReadOnlyDictionary<long, Order> Working => _working;

    public BookSide this[Side side] => side == Side.Buy ? Bids : Asks;

    /// <summary>Takes an order in; <paramref name="price"/> null means at market (what cannot be filled is cancelled).</summary>
    public Order Place(
        string owner, Side side, long? price, long quantity, TimeInForce timeInForce = TimeInForce.GoodTillCancelled)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var order = new Order
        {
            Id = orderIds.Next(),
            Owner = owner,
            Side = side,
            Price = price,
            Quantity = quantity,
            TimeInForce = timeInForce,
            Remaining = quantity,
        };
        var opposite = this[Opposite(side)];
        if ((timeInForce == TimeInForce.PostOnly && Crosses(order, opposite.Best))
            || (timeInForce == TimeInForce.FillOrKill && Fillable(order, opposite) < quantity))
        {
            order.State = OrderState.Refused;
            return order;
        }

        Match(order, opposite);
        if (order.Remaining == 0)
        {
            order.State = OrderState.Filled;
        }
        else if (price is { } limit && timeInForce is TimeInForce.GoodTillCancelled or TimeInForce.PostOnly)
        {
            var level = this[side].GetOrAdd(limit);
            level.Append(order);
            _working.Add(order.Id, order);
            LevelChanged?.Invoke(side, limit, level.Quantity);
        }
        else
        {
            order.State = OrderState.Cancelled;
        }

        OperationDone?.Invoke();
        return order;
    }

    /// <summary>Takes a working order out; null when there is none of that id.</summary>
    public Order? Cancel(long orderId)
    {
        if (!_working.Remove(orderId, out var order))
        {
            return null;
        }

        Unlink(order);
        order.State = OrderState.Cancelled;
        OperationDone?.Invoke();
        return order;
    }

    public static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static bool Crosses(Order order, PriceLevel? best) =>
        best is not null
        && (order.Price is not { } limit || (order.Side == Side.Buy ? best.Price <= limit : best.Price >= limit));

    private static long Fillable(Order order, BookSide opposite)
    {
        long total = 0;
        for (var rank = 0; rank < opposite.Count && total < order.Quantity && Crosses(order, opposite[rank]); rank++)
        {
            total += opposite[rank].Quantity;
        }

        return total;
    }

    private void Match(Order taker, BookSide opposite)
    {
        while (taker.Remaining > 0 && opposite.Best is { } level && Crosses(taker, level))
        {
            var maker = level.First!;
            var quantity = Math.Min(taker.Remaining, maker.Remaining);
            taker.Remaining -= quantity;
            maker.Remaining -= quantity;
            level.Quantity -= quantity;
            if (maker.Remaining == 0)
            {
                maker.State = OrderState.Filled;
                _working.Remove(maker.Id);
                level.Remove(maker);
                opposite.RemoveIfEmpty(level);
            }

            LevelChanged?.Invoke(level.Side, level.Price, level.Quantity);
            Traded?.Invoke(new Trade(tradeIds.Next(), level.Price, quantity, maker, taker));
        }
    }

    private void Unlink(Order order)
    {
        var level = order.Level!;
        level.Remove(order);
        this[order.Side].RemoveIfEmpty(level);
        LevelChanged?.Invoke(order.Side, level.Price, level.Quantity);
    }
}
