namespace Exchange.Tests.Support;

/// <summary>
/// A clock that a test moves. Timers and delays made with it fire inside <see cref="Advance"/>, in the order of their due
/// times, with the clock standing at each due time. One test drives one clock.
/// </summary>
/// <remarks>
/// Before a test moves the clock it waits until what it wants to see fire is armed (<see cref="WhenArmed(TimeSpan)"/>):
/// otherwise code that is on its way to its delay would miss the step.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> Match, TaskCompletionSource Seen)> _waiters = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private long _armings;

    /// <summary>Starts the clock at <paramref name="start"/>, or at a fixed time of 2026.</summary>
    public ManualTimeProvider(DateTimeOffset? start = null) =>
        _start = start ?? new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that are armed now.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _start + _elapsed;
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        // As on a machine that has been up for a while: no moment of a test is the zero that often means never.
        lock (_gate)
            return (_elapsed + TimeSpan.FromHours(1)).Ticks;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, firing what falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_gate)
            target = _elapsed + by;
        while (true)
        {
            ManualTimer? next = null;
            lock (_gate)
            {
                foreach (var timer in _timers)
                {
                    if (timer.Due <= target && (next is null || (timer.Due, timer.Order).CompareTo((next.Due, next.Order)) < 0))
                        next = timer;
                }

                if (next is null)
                {
                    _elapsed = target;
                    return;
                }

                if (next.Due > _elapsed)
                    _elapsed = next.Due;
                Rearm(next);
            }

            next.Fire();
        }
    }

    /// <summary>Completes when a timer is armed that falls due in exactly <paramref name="dueIn"/> from then on, or when there is one already.</summary>
    public Task WhenArmed(TimeSpan dueIn) => WhenArmed(due => due == dueIn);

    /// <summary>Completes when a timer is armed whose remaining time satisfies <paramref name="match"/>, or when there is one already.</summary>
    public Task WhenArmed(Func<TimeSpan, bool> match)
    {
        lock (_gate)
        {
            if (_timers.Any(t => match(t.Due - _elapsed)))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((match, seen));
            return seen.Task;
        }
    }

    /// <summary>
    /// Moves the clock by <paramref name="step"/> whenever something is armed to fire in more than half of it and at most the
    /// whole, until <paramref name="task"/> has completed: for loops that look at the clock at every step.
    /// </summary>
    public async Task AdvanceUntil(Task task, TimeSpan step, string what)
    {
        while (!task.IsCompleted)
        {
            var armed = WhenArmed(due => due > step / 2 && due <= step);
            await Awaiting.Within(Task.WhenAny(task, armed), what);
            if (!task.IsCompleted)
                Advance(step);
        }

        await task;
    }

    private void Rearm(ManualTimer timer)
    {
        if (timer.Period > TimeSpan.Zero)
            timer.Due = _elapsed + timer.Period;
        else
            _timers.Remove(timer);
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public long Order { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = owner._elapsed + dueTime;
                Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                Order = owner._armings++;
                owner._timers.Add(this);
                for (var i = owner._waiters.Count - 1; i >= 0; i--)
                {
                    if (!owner._waiters[i].Match(dueTime))
                        continue;
                    owner._waiters[i].Seen.TrySetResult();
                    owner._waiters.RemoveAt(i);
                }
            }

            // A timer that is due at once fires at once, as the genuine one does, on another thread.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(_ => owner.Advance(TimeSpan.Zero));
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
