using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>A listed instrument and the venue's rules for its orders.</summary>
[GenerateSerializer, Immutable, Alias("exchange.instrument")]
public sealed record Instrument
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>What kind of contract it is.</summary>
    [Id(2)]
    public required InstrumentKind Kind { get; init; }

    /// <summary>The base asset.</summary>
    [Id(3)]
    public required string Base { get; init; }

    /// <summary>The asset that the price is counted in.</summary>
    [Id(4)]
    public required string Quote { get; init; }

    /// <summary>The asset that profit is settled in.</summary>
    [Id(5)]
    public required string Settlement { get; init; }

    /// <summary>The least price step, where <see cref="TickSteps"/> says nothing else.</summary>
    [Id(6)]
    public required decimal TickSize { get; init; }

    /// <summary>Other tick sizes above given prices, in rising order (Deribit options).</summary>
    [Id(7)]
    public ImmutableArray<TickStep> TickSteps { get; init; } = [];

    /// <summary>The least quantity step.</summary>
    [Id(8)]
    public required decimal LotStep { get; init; }

    /// <summary>The least quantity of an order.</summary>
    [Id(9)]
    public required decimal MinQuantity { get; init; }

    /// <summary>The greatest quantity of a limit order; null when the venue states none.</summary>
    [Id(10)]
    public decimal? MaxQuantity { get; init; }

    /// <summary>The greatest quantity of a market order; null when it is that of a limit order.</summary>
    [Id(11)]
    public decimal? MaxMarketQuantity { get; init; }

    /// <summary>The least price times quantity, in quote; null when the venue states none. Reduce-only orders are exempt.</summary>
    [Id(12)]
    public decimal? MinNotional { get; init; }

    /// <summary>The lowest price of an order; null when the venue states none.</summary>
    [Id(13)]
    public decimal? MinPrice { get; init; }

    /// <summary>The highest price of an order; null when the venue states none.</summary>
    [Id(14)]
    public decimal? MaxPrice { get; init; }

    /// <summary>What one unit of quantity stands for, in <see cref="QuantityUnit"/>'s asset; 1 for linear contracts counted in base.</summary>
    [Id(15)]
    public decimal ContractSize { get; init; } = 1m;

    /// <summary>What the quantity of orders, positions and books is counted in.</summary>
    [Id(16)]
    public required QuantityUnit QuantityUnit { get; init; }

    /// <summary>True when orders are taken now.</summary>
    [Id(17)]
    public required bool IsTrading { get; init; }

    /// <summary>The venue's own word for the instrument's state.</summary>
    [Id(18)]
    public string? VenueStatus { get; init; }

    /// <summary>When it expires, UTC; null for a perpetual.</summary>
    [Id(19)]
    public DateTimeOffset? Expiry { get; init; }

    /// <summary>Strike price of an option.</summary>
    [Id(20)]
    public decimal? Strike { get; init; }

    /// <summary>Call or put, for an option.</summary>
    [Id(21)]
    public OptionKind? OptionKind { get; init; }

    /// <summary>A buy may be at most mark times this; null when the venue states none (Binance PERCENT_PRICE).</summary>
    [Id(22)]
    public decimal? MaxPriceToMark { get; init; }

    /// <summary>A sell must be at least mark times this; null when the venue states none.</summary>
    [Id(23)]
    public decimal? MinPriceToMark { get; init; }

    /// <summary>The venue's numeric or hashed id, where orders need it (GRVT's instrument hash).</summary>
    [Id(24)]
    public string? VenueInstrumentId { get; init; }

    /// <summary>Decimals of the base asset, where signing needs them (GRVT).</summary>
    [Id(25)]
    public int? BaseDecimals { get; init; }
}

/// <summary>From <paramref name="AbovePrice"/> upwards the tick size is <paramref name="TickSize"/>.</summary>
/// <param name="AbovePrice">The price above which the step holds.</param>
/// <param name="TickSize">The tick size there.</param>
[GenerateSerializer, Immutable, Alias("exchange.tick-step")]
public readonly record struct TickStep([property: Id(0)] decimal AbovePrice, [property: Id(1)] decimal TickSize);
