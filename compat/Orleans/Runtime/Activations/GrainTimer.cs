namespace Orleans.Runtime;

internal sealed partial class Activation
{
    private readonly HashSet<GrainTimer> _timers = [];

    /// <summary>A timer of this activation; its callback takes a turn of its own.</summary>
    public IGrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options, Silo.TimeProvider);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_timers)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }

    /// <summary>Rearms after its callback has ended, so that ticks never pile up.</summary>
    private sealed class GrainTimer : IGrainTimer
    {
        private readonly Activation _activation;
        private readonly Func<CancellationToken, Task> _callback;
        private readonly ITimer _timer;
        private readonly bool _interleave;
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _cancelled = new();
        private TimeSpan _due = Timeout.InfiniteTimeSpan;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _ticking;
        private bool _changed;

        public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider time)
        {
            _activation = activation;
            _callback = callback;
            _interleave = options.Interleave;
            _timer = time.CreateTimer(static state => ((GrainTimer)state!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Change(TimeSpan dueTime, TimeSpan period)
        {
            Check(dueTime, nameof(dueTime));
            Check(period, nameof(period));
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_cancelled.IsCancellationRequested, this);
                _due = dueTime;
                _period = period;
                _changed = true;
                if (!_ticking)
                {
                    _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
                }
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                if (_cancelled.IsCancellationRequested)
                {
                    return;
                }

                _timer.Dispose();
            }

            _cancelled.Cancel();
            lock (_activation._timers)
            {
                _activation._timers.Remove(this);
            }
        }

        private static void Check(TimeSpan time, string name)
        {
            if (time != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(time.Ticks, name);
                ArgumentOutOfRangeException.ThrowIfGreaterThan((long)time.TotalMilliseconds, 0xfffffffe, name);
            }
        }

        private void OnDue()
        {
            lock (_lock)
            {
                if (_cancelled.IsCancellationRequested || _ticking)
                {
                    return;
                }

                _ticking = true;
                _changed = false;
            }

            _activation.TryReceive(new Tick(this));
        }

        private void Rearm()
        {
            lock (_lock)
            {
                _ticking = false;
                if (_cancelled.IsCancellationRequested)
                {
                    return;
                }

                _timer.Change(_changed ? _due : _period, Timeout.InfiniteTimeSpan);
            }
        }

        private sealed class Tick(GrainTimer timer) : Turn
        {
            public override bool IsAlwaysInterleave => timer._interleave;

            public override bool IsReadOnly => false;

            public override bool IsAbandoned => timer._cancelled.IsCancellationRequested;

            public override void Start(IReceiver receiver) => _ = RunAsync(receiver);

            private async Task RunAsync(IReceiver receiver)
            {
                try
                {
                    await timer._callback(timer._cancelled.Token);
                }
                catch (Exception exception) when (!timer._cancelled.IsCancellationRequested || exception is not OperationCanceledException)
                {
                    timer._activation.Silo.OnTimerFailed(timer._activation, exception);
                }
                catch (OperationCanceledException)
                {
                    // The timer was disposed while its callback ran.
                }

                timer.Rearm();
                receiver.OnTurnEnded(this);
            }
        }
    }
}
