using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>Mark price, index price and funding of an instrument.</summary>
[GenerateSerializer, Immutable, Alias("exchange.mark-price")]
public sealed record MarkPrice
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>The price that the venue margins and liquidates by.</summary>
    [Id(2)]
    public required decimal Mark { get; init; }

    /// <summary>The index price; null when the venue does not tell.</summary>
    [Id(3)]
    public decimal? Index { get; init; }

    /// <summary>The current funding rate as a fraction (0.0001 is one basis point) for one funding interval; null for a dated instrument.</summary>
    [Id(4)]
    public decimal? FundingRate { get; init; }

    /// <summary>When funding is next paid, UTC; null when the venue does not tell or there is none.</summary>
    [Id(5)]
    public DateTimeOffset? NextFundingTime { get; init; }

    /// <summary>By the venue's clock, UTC.</summary>
    [Id(6)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When it reached us, UTC.</summary>
    [Id(7)]
    public required DateTimeOffset ReceivedTime { get; init; }
}
