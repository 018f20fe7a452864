using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Streaming.Hub;

/// <summary>One stream of a producing grain, whatever it carries.</summary>
internal abstract class HubStream
{
    public abstract long LastSeq { get; }

    public abstract StreamCounters Counters { get; }

    public abstract void Unsubscribe(Guid subscription);

    /// <summary>Forgets subscribers that no longer renew, drops those that do not acknowledge.</summary>
    public abstract void Sweep();

    public abstract Task Drained();

    public abstract void Close();
}

/// <summary>One stream of a producing grain: its numbers, its ring and its subscribers. Thread-safe.</summary>
internal sealed class HubStream<T>(string name, long epoch, int ringSize, ExchangeStreamOptions options, TimeProvider time, ILogger logger)
    : HubStream
{
    // A dropped subscription is remembered long enough to tell it so when it renews.
    private const int ExpiriesThatADropIsRemembered = 30;

    private readonly Lock _lock = new();
    private readonly UpdateRing<T> _ring = new(ringSize);
    private readonly Dictionary<Guid, (string Reason, long At)> _dropped = [];
    private HubSubscriber<T>[] _subscribers = [];
    private long _delivered;
    private long _droppedCount;
    private long _expiredCount;
    private long _failedCount;
    private bool _closed;

    public override long LastSeq
    {
        get
        {
            lock (_lock)
                return _ring.LastSeq;
        }
    }

    public override StreamCounters Counters
    {
        get
        {
            lock (_lock)
            {
                return new StreamCounters
                {
                    Published = _ring.LastSeq,
                    Delivered = Interlocked.Read(ref _delivered),
                    Queued = _subscribers.Sum(s => (long)s.Queued),
                    Subscribers = _subscribers.Length,
                    Dropped = _droppedCount,
                    Expired = _expiredCount,
                    Failed = _failedCount,
                };
            }
        }
    }

    public StreamUpdate<T> Publish(T data)
    {
        lock (_lock)
        {
            var update = new StreamUpdate<T> { Epoch = epoch, Seq = _ring.LastSeq + 1, Time = time.GetUtcNow(), Data = data };
            _ring.Add(update);
            foreach (var subscriber in _subscribers)
            {
                if (!subscriber.TryEnqueue(update))
                    Drop(subscriber, $"more than {options.QueueLimit} updates were waiting");
            }

            return update;
        }
    }

    public SubscribeAnswer Subscribe(SubscribeRequest request, Func<SubscriberSink<T>> makeSink)
    {
        lock (_lock)
        {
            if (_closed)
                return new SubscribeAnswer { Status = SubscribeStatus.Refused, Reason = "the producer is stopping" };
            if (_dropped.TryGetValue(request.Subscription, out var dropped))
                return new SubscribeAnswer { Status = SubscribeStatus.Dropped, Epoch = epoch, Reason = dropped.Reason };
            if (_subscribers.FirstOrDefault(s => s.Id == request.Subscription) is { } known)
            {
                known.RenewedAt = time.GetTimestamp();
                return new SubscribeAnswer { Status = SubscribeStatus.Renewed, Epoch = epoch, After = _ring.LastSeq };
            }

            var subscriber = new HubSubscriber<T>(request.Subscription, makeSink(), this, options.BatchLimit, time) { RenewedAt = time.GetTimestamp() };
            var (status, after) = Place(request.After);
            subscriber.Begin(_ring.After(after, int.MaxValue), options.QueueLimit);
            _subscribers = [.. _subscribers, subscriber];
            StreamingLog.Subscribed(logger, name, request.Subscription, status, after);
            return new SubscribeAnswer { Status = status, Epoch = epoch, After = after };
        }
    }

    public Result<StreamReplay<T>> Replay(long askedEpoch, long afterSeq, int limit)
    {
        lock (_lock)
        {
            if (afterSeq < 0)
                (afterSeq, limit) = (Math.Max(_ring.OldestAfter, _ring.LastSeq - 1), 1);
            if ((askedEpoch != 0 && askedEpoch != epoch) || !_ring.Keeps(afterSeq))
                return SnapshotRequired(askedEpoch, afterSeq);
            return new StreamReplay<T> { Epoch = epoch, LastSeq = _ring.LastSeq, Updates = _ring.After(afterSeq, limit) };
        }
    }

    public override void Unsubscribe(Guid subscription)
    {
        lock (_lock)
        {
            if (TryRemove(subscription, out var subscriber))
                subscriber.Close();
            _dropped.Remove(subscription);
        }
    }

    public override void Sweep()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var subscriber in _subscribers)
            {
                var sentAt = subscriber.SentAt;
                if (sentAt != 0 && time.GetElapsedTime(sentAt, now) > options.AckTimeout)
                {
                    Drop(subscriber, $"a batch was not acknowledged within {options.AckTimeout.TotalSeconds:0.###} s");
                }
                else if (time.GetElapsedTime(subscriber.RenewedAt, now) > options.SubscriberExpiry)
                {
                    _expiredCount++;
                    StreamingLog.SubscriberExpired(logger, name, subscriber.Id);
                    Remove(subscriber);
                    subscriber.Close();
                }
            }

            var remembered = options.SubscriberExpiry * ExpiriesThatADropIsRemembered;
            foreach (var (id, (_, at)) in _dropped)
            {
                if (time.GetElapsedTime(at, now) > remembered)
                    _dropped.Remove(id);
            }
        }
    }

    public override Task Drained()
    {
        lock (_lock)
            return Task.WhenAll(_subscribers.Select(s => s.Drained()));
    }

    public override void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var subscriber in _subscribers)
                subscriber.Close();
            _subscribers = [];
        }
    }

    internal void OnDelivered(int updates) => Interlocked.Add(ref _delivered, updates);

    /// <summary>The way to the subscriber is broken, not its consumer: it is forgotten, and may resume where it was.</summary>
    internal void OnDeliveryFailed(HubSubscriber<T> subscriber, Exception exception)
    {
        lock (_lock)
        {
            if (Remove(subscriber))
            {
                _failedCount++;
                StreamingLog.DeliveryFailed(logger, exception, name, subscriber.Id);
            }
        }

        subscriber.Close();
    }

    private (SubscribeStatus Status, long After) Place(UpdatePosition? asked)
    {
        if (asked is not { } place)
            return (SubscribeStatus.Created, _ring.LastSeq);
        return (place.Epoch == 0 || place.Epoch == epoch) && _ring.Keeps(place.Seq)
            ? (SubscribeStatus.Resumed, place.Seq)
            : (SubscribeStatus.NotKept, _ring.LastSeq);
    }

    private ExchangeError SnapshotRequired(long askedEpoch, long afterSeq) => new()
    {
        Code = ExchangeErrorCode.SnapshotRequired,
        Message = askedEpoch != 0 && askedEpoch != epoch
            ? $"'{name}' is in epoch {epoch}, not {askedEpoch}: take a snapshot"
            : $"'{name}' keeps what came after {_ring.OldestAfter} up to {_ring.LastSeq}, not after {afterSeq}: take a snapshot",
    };

    private void Drop(HubSubscriber<T> subscriber, string reason)
    {
        _droppedCount++;
        _dropped[subscriber.Id] = (reason, time.GetTimestamp());
        StreamingLog.SubscriberDropped(logger, name, subscriber.Id, reason);
        Remove(subscriber);
        subscriber.Close(reason);
    }

    private bool TryRemove(Guid subscription, [NotNullWhen(true)] out HubSubscriber<T>? subscriber)
    {
        subscriber = _subscribers.FirstOrDefault(s => s.Id == subscription);
        return subscriber is not null && Remove(subscriber);
    }

    private bool Remove(HubSubscriber<T> subscriber)
    {
        var before = _subscribers;
        _subscribers = [.. before.Where(s => s != subscriber)];
        return _subscribers.Length < before.Length;
    }
}
