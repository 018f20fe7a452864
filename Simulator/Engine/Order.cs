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
