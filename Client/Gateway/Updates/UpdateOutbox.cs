namespace Exchange.Client.Gateway.Updates;

/// <summary>
/// The bounded queue between the streams' callbacks and the socket's thread. Order within a topic is kept. Where an update
/// is complete in itself the newest takes the place of one that still waits; where it is not it is dropped when the bound
/// is reached, counted, and told at its place in the queue. Nothing is lost in silence.
/// </summary>
internal sealed class UpdateOutbox(int limit, int byteLimit, int perBookLimit)
{
    private readonly Lock _lock = new();
    private readonly Queue<OutMessage> _queue = new();
    private readonly Stack<OutMessage> _free = new();
    private long _bytes;
    private bool _isClosed;

    /// <summary>Called, outside the lock, when something was queued.</summary>
    public Action Wake { get; set; } = static () => { };

    /// <summary>Messages that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    public long Sent { get; private set; }

    public long Conflated { get; private set; }

    public long Dropped { get; private set; }

    /// <summary>The most that ever waited.</summary>
    public int HighestCount { get; private set; }

    /// <summary>A message to write into, for <see cref="Enqueue"/>.</summary>
    public OutMessage Rent(TopicLane lane)
    {
        OutMessage? message;
        lock (_lock)
            _free.TryPop(out message);
        message ??= new OutMessage();
        message.Reset(lane);
        return message;
    }

    /// <summary>Queues a message; the caller's use of it ends.</summary>
    public void Enqueue(OutMessage message)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            var lane = message.Lane;
            var isFull = _queue.Count >= limit || _bytes + message.Body.Length > byteLimit;
            if (lane.Conflates && lane.Tail is { } tail && (isFull || lane.Pending >= perBookLimit))
            {
                _bytes += message.Body.Length - tail.Body.Length;
                if (tail.IsLive)
                {
                    lane.Conflated++;
                    Conflated++;
                }

                tail.ReplaceWith(message);
                Keep(message);
                return;
            }

            // The newest of a topic that conflates always has a place: there are no more of them than there are topics.
            if (isFull && !lane.Conflates)
            {
                Drop(message);
                return;
            }

            Add(message);
        }

        Wake();
    }

    /// <summary>The next message; give it back with <see cref="Return"/> once it is sent.</summary>
    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OutMessage? message)
    {
        lock (_lock)
        {
            if (!_queue.TryDequeue(out message))
                return false;
            var lane = message.Lane;
            _bytes -= message.Body.Length;
            if (message.IsDropNotice)
                return true;
            lane.Pending--;
            if (ReferenceEquals(lane.Tail, message))
                lane.Tail = null;
            lane.Sent++;
            Sent++;
            return true;
        }
    }

    /// <summary>What was dropped of a topic since it was last asked; for the notice.</summary>
    public (long Count, long Epoch, long From, long To) TakeDropped(TopicLane lane)
    {
        lock (_lock)
        {
            var dropped = (lane.DroppedCount, lane.DroppedEpoch, lane.DroppedFrom, lane.DroppedTo);
            lane.DroppedCount = 0;
            return dropped;
        }
    }

    public void Return(OutMessage message)
    {
        lock (_lock)
            Keep(message);
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    private void Drop(OutMessage message)
    {
        var lane = message.Lane;
        if (message.IsLive)
        {
            lane.Dropped++;
            Dropped++;
            if (lane.DroppedCount++ == 0)
            {
                lane.DroppedEpoch = message.Epoch;
                lane.DroppedFrom = message.Seq;
                var notice = _free.TryPop(out var kept) ? kept : new OutMessage();
                notice.Reset(lane);
                notice.IsDropNotice = true;
                _queue.Enqueue(notice);
            }

            // A new epoch among the dropped: its numbers start again, and the consumer takes a snapshot anyway.
            if (lane.DroppedEpoch != message.Epoch)
            {
                lane.DroppedEpoch = message.Epoch;
                lane.DroppedFrom = message.Seq;
            }

            lane.DroppedTo = message.Seq;
        }

        Keep(message);
    }

    private void Add(OutMessage message)
    {
        _queue.Enqueue(message);
        _bytes += message.Body.Length;
        message.Lane.Pending++;
        message.Lane.Tail = message;
        HighestCount = Math.Max(HighestCount, _queue.Count);
    }

    private void Keep(OutMessage message)
    {
        if (message.Body.Capacity <= OutMessage.MaxKeptCapacity && _free.Count < 4096)
            _free.Push(message);
    }
}
