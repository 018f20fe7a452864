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

    /// <summary>Working orders that are not the order flow's.</summary>
    public int Tagged { get; private set; }

    public BookSide this[Side side] => side == Side.Buy ? Bids : Asks;

    /// <summary>The engine took this order out of the match or of the book (<see cref="OrderState.Expired"/>).</summary>
    public Action<Order>? Expired { get; set; }

    /// <summary>Takes an order in; <paramref name="price"/> null means at market (what cannot be filled is cancelled).</summary>
    public Order Place(
        string owner, Side side, long? price, long quantity, TimeInForce timeInForce = TimeInForce.GoodTillCancelled)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        return Submit(new Order
        {
            Id = NextOrderId(),
            Owner = owner,
            Side = side,
            Price = price,
            Quantity = quantity,
            TimeInForce = timeInForce,
            Remaining = quantity,
        });
    }

    public long NextOrderId() => orderIds.Next();

    public long NextTradeId() => tradeIds.Next();

    /// <summary>Takes in an order that the caller has made (with an id of this book's, perhaps used before: an amendment).</summary>
    public Order Submit(Order order)
    {
        var opposite = this[Opposite(order.Side)];
        if ((order.TimeInForce == TimeInForce.PostOnly && Crosses(order, opposite.Best))
            || (order.TimeInForce == TimeInForce.FillOrKill && Fillable(order.Side, order.Price, order.Remaining) < order.Remaining))
        {
            order.State = OrderState.Refused;
            return order;
        }

        Match(order, opposite);
        if (order.Remaining == 0)
        {
            order.State = OrderState.Filled;
        }
        else if (order.State == OrderState.Expired)
        {
            Expired?.Invoke(order);
        }
        else if (order.Price is { } limit && order.TimeInForce is TimeInForce.GoodTillCancelled or TimeInForce.PostOnly)
        {
            var level = this[order.Side].GetOrAdd(limit);
            level.Append(order);
            _working.Add(order.Id, order);
            Tagged += order.Tag is null ? 0 : 1;
            LevelChanged?.Invoke(order.Side, limit, level.Quantity);
        }
        else
        {
            order.State = OrderState.Cancelled;
        }

        OperationDone?.Invoke();
        return order;
    }

    /// <summary>Whether an order at this price (null: at market) would meet one of the other side now.</summary>
    public bool WouldTake(Side side, long? price) =>
        this[Opposite(side)].Best is { } best && (price is not { } limit || Reaches(side, limit, best.Price));

    /// <summary>How much of <paramref name="quantity"/> the other side offers at this price or better.</summary>
    public long Fillable(Side side, long? price, long quantity)
    {
        var opposite = this[Opposite(side)];
        long total = 0;
        for (var rank = 0; rank < opposite.Count && total < quantity; rank++)
        {
            if (price is { } limit && !Reaches(side, limit, opposite[rank].Price))
            {
                break;
            }

            total += opposite[rank].Quantity;
        }

        return Math.Min(total, quantity);
    }

    /// <summary>
    /// A stranger takes so much of a working order at the order's own price, whatever else is in the book: how a test
    /// makes a fill happen.
    /// </summary>
    public void FillByHand(Order maker, long quantity)
    {
        quantity = Math.Min(quantity, maker.Remaining);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var stranger = new Order
        {
            Id = NextOrderId(),
            Owner = "stranger",
            Side = Opposite(maker.Side),
            Price = maker.Price,
            Quantity = quantity,
            TimeInForce = TimeInForce.ImmediateOrCancel,
            State = OrderState.Filled,
        };
        Fill(maker, stranger, maker.Level!, quantity);
        OperationDone?.Invoke();
    }

    /// <summary>Takes a working order out; null when there is none of that id.</summary>
    public Order? Cancel(long orderId)
    {
        if (!_working.TryGetValue(orderId, out var order))
        {
            return null;
        }

        Forget(order);
        Unlink(order);
        order.State = OrderState.Cancelled;
        OperationDone?.Invoke();
        return order;
    }

    /// <summary>Leaves less of a working order, which keeps its place in the queue.</summary>
    public void Reduce(Order order, long remaining)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(remaining);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(remaining, order.Remaining);
        var level = order.Level!;
        level.Quantity -= order.Remaining - remaining;
        order.Remaining = remaining;
        LevelChanged?.Invoke(order.Side, level.Price, level.Quantity);
        OperationDone?.Invoke();
    }

    public static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static bool Reaches(Side side, long limit, long price) => side == Side.Buy ? price <= limit : price >= limit;

    private static bool Crosses(Order order, PriceLevel? best) =>
        best is not null && (order.Price is not { } limit || Reaches(order.Side, limit, best.Price));

    private void Match(Order taker, BookSide opposite)
    {
        while (taker.Remaining > 0 && opposite.Best is { } level && Crosses(taker, level))
        {
            var maker = level.First!;
            if (taker.SelfTrade != SelfTrade.Allowed && maker.Owner == taker.Owner)
            {
                if (taker.SelfTrade is SelfTrade.ExpireMaker or SelfTrade.ExpireBoth)
                {
                    Expire(maker);
                }

                if (taker.SelfTrade is SelfTrade.ExpireTaker or SelfTrade.ExpireBoth)
                {
                    taker.State = OrderState.Expired;
                    return;
                }

                continue;
            }

            var quantity = Math.Min(taker.Remaining, maker.Remaining);
            if (maker.Allowance is { } makers && makers() is var left && left < quantity && (quantity = left) <= 0)
            {
                Expire(maker);
                continue;
            }

            if (taker.Allowance is { } takers && takers() is var most && most < quantity && (quantity = most) <= 0)
            {
                taker.State = OrderState.Expired;
                return;
            }

            Fill(maker, taker, level, quantity);
        }
    }

    private void Fill(Order maker, Order taker, PriceLevel level, long quantity)
    {
        taker.Remaining = Math.Max(0, taker.Remaining - quantity);
        maker.Remaining -= quantity;
        level.Quantity -= quantity;
        if (maker.Remaining == 0)
        {
            maker.State = OrderState.Filled;
            Forget(maker);
            level.Remove(maker);
            this[level.Side].RemoveIfEmpty(level);
        }

        LevelChanged?.Invoke(level.Side, level.Price, level.Quantity);
        Traded?.Invoke(new Trade(tradeIds.Next(), level.Price, quantity, maker, taker));
    }

    private void Expire(Order maker)
    {
        Forget(maker);
        Unlink(maker);
        maker.State = OrderState.Expired;
        Expired?.Invoke(maker);
    }

    private void Forget(Order order)
    {
        _working.Remove(order.Id);
        Tagged -= order.Tag is null ? 0 : 1;
    }

    private void Unlink(Order order)
    {
        var level = order.Level!;
        level.Remove(order);
        this[order.Side].RemoveIfEmpty(level);
        LevelChanged?.Invoke(order.Side, level.Price, level.Quantity);
    }
}
