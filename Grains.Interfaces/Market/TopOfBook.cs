using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>Best bid and ask.</summary>
[GenerateSerializer, Immutable, Alias("exchange.top-of-book")]
public sealed record TopOfBook
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>The best bid; null when that side is empty.</summary>
    [Id(2)]
    public PriceLevel? Bid { get; init; }

    /// <summary>The best ask; null when that side is empty.</summary>
    [Id(3)]
    public PriceLevel? Ask { get; init; }

    /// <summary>The venue's id of the change.</summary>
    [Id(4)]
    public long LastUpdateId { get; init; }

    /// <summary>By the venue's clock, UTC.</summary>
    [Id(5)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When it reached us, UTC.</summary>
    [Id(6)]
    public required DateTimeOffset ReceivedTime { get; init; }
}
