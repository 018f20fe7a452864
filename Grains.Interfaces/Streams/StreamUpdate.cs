using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// What travels on every stream: an update and its place. <see cref="Seq"/> runs from 1 without a hole within one
/// <see cref="Epoch"/>, so that a consumer sees what it missed and can ask for it; a new epoch means a new activation
/// of the producer, after which a consumer takes a snapshot.
/// </summary>
/// <typeparam name="T">What the stream carries.</typeparam>
[GenerateSerializer, Immutable, Alias("exchange.stream-update`1")]
public sealed record StreamUpdate<T>
{
    /// <summary>Names the activation that produced the update. Compare for equality; a later one is greater.</summary>
    [Id(0)]
    public required long Epoch { get; init; }

    /// <summary>The update's number, contiguous from 1 within the epoch.</summary>
    [Id(1)]
    public required long Seq { get; init; }

    /// <summary>When it was produced, by the producer's clock, UTC.</summary>
    [Id(2)]
    public required DateTimeOffset Time { get; init; }

    /// <summary>The update itself.</summary>
    [Id(3)]
    public required T Data { get; init; }
}
