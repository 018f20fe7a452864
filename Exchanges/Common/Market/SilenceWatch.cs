namespace Exchange.Exchanges.Common.Market;

/// <summary>
/// How long a stream has brought nothing new, and when it is time to ask the venue about it. A market that was found quiet is given
/// twice as long each time, up to sixteen times, until its next message: a quiet symbol must neither flicker nor eat the
/// request budget. Called while holding the stream's lock.
/// </summary>
internal sealed class SilenceWatch(TimeProvider time)
{
    private long _lastNew;
    private long _lastProbe;
    private int _quietProbes;

    /// <summary>How long nothing new has come; zero while not subscribed.</summary>
    public TimeSpan Silence => _lastNew == 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastNew);

    /// <summary>True from the subscription on.</summary>
    public bool IsRunning => _lastNew != 0;

    /// <summary>Subscribed: silence counts from now, unless it does already.</summary>
    public void Start()
    {
        if (_lastNew == 0)
            _lastNew = time.GetTimestamp();
    }

    /// <summary>Something new has come.</summary>
    public void Saw()
    {
        _lastNew = time.GetTimestamp();
        _quietProbes = 0;
        _lastProbe = 0;
    }

    /// <summary>Another source has taken over, with a book of this moment.</summary>
    public void Restart() => _lastNew = time.GetTimestamp();

    /// <summary>The venue was asked: it is quiet.</summary>
    public void Quiet()
    {
        _lastNew = time.GetTimestamp();
        _quietProbes++;
    }

    /// <summary>Not subscribed any more.</summary>
    public void Stop()
    {
        _lastNew = 0;
        _lastProbe = 0;
        _quietProbes = 0;
    }

    /// <summary>Whether silence has lasted long enough to ask; true once for each time.</summary>
    public bool IsProbeDue(TimeSpan limit)
    {
        limit *= 1 << Math.Min(_quietProbes, 4);
        if (_lastNew == 0 || time.GetElapsedTime(_lastNew) < limit || (_lastProbe != 0 && time.GetElapsedTime(_lastProbe) < limit))
            return false;
        _lastProbe = time.GetTimestamp();
        return true;
    }
}
