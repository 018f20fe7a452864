namespace Exchange.Simulator.Engine;

internal enum Side
{
    Buy,
    Sell,
}

internal enum TimeInForce
{
    GoodTillCancelled,
    ImmediateOrCancel,
    FillOrKill,
    PostOnly,
}

internal enum OrderState
{
    Working,
    Filled,
    Cancelled,

    /// <summary>A post-only order that would have taken, or a fill-or-kill that could not be filled: never in the book.</summary>
    Refused,

    /// <summary>Taken out by the engine: it met an order of its own owner, or its <see cref="Order.Allowance"/> was used up.</summary>
    Expired,
}

/// <summary>What happens when an order meets one of its own owner; the taker's choice decides.</summary>
internal enum SelfTrade
{
    Allowed,
    ExpireTaker,
    ExpireMaker,
    ExpireBoth,
}

/// <summary>An order in the engine. It is itself the link of its price level's queue.</summary>
internal sealed class Order
{
    public required long Id { get; init; }

    public required string Owner { get; init; }

    public required Side Side { get; init; }

    /// <summary>Limit price in hundred-millionths; null for a market order.</summary>
    public required long? Price { get; init; }

    public required long Quantity { get; init; }

    public required TimeInForce TimeInForce { get; init; }

    /// <summary>Whether, and how, the order is kept from matching one of its own owner.</summary>
    public SelfTrade SelfTrade { get; init; }

    /// <summary>The venue's own record of the order; null for those of the order flow.</summary>
    public object? Tag { get; init; }

    /// <summary>How much may be filled at this moment (a reduce-only order: what is left of the position); null: all of it.</summary>
    public Func<long>? Allowance { get; init; }

    public long Remaining { get; set; }

    public OrderState State { get; set; }

    public PriceLevel? Level { get; set; }

    public Order? Previous { get; set; }

    public Order? Next { get; set; }
}

/// <summary>One match: the price is the maker's.</summary>
internal readonly record struct Trade(long Id, long Price, long Quantity, Order Maker, Order Taker)
{
    public Side TakerSide => Taker.Side;
}
