using Orleans;

namespace Exchange.Streaming;

/// <summary>A place in a stream: everything up to and including <paramref name="Seq"/> of <paramref name="Epoch"/>.</summary>
/// <param name="Epoch">The activation of the producer; a later one is greater. 0 means whichever is current.</param>
/// <param name="Seq">The number of the last update before this place; 0 is the place before the first.</param>
[GenerateSerializer, Immutable, Alias("exchange.stream-position")]
public readonly record struct UpdatePosition([property: Id(0)] long Epoch, [property: Id(1)] long Seq);
