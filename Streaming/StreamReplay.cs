using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Streaming;

/// <summary>A piece of a stream's recent past, from the ring that the producer keeps.</summary>
/// <typeparam name="T">What the stream carries.</typeparam>
[GenerateSerializer, Immutable, Alias("exchange.stream-replay`1")]
public sealed record StreamReplay<T>
{
    /// <summary>The producer's epoch.</summary>
    [Id(0)]
    public required long Epoch { get; init; }

    /// <summary>The number of the newest update of the stream; 0 when there was none. More remain when the last of <see cref="Updates"/> is older.</summary>
    [Id(1)]
    public required long LastSeq { get; init; }

    /// <summary>The updates, contiguous and in order.</summary>
    [Id(2)]
    public ImmutableArray<StreamUpdate<T>> Updates { get; init; } = [];
}
