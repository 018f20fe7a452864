namespace Exchange.Exchanges.Common.Books;

/// <summary>
/// Spaces the updates of one stream. A change that comes after a quiet time leaves at once; those that come too soon after
/// an update are passed over, and the newest state leaves when its time has come, so the last state is always sent.
/// </summary>
/// <remarks>
/// Spacing is kept on average: an update may be early by a tenth of the interval (20 ms at most), and the next one is
/// then due that much later. Without this, a venue that sends every 100 ms, give or take a few, would see half of its messages
/// wait for a timer although the rate asked for is the rate sent.
/// All members must be called while holding the lock that was given; the timer takes it itself.
/// </remarks>
internal sealed class Conflator : IDisposable
{
    private static readonly TimeSpan _mostEarly = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private readonly Action<int> _publish;
    private readonly ITimer _timer;
    private readonly long _origin;
    private TimeSpan _interval;
    private TimeSpan _due;
    private int _waiting;
    private bool _armed;
    private bool _disposed;

    /// <summary>Creates a conflator that lets every change through until <see cref="FrequencyMs"/> is set.</summary>
    /// <param name="gate">The lock that guards the stream.</param>
    /// <param name="time">The clock.</param>
    /// <param name="publish">Sends the newest state; is given how many changes were passed over. Called while holding the lock.</param>
    public Conflator(Lock gate, TimeProvider time, Action<int> publish)
    {
        _gate = gate;
        _time = time;
        _publish = publish;
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((Conflator)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The least time between two updates, in milliseconds; 0 lets every change through.</summary>
    public int FrequencyMs
    {
        get => (int)_interval.TotalMilliseconds;
        set
        {
            var interval = TimeSpan.FromMilliseconds(value);
            if (interval < _interval)
                _due -= _interval - interval;
            _interval = interval;
            if (_waiting == 0)
                return;
            _armed = false;
            ArmOrSend(_time.GetElapsedTime(_origin));
        }
    }

    /// <summary>The state changed.</summary>
    public void Changed()
    {
        _waiting++;
        if (_interval == TimeSpan.Zero)
        {
            Send(TimeSpan.Zero);
            return;
        }

        ArmOrSend(_time.GetElapsedTime(_origin));
    }

    /// <summary>Sends now, whatever the interval: for a change of the stream's state.</summary>
    public void SendNow()
    {
        _waiting++;
        _due = TimeSpan.Zero;
        Send(_time.GetElapsedTime(_origin));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _timer.Dispose();
    }

    private void ArmOrSend(TimeSpan now)
    {
        var early = _interval / 10;
        if (early > _mostEarly)
            early = _mostEarly;
        var wait = _due - now;
        if (wait <= early)
        {
            Send(now);
        }
        else if (!_armed)
        {
            _armed = true;
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Send(TimeSpan now)
    {
        var passedOver = _waiting - 1;
        _waiting = 0;
        _due = (_due > now ? _due : now) + _interval;
        if (_armed)
        {
            _armed = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _publish(passedOver);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            // An update that left in the meantime has disarmed it; this tick was already on its way.
            if (_disposed || !_armed)
                return;
            _armed = false;
            if (_waiting > 0)
                Send(_time.GetElapsedTime(_origin));
        }
    }
}
