using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>The whole top of a book, best price first on both sides. Every update is complete in itself.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-book")]
public sealed record OrderBook
{
    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>How far the levels can be trusted.</summary>
    [Id(2)]
    public required BookState State { get; init; }

    /// <summary>Bids, highest first. Empty while connecting or syncing.</summary>
    [Id(3)]
    public ImmutableArray<PriceLevel> Bids { get; init; } = [];

    /// <summary>Asks, lowest first. Empty while connecting or syncing.</summary>
    [Id(4)]
    public ImmutableArray<PriceLevel> Asks { get; init; } = [];

    /// <summary>The venue's id of the last change contained; 0 when none.</summary>
    [Id(5)]
    public long LastUpdateId { get; init; }

    /// <summary>When the venue made that change, by its clock, UTC.</summary>
    [Id(6)]
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When that change reached us, by our clock, UTC. The book's age is now minus this.</summary>
    [Id(7)]
    public DateTimeOffset? ReceivedTime { get; init; }

    /// <summary>Changes of the venue that this update contains beyond the first: what conflation passed over.</summary>
    [Id(8)]
    public int Conflated { get; init; }

    /// <summary>Why the book is not synced, for a person.</summary>
    [Id(9)]
    public string? Reason { get; init; }
}
