namespace Exchange.Streaming;

/// <summary>What the streams of one producing grain, or of one silo, have done since they began.</summary>
public readonly record struct StreamCounters
{
    /// <summary>Updates published, counted once each.</summary>
    public long Published { get; init; }

    /// <summary>Updates that a subscriber acknowledged, counted once a subscriber.</summary>
    public long Delivered { get; init; }

    /// <summary>Updates waiting in the subscribers' queues now.</summary>
    public long Queued { get; init; }

    /// <summary>Subscribers now.</summary>
    public int Subscribers { get; init; }

    /// <summary>Subscribers dropped because they were too slow.</summary>
    public long Dropped { get; init; }

    /// <summary>Subscribers forgotten because they no longer renewed themselves.</summary>
    public long Expired { get; init; }

    /// <summary>Subscribers forgotten because a delivery failed; those that live resume at their next renewal.</summary>
    public long Failed { get; init; }

    /// <summary>The sum of two.</summary>
    public static StreamCounters operator +(StreamCounters left, StreamCounters right) => Add(left, right);

    /// <summary>The sum of two.</summary>
    public static StreamCounters Add(StreamCounters left, StreamCounters right) => new()
    {
        Published = left.Published + right.Published,
        Delivered = left.Delivered + right.Delivered,
        Queued = left.Queued + right.Queued,
        Subscribers = left.Subscribers + right.Subscribers,
        Dropped = left.Dropped + right.Dropped,
        Expired = left.Expired + right.Expired,
        Failed = left.Failed + right.Failed,
    };
}
