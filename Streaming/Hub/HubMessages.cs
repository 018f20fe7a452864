using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Streaming.Hub;

/// <summary>Asks for a subscription, or renews one.</summary>
[GenerateSerializer, Immutable, Alias("exchange.stream-subscribe")]
internal sealed record SubscribeRequest
{
    [Id(0)]
    public required string Namespace { get; init; }

    [Id(1)]
    public required string Key { get; init; }

    [Id(2)]
    public required Guid Subscription { get; init; }

    /// <summary>Where to go on when the hub does not know the subscription; null to begin with the next update.</summary>
    [Id(3)]
    public UpdatePosition? After { get; init; }
}

/// <summary>What became of a <see cref="SubscribeRequest"/>.</summary>
internal enum SubscribeStatus
{
    /// <summary>The subscription was known and is renewed.</summary>
    Renewed = 0,
    /// <summary>The subscription is new and begins with the next update.</summary>
    Created = 1,
    /// <summary>The subscription is new and goes on where it was asked to.</summary>
    Resumed = 2,
    /// <summary>The subscription is new and begins with the next update, since the place it asked for is not kept.</summary>
    NotKept = 3,
    /// <summary>The subscription was dropped and stays so.</summary>
    Dropped = 4,
    /// <summary>The grain publishes no streams, or not of this type.</summary>
    Refused = 5,
}

/// <summary>The answer to a <see cref="SubscribeRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("exchange.stream-subscribed")]
internal sealed record SubscribeAnswer
{
    [Id(0)]
    public required SubscribeStatus Status { get; init; }

    [Id(1)]
    public long Epoch { get; init; }

    /// <summary>The place after which a new subscription begins; for a renewed one the newest update's number.</summary>
    [Id(2)]
    public long After { get; init; }

    /// <summary>Why, when it was dropped or refused.</summary>
    [Id(3)]
    public string? Reason { get; init; }
}

/// <summary>Updates of one stream on their way to one subscriber.</summary>
[GenerateSerializer, Immutable, Alias("exchange.stream-batch`1")]
internal sealed record StreamBatch<T>
{
    /// <summary>Contiguous and in order.</summary>
    [Id(0)]
    public ImmutableArray<StreamUpdate<T>> Updates { get; init; } = [];

    /// <summary>When set, the subscription has been dropped, and why.</summary>
    [Id(1)]
    public string? Dropped { get; init; }
}
