using Orleans.Runtime;

namespace Exchange.Streaming;

/// <summary>What happened to a subscription, told through <c>IAsyncObserver.OnErrorAsync</c>.</summary>
public abstract class StreamSubscriptionException : Exception
{
    private protected StreamSubscriptionException(StreamId stream, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Stream = stream;
    }

    /// <summary>The stream of the subscription.</summary>
    public StreamId Stream { get; }

    /// <summary>True when nothing more will come; otherwise the subscription lives on and renews itself.</summary>
    public virtual bool IsFinal => false;
}

/// <summary>
/// The producer does not answer, or no silo declares its connection (see the inner exception). The subscription stays
/// and keeps trying; <see cref="StreamResumedException"/> or <see cref="StreamSnapshotRequiredException"/> says when it
/// is live again. Told once an outage.
/// </summary>
public sealed class StreamProducerLostException : StreamSubscriptionException
{
    internal StreamProducerLostException(StreamId stream, Exception innerException)
        : base(stream, $"The producer of the stream '{stream}' cannot be reached: {innerException.Message}", innerException)
    {
    }
}

/// <summary>The producer answers again and nothing was missed: updates go on where they stopped.</summary>
public sealed class StreamResumedException : StreamSubscriptionException
{
    internal StreamResumedException(StreamId stream, UpdatePosition position)
        : base(stream, $"The stream '{stream}' goes on after {position.Epoch}:{position.Seq}; nothing was missed.")
    {
        Position = position;
    }

    /// <summary>The place after which updates go on.</summary>
    public UpdatePosition Position { get; }
}

/// <summary>
/// Updates are missing: the producer was activated anew (another epoch), or the place asked for is no longer kept. The
/// subscription is live from <see cref="Position"/> on; take a snapshot after this, and skip updates that it contains.
/// </summary>
public sealed class StreamSnapshotRequiredException : StreamSubscriptionException
{
    internal StreamSnapshotRequiredException(StreamId stream, UpdatePosition position, string reason)
        : base(stream, $"Take a snapshot of '{stream}': {reason}. Updates go on after {position.Epoch}:{position.Seq}.")
    {
        Position = position;
    }

    /// <summary>The place after which updates go on.</summary>
    public UpdatePosition Position { get; }
}

/// <summary>The subscription has ended because its consumer did not keep up. Final: subscribe anew, and take a snapshot.</summary>
public sealed class StreamDroppedException : StreamSubscriptionException
{
    internal StreamDroppedException(StreamId stream, string reason)
        : base(stream, $"The subscription to '{stream}' was dropped: {reason}.")
    {
    }

    /// <inheritdoc/>
    public override bool IsFinal => true;
}
