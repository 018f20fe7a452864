namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// Asks about orders when their time has come: never more than so many at a time, never two closer together than the spacing, so that
/// the questions cannot use up the venue's budget. Who asks decides when, and whether, to ask again.
/// </summary>
internal sealed class LookupQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Entry, (TimeSpan Due, long Number)> _waiting = new();
    private readonly Dictionary<TrackedOrder, Entry> _entries = [];
    private readonly TimeProvider _time;
    private readonly OrderManagerOptions _options;
    private readonly Func<TrackedOrder, CancellationToken, Task<TimeSpan?>> _ask;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private readonly long _start;
    private TimeSpan _next;
    private long _number;
    private int _running;
    private bool _disposed;

    /// <summary>Creates the queue.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="options">Spacing and concurrency.</param>
    /// <param name="ask">Asks about one order and says after how long to ask again; null when there is nothing left to ask. Does not throw.</param>
    public LookupQueue(TimeProvider time, OrderManagerOptions options, Func<TrackedOrder, CancellationToken, Task<TimeSpan?>> ask)
    {
        _time = time;
        _options = options;
        _ask = ask;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static queue => ((LookupQueue)queue!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The queue's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Orders that wait or are being asked about.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Asks about the order after <paramref name="delay"/>, or sooner if that was to happen anyway.</summary>
    public void Add(TrackedOrder order, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            var due = Now + delay;
            if (!_entries.TryGetValue(order, out var entry))
            {
                _entries.Add(order, entry = new Entry(order));
            }
            else if (entry.Running)
            {
                if (entry.Again is not { } again || due < again)
                    entry.Again = due;
                return;
            }
            else if (entry.Due <= due)
            {
                return;
            }

            Enqueue(entry, due);
            Arm();
        }
    }

    /// <summary>Stops asking.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _waiting.Clear();
            _entries.Clear();
        }

        _stopping.Cancel();
        _timer.Dispose();
    }

    private void Pump()
    {
        while (true)
        {
            Entry entry;
            lock (_gate)
            {
                if (_disposed || !TryTake(out entry!))
                    return;
            }

            _ = RunAsync(entry);
        }
    }

    private bool TryTake(out Entry? entry)
    {
        entry = null;
        DropOutdated();
        if (_running < _options.ConcurrentLookups && _waiting.TryPeek(out var head, out var place) && place.Due <= Now && _next <= Now)
        {
            _waiting.Dequeue();
            _next = Now + _options.LookupSpacing;
            _running++;
            head.Running = true;
            entry = head;
            return true;
        }

        Arm();
        return false;
    }

    private async Task RunAsync(Entry entry)
    {
        var wait = await _ask(entry.Order, _stopping.Token).ConfigureAwait(false);
        lock (_gate)
        {
            _running--;
            entry.Running = false;
            if (_disposed)
                return;
            var due = wait is { } delay ? Now + delay : (TimeSpan?)null;
            if (entry.Again is { } again && (due is not { } later || again < later))
                due = again;
            entry.Again = null;
            if (due is { } next)
                Enqueue(entry, next);
            else
                _entries.Remove(entry.Order);
            Arm();
        }
    }

    private void Enqueue(Entry entry, TimeSpan due)
    {
        entry.Due = due;
        entry.Number = ++_number;
        _waiting.Enqueue(entry, (due, entry.Number));
    }

    // An entry that was moved forward is in the heap twice; only its last place counts.
    private void DropOutdated()
    {
        while (_waiting.TryPeek(out var head, out var place) && (head.Running || head.Number != place.Number))
            _waiting.Dequeue();
    }

    private void Arm()
    {
        DropOutdated();
        if (_running >= _options.ConcurrentLookups || !_waiting.TryPeek(out _, out var place))
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var due = place.Due > _next ? place.Due : _next;
        var wait = due - Now;
        // Never at once, since who adds holds a lock of its own; and whole milliseconds up, since a timer counts in those and one
        // that fires early would find nothing due.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private sealed class Entry(TrackedOrder order)
    {
        public TrackedOrder Order { get; } = order;

        public TimeSpan Due { get; set; }

        public long Number { get; set; }

        public bool Running { get; set; }

        public TimeSpan? Again { get; set; }
    }
}
