using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>One position a symbol, or one a leg.</summary>
public enum PositionMode
{
    /// <summary>One net position a symbol.</summary>
    OneWay = 0,
    /// <summary>A long and a short leg a symbol.</summary>
    Hedge = 1,
}

/// <summary>How a position is margined.</summary>
public enum MarginMode
{
    /// <summary>By the whole account.</summary>
    Cross = 0,
    /// <summary>By margin of its own.</summary>
    Isolated = 1,
}

/// <summary>A position. Flat is a position of zero, and is published.</summary>
[GenerateSerializer, Immutable, Alias("exchange.position")]
public sealed record Position
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>The leg; a hedge-mode leg keeps its side when flat.</summary>
    [Id(2)]
    public PositionSide Side { get; init; }

    /// <summary>Signed: positive is long, negative short, zero flat. In the unit of <see cref="Instrument.QuantityUnit"/>.</summary>
    [Id(3)]
    public required decimal Quantity { get; init; }

    /// <summary>The average entry price; null when flat.</summary>
    [Id(4)]
    public decimal? EntryPrice { get; init; }

    /// <summary>The mark price that the venue valued it with.</summary>
    [Id(5)]
    public decimal? MarkPrice { get; init; }

    /// <summary>Unrealised profit in the settlement asset, as of the venue's last word.</summary>
    [Id(6)]
    public decimal? UnrealizedProfit { get; init; }

    /// <summary>The price at which the venue would liquidate; null when there is none.</summary>
    [Id(7)]
    public decimal? LiquidationPrice { get; init; }

    /// <summary>Leverage; null when the venue does not tell.</summary>
    [Id(8)]
    public decimal? Leverage { get; init; }

    /// <summary>How it is margined.</summary>
    [Id(9)]
    public MarginMode MarginMode { get; init; }

    /// <summary>By the venue's clock, UTC.</summary>
    [Id(10)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When it reached us, UTC.</summary>
    [Id(11)]
    public required DateTimeOffset ReceivedTime { get; init; }
}

/// <summary>The balance of one asset. Assets are never summed.</summary>
[GenerateSerializer, Immutable, Alias("exchange.balance")]
public sealed record Balance
{
    /// <summary>The asset.</summary>
    [Id(0)]
    public required string Asset { get; init; }

    /// <summary>Wallet balance, unrealised profit excluded.</summary>
    [Id(1)]
    public required decimal Wallet { get; init; }

    /// <summary>Free for new orders or withdrawal; null when the venue's event does not tell.</summary>
    [Id(2)]
    public decimal? Available { get; init; }

    /// <summary>Unrealised profit; null when not told.</summary>
    [Id(3)]
    public decimal? UnrealizedProfit { get; init; }
}

/// <summary>What changed an account.</summary>
public enum AccountEvent
{
    /// <summary>The picture after a start or a reconciliation.</summary>
    Snapshot = 0,
    /// <summary>Trading.</summary>
    Trading = 1,
    /// <summary>Funding was paid or received.</summary>
    Funding = 2,
    /// <summary>Deposit, withdrawal or transfer.</summary>
    Transfer = 3,
    /// <summary>Leverage, margin or position mode changed.</summary>
    Configuration = 4,
    /// <summary>The venue warns that margin is short.</summary>
    MarginCall = 5,
    /// <summary>Another reason; the venue's own word is told.</summary>
    Other = 6,
}

/// <summary>An account: balances and the venue's margin figures.</summary>
[GenerateSerializer, Immutable, Alias("exchange.account-update")]
public sealed record AccountUpdate
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>What changed it.</summary>
    [Id(1)]
    public required AccountEvent Event { get; init; }

    /// <summary>The venue's own word for the reason.</summary>
    [Id(2)]
    public string? VenueReason { get; init; }

    /// <summary>All balances, an asset a row.</summary>
    [Id(3)]
    public ImmutableArray<Balance> Balances { get; init; } = [];

    /// <summary>Initial margin in use, in the account's own currency; null when not told.</summary>
    [Id(4)]
    public decimal? InitialMargin { get; init; }

    /// <summary>Maintenance margin, in the account's own currency; null when not told.</summary>
    [Id(5)]
    public decimal? MaintenanceMargin { get; init; }

    /// <summary>One-way or hedge; null when not known.</summary>
    [Id(6)]
    public PositionMode? PositionMode { get; init; }

    /// <summary>By the venue's clock, UTC.</summary>
    [Id(7)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When it reached us, UTC.</summary>
    [Id(8)]
    public required DateTimeOffset ReceivedTime { get; init; }
}

/// <summary>All positions, flat ones too once they were seen, and the place in the stream that the picture was taken at.</summary>
[GenerateSerializer, Immutable, Alias("exchange.positions-snapshot")]
public sealed record PositionsSnapshot
{
    /// <summary>The <c>positions</c> stream's epoch.</summary>
    [Id(0)]
    public long Epoch { get; init; }

    /// <summary>The last sequence number contained.</summary>
    [Id(1)]
    public long Seq { get; init; }

    /// <summary>The positions.</summary>
    [Id(2)]
    public ImmutableArray<Position> Positions { get; init; } = [];
}

/// <summary>The account, and the place in the <c>accounts</c> stream that the picture was taken at.</summary>
[GenerateSerializer, Immutable, Alias("exchange.account-snapshot")]
public sealed record AccountSnapshot
{
    /// <summary>The <c>accounts</c> stream's epoch.</summary>
    [Id(0)]
    public long Epoch { get; init; }

    /// <summary>The last sequence number contained.</summary>
    [Id(1)]
    public long Seq { get; init; }

    /// <summary>The account.</summary>
    [Id(2)]
    public required AccountUpdate Account { get; init; }
}
