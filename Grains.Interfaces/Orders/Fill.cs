using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>One execution of an own order. Its key is order, trade id and side together: a flip can share a trade id.</summary>
[GenerateSerializer, Immutable, Alias("exchange.fill")]
public sealed record Fill
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>The venue's trade id.</summary>
    [Id(2)]
    public required string TradeId { get; init; }

    /// <summary>The venue's order id.</summary>
    [Id(3)]
    public required string VenueOrderId { get; init; }

    /// <summary>The client order id; null when the venue's history does not tell it.</summary>
    [Id(4)]
    public string? ClientOrderId { get; init; }

    /// <summary>Buy or sell.</summary>
    [Id(5)]
    public required Side Side { get; init; }

    /// <summary>The leg, in hedge mode.</summary>
    [Id(6)]
    public PositionSide PositionSide { get; init; }

    /// <summary>The price.</summary>
    [Id(7)]
    public required decimal Price { get; init; }

    /// <summary>The quantity; positive.</summary>
    [Id(8)]
    public required decimal Quantity { get; init; }

    /// <summary>True when it added liquidity; null when the venue does not tell.</summary>
    [Id(9)]
    public bool? IsMaker { get; init; }

    /// <summary>The fee; negative is a rebate. Null when not told.</summary>
    [Id(10)]
    public decimal? Fee { get; init; }

    /// <summary>The asset of the fee.</summary>
    [Id(11)]
    public string? FeeAsset { get; init; }

    /// <summary>Realised profit of this execution, fee excluded; null when not told.</summary>
    [Id(12)]
    public decimal? RealizedProfit { get; init; }

    /// <summary>By the venue's clock, UTC.</summary>
    [Id(13)]
    public required DateTimeOffset VenueTime { get; init; }
}
