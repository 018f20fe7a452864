using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// What a subscription got: one stream a symbol, at the deepest <see cref="TopN"/> and the shortest
/// <see cref="FrequencyMs"/> that anyone asks for.
/// </summary>
[GenerateSerializer, Immutable, Alias("exchange.market-subscription")]
public sealed record MarketSubscription
{
    /// <summary>How long a named subscriber's subscription lasts without being asked for again.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The exchange key.</summary>
    [Id(0)]
    public required string Exchange { get; init; }

    /// <summary>The venue's own symbol.</summary>
    [Id(1)]
    public required string Symbol { get; init; }

    /// <summary>Levels a side of each update; 0 for streams that are not books.</summary>
    [Id(2)]
    public int TopN { get; init; }

    /// <summary>The least time between two updates, in milliseconds; 0 for every change.</summary>
    [Id(3)]
    public int FrequencyMs { get; init; }

    /// <summary>The subscription lapses at this time unless asked for again, UTC; null when it stays.</summary>
    [Id(4)]
    public DateTimeOffset? ExpiresAt { get; init; }
}
