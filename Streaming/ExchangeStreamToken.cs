using Orleans;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Exchange.Streaming;

/// <summary>
/// The token that comes with every update: the update's number, and the epoch that it belongs to. A subscription with
/// this token goes on exactly after that update, and is told when it cannot. A plain <see cref="EventSequenceTokenV2"/>
/// is taken as a number of the current epoch.
/// </summary>
[GenerateSerializer, Immutable, Alias("exchange.stream-token")]
public sealed class ExchangeStreamToken : EventSequenceTokenV2, IEquatable<ExchangeStreamToken>
{
    /// <summary>Creates the token of a place.</summary>
    public ExchangeStreamToken(long epoch, long seq)
        : base(seq)
    {
        Epoch = epoch;
    }

    /// <summary>For serializers.</summary>
    public ExchangeStreamToken()
    {
    }

    /// <summary>The epoch that <see cref="EventSequenceTokenV2.SequenceNumber"/> counts in.</summary>
    [Id(0)]
    public long Epoch { get; private set; }

    /// <summary>The place that a token names.</summary>
    public static UpdatePosition ToPosition(StreamSequenceToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new UpdatePosition((token as ExchangeStreamToken)?.Epoch ?? 0, token.SequenceNumber);
    }

    /// <inheritdoc/>
    public bool Equals(ExchangeStreamToken? other) =>
        other is not null && other.Epoch == Epoch && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) => Equals(other as ExchangeStreamToken);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExchangeStreamToken);

    /// <inheritdoc/>
    public override int CompareTo(StreamSequenceToken? other)
    {
        var byEpoch = other is ExchangeStreamToken token ? Epoch.CompareTo(token.Epoch) : 0;
        return byEpoch != 0 ? byEpoch : base.CompareTo(other);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epoch, SequenceNumber, EventIndex);

    /// <inheritdoc/>
    public override string ToString() => $"{Epoch}:{SequenceNumber}";
}
