using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Streaming.Hub;

/// <summary>
/// One subscriber of one stream: a bounded queue, and the pump that empties it in acknowledged batches, one in flight.
/// An idle subscriber gets an update at once; while a batch is in flight the next ones gather.
/// </summary>
internal sealed class HubSubscriber<T>(
    Guid id, SubscriberSink<T> sink, HubStream<T> stream, int batchLimit, TimeProvider time) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<StreamUpdate<T>> _queue = new();
    private int _capacity;
    private bool _pumping;
    private bool _closed;
    private string? _dropReason;
    private TaskCompletionSource? _drained;
    private long _sentAt;
    private long _renewedAt;

    public Guid Id => id;

    /// <summary>When the subscriber last renewed itself.</summary>
    public long RenewedAt
    {
        get => Volatile.Read(ref _renewedAt);
        set => Volatile.Write(ref _renewedAt, value);
    }

    /// <summary>When the batch in flight was sent; 0 when none is.</summary>
    public long SentAt => Volatile.Read(ref _sentAt);

    public int Queued
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    /// <summary>Fills the queue with what a resumed subscription missed, on top of the room that every queue has.</summary>
    public void Begin(ImmutableArray<StreamUpdate<T>> backlog, int queueLimit)
    {
        _capacity = queueLimit + backlog.Length;
        foreach (var update in backlog)
            TryEnqueue(update);
    }

    /// <summary>Queues an update; false when the queue is full, and then nothing was queued.</summary>
    public bool TryEnqueue(StreamUpdate<T> update)
    {
        lock (_lock)
        {
            if (_closed)
                return true;
            if (_queue.Count >= _capacity)
                return false;
            _queue.Enqueue(update);
            if (_pumping)
                return true;
            _pumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Ends the subscriber. With a reason it is told so, after the batch in flight.</summary>
    public void Close(string? dropReason = null)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            _dropReason = dropReason;
            _queue.Clear();
            if (_pumping)
                return;
            _pumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Ends when everything queued so far, and since, has been acknowledged or the subscriber has ended.</summary>
    public Task Drained()
    {
        lock (_lock)
        {
            if (!_pumping)
                return Task.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = Pump();

    private async Task Pump()
    {
        while (TryTake(out var batch))
        {
            try
            {
                Volatile.Write(ref _sentAt, Math.Max(1, time.GetTimestamp()));
                await sink.Deliver(batch).ConfigureAwait(false);
                Volatile.Write(ref _sentAt, 0);
                stream.OnDelivered(batch.Updates.Length);
            }
            catch (Exception exception)
            {
                Volatile.Write(ref _sentAt, 0);
                stream.OnDeliveryFailed(this, exception);
            }
        }
    }

    private bool TryTake(out StreamBatch<T> batch)
    {
        TaskCompletionSource? drained;
        lock (_lock)
        {
            if (_dropReason is not null)
            {
                batch = new StreamBatch<T> { Dropped = _dropReason };
                _dropReason = null;
                return true;
            }

            if (_queue.Count > 0)
            {
                var count = Math.Min(_queue.Count, batchLimit);
                var updates = ImmutableArray.CreateBuilder<StreamUpdate<T>>(count);
                for (var i = 0; i < count; i++)
                    updates.Add(_queue.Dequeue());
                batch = new StreamBatch<T> { Updates = updates.MoveToImmutable() };
                return true;
            }

            _pumping = false;
            (drained, _drained) = (_drained, null);
        }

        drained?.TrySetResult();
        batch = null!;
        return false;
    }
}
