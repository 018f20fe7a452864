using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>All that is known of one order.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order")]
public sealed record Order
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>The id that travels to the venue and by which the order is matched.</summary>
    [Id(2)]
    public required string ClientOrderId { get; init; }

    /// <summary>The venue's id; null until it is known.</summary>
    [Id(3)]
    public string? VenueOrderId { get; init; }

    /// <summary>Earlier venue ids of the same order (a replacement or a trigger gave it another).</summary>
    [Id(4)]
    public ImmutableArray<string> EarlierVenueOrderIds { get; init; } = [];

    /// <summary>Buy or sell.</summary>
    [Id(5)]
    public required Side Side { get; init; }

    /// <summary>The leg, in hedge mode.</summary>
    [Id(6)]
    public PositionSide PositionSide { get; init; }

    /// <summary>The type.</summary>
    [Id(7)]
    public required OrderType Type { get; init; }

    /// <summary>How long it works.</summary>
    [Id(8)]
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Must not take liquidity.</summary>
    [Id(9)]
    public bool PostOnly { get; init; }

    /// <summary>May only reduce the position.</summary>
    [Id(10)]
    public bool ReduceOnly { get; init; }

    /// <summary>The total quantity, fills included.</summary>
    [Id(11)]
    public required decimal Quantity { get; init; }

    /// <summary>The limit price; null for a market order.</summary>
    [Id(12)]
    public decimal? Price { get; init; }

    /// <summary>The trigger price; null for an order without one.</summary>
    [Id(13)]
    public decimal? TriggerPrice { get; init; }

    /// <summary>The offset of a trailing stop.</summary>
    [Id(14)]
    public decimal? TrailingOffset { get; init; }

    /// <summary>The price that fires the trigger.</summary>
    [Id(15)]
    public TriggerPriceSource TriggerBy { get; init; }

    /// <summary>The end of a good-till-date order, UTC.</summary>
    [Id(16)]
    public DateTimeOffset? GoodTillDate { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(17)]
    public required OrderStatus Status { get; init; }

    /// <summary>Filled so far. The truth about fills: it never falls.</summary>
    [Id(18)]
    public decimal CumulativeQuantity { get; init; }

    /// <summary>The average price of what is filled; null when nothing is, or the venue has not told.</summary>
    [Id(19)]
    public decimal? AveragePrice { get; init; }

    /// <summary>Since when the outcome of its last command is unknown, UTC; null when it is known.</summary>
    [Id(20)]
    public DateTimeOffset? UnknownSince { get; init; }

    /// <summary>Why it ended as it did, or why its last command failed.</summary>
    [Id(21)]
    public ExchangeError? Reason { get; init; }

    /// <summary>Who made it.</summary>
    [Id(22)]
    public OrderOrigin Origin { get; init; }

    /// <summary>The trader that owns it; null when it was not made here.</summary>
    [Id(23)]
    public string? Trader { get; init; }

    /// <summary>When it was made, by our clock (by the venue's when adopted), UTC.</summary>
    [Id(24)]
    public required DateTimeOffset CreatedTime { get; init; }

    /// <summary>When the venue last changed it, by its clock, UTC.</summary>
    [Id(25)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When that change reached us, UTC.</summary>
    [Id(26)]
    public required DateTimeOffset UpdatedTime { get; init; }

    /// <summary>The venue's own word for its state, when it is not one of ours.</summary>
    [Id(27)]
    public string? VenueStatus { get; init; }

    /// <summary>What is left to fill.</summary>
    public decimal RemainingQuantity => Quantity - CumulativeQuantity;

    /// <summary>True when nothing more can happen to it, as far as is known.</summary>
    public bool IsTerminal => Status is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected;
}
