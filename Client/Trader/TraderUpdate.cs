using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>Something that a trader is told: an update, a gap, a notice, a change of the session.</summary>
public abstract record TraderEvent
{
    /// <summary>When it reached this process, by its clock, UTC.</summary>
    public required DateTimeOffset Arrived { get; init; }
}

/// <summary>An update of a topic.</summary>
/// <typeparam name="T">What the topic carries.</typeparam>
public sealed record TraderUpdate<T> : TraderEvent
{
    /// <summary>The topic.</summary>
    public required TopicName Topic { get; init; }

    /// <summary>Live, a snapshot, or replayed after a gap. Only a live one is news.</summary>
    public required UpdateKind Kind { get; init; }

    /// <summary>The producer's activation.</summary>
    public required long Epoch { get; init; }

    /// <summary>The number within the epoch; of a snapshot, the last that it contains (0 when that is not known).</summary>
    public required long Seq { get; init; }

    /// <summary>Updates that the gateway conflated into this one because it could not send them in time.</summary>
    public long Missed { get; init; }

    /// <summary>When the producer made it, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When the gateway sent it, UTC; null for a trader without a gateway.</summary>
    public DateTimeOffset? GatewayTime { get; init; }

    /// <summary>The data.</summary>
    public required T Data { get; init; }
}

/// <summary>A hole in a topic's numbers, and what became of it.</summary>
public sealed record TraderGap : TraderEvent
{
    /// <summary>The topic.</summary>
    public required TopicName Topic { get; init; }

    /// <summary>The epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>The first number that is missing.</summary>
    public required long FromSeq { get; init; }

    /// <summary>The last number that is missing.</summary>
    public required long ToSeq { get; init; }

    /// <summary>
    /// True when nothing is missing any more: the updates were replayed, or the next one is complete in itself (a book).
    /// </summary>
    public required bool IsHealed { get; init; }

    /// <summary>Why it is not healed.</summary>
    public ExchangeError? Error { get; init; }
}

/// <summary>The gateway tells of updates that were lost on their way through it.</summary>
public sealed record TraderNotice : TraderEvent
{
    /// <summary><c>dropped</c> by the gateway, or <c>missed</c> by it in the stream.</summary>
    public required string Reason { get; init; }

    /// <summary>The topic that they are missing from.</summary>
    public required string Topic { get; init; }

    /// <summary>That topic's epoch.</summary>
    public required long Epoch { get; init; }

    /// <summary>How many.</summary>
    public required long Count { get; init; }

    /// <summary>The first number.</summary>
    public required long FromSeq { get; init; }

    /// <summary>The last number.</summary>
    public required long ToSeq { get; init; }
}

/// <summary>The session with the gateway changed.</summary>
public sealed record TraderSessionChange : TraderEvent
{
    /// <summary>True when the gateway answers.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>The gateway that answers now; another than before when it was started anew. What was subscribed is asked for again.</summary>
    public required string? Gateway { get; init; }
}

/// <summary>What a trader wants to know of an update.</summary>
public static class TraderUpdateExtensions
{
    /// <summary>How old the book is: the time since its last change reached the connector. Null before the first.</summary>
    public static TimeSpan? Age(this OrderBook book, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(book);
        return now - book.ReceivedTime;
    }
}
