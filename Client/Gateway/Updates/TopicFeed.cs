using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Updates;

/// <summary>One topic: where its stream stands, and its way into the outbox.</summary>
internal abstract class TopicFeed(TopicName topic, UpdateOutbox outbox, TimeProvider time, GatewayCounters counters)
{
    /// <summary>Held while an update is encoded and queued, so that snapshots and updates of a topic stay in order.</summary>
    protected Lock Gate { get; } = new();

    protected byte[] Head { get; } = UpdateEnvelope.HeadOf(topic);

    public TopicName Topic => topic;

    public TopicLane Lane { get; } = new(topic);

    /// <summary>The place of the last update; 0 and 0 when none is known.</summary>
    public long Epoch { get; protected set; }

    public long LastSeq { get; protected set; }

    public bool IsProducerLost { get; protected set; }

    /// <summary>Begins to forward the stream, if it does not do so yet. A producer that cannot be reached is no failure.</summary>
    public virtual Task AttachAsync() => Task.CompletedTask;

    /// <summary>Forwards no more.</summary>
    public virtual Task DetachAsync() => Task.CompletedTask;

    /// <summary>Sends the state as it stands, where the topic has one.</summary>
    public virtual void PublishSnapshot()
    {
    }

    /// <summary>Writes a JSON array of what came after a place; or says why it cannot.</summary>
    public virtual ValueTask<Result<ReplayedPlace>> WriteReplayAsync(ByteBuffer to, long epoch, long afterSeq, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Result<ReplayedPlace>>(new ExchangeError { Code = ExchangeErrorCode.NotSupported, Message = $"{topic} is not replayed" });

    /// <summary>Repeats the place of the last update.</summary>
    public void PublishHeartbeat()
    {
        lock (Gate)
        {
            var message = outbox.Rent(Lane);
            message.Epoch = Epoch;
            message.Seq = LastSeq;
            UpdateEnvelope.WriteHeartbeat(message.Body, Head, Epoch, LastSeq, time.GetUtcNow(), IsProducerLost);
            outbox.Enqueue(message);
        }

        counters.Heartbeats.Add();
    }

    public TopicPlace GetPlace()
    {
        lock (Gate)
            return new TopicPlace(Epoch, LastSeq, IsProducerLost);
    }

    /// <summary>Queues one update; under <see cref="Gate"/>.</summary>
    protected void Publish<T>(Action<ByteBuffer, T> write, T data, long epoch, long seq, DateTimeOffset updateTime, UpdateKind kind)
    {
        var message = outbox.Rent(Lane);
        message.Epoch = epoch;
        message.Seq = seq;
        message.IsLive = kind == UpdateKind.Live;
        UpdateEnvelope.Write(message.Body, Head, epoch, seq, updateTime, time.GetUtcNow(), kind);
        write(message.Body, data);
        outbox.Enqueue(message);
        if (kind == UpdateKind.Snapshot)
            counters.Snapshots.Add();
    }
}

/// <summary>Where a topic stands.</summary>
internal readonly record struct TopicPlace(long Epoch, long LastSeq, bool IsProducerLost);

/// <summary>What a replay covered.</summary>
/// <param name="Epoch">The producer's epoch.</param>
/// <param name="LastSeq">The newest number of the stream.</param>
/// <param name="Count">Updates written.</param>
/// <param name="UpToSeq">The number of the last one written; more remain when it is below <paramref name="LastSeq"/>.</param>
internal readonly record struct ReplayedPlace(long Epoch, long LastSeq, int Count, long UpToSeq);
