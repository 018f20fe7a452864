using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>A public trade.</summary>
[GenerateSerializer, Immutable, Alias("exchange.trade")]
public sealed record Trade
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

    /// <summary>The price.</summary>
    [Id(3)]
    public required decimal Price { get; init; }

    /// <summary>The quantity, in the unit of <see cref="Instrument.QuantityUnit"/>.</summary>
    [Id(4)]
    public required decimal Quantity { get; init; }

    /// <summary>The side that took liquidity.</summary>
    [Id(5)]
    public required Side AggressorSide { get; init; }

    /// <summary>When it happened, by the venue's clock, UTC.</summary>
    [Id(6)]
    public required DateTimeOffset VenueTime { get; init; }

    /// <summary>When it reached us, UTC.</summary>
    [Id(7)]
    public required DateTimeOffset ReceivedTime { get; init; }
}
