using System.Diagnostics;

namespace NetMQ;

/// <summary>Tells which timer elapsed.</summary>
public class NetMQTimerEventArgs : EventArgs
{
    /// <summary>Creates the arguments of a timer's events.</summary>
    public NetMQTimerEventArgs(NetMQTimer timer) => Timer = timer;

    /// <summary>The timer.</summary>
    public NetMQTimer Timer { get; }
}

/// <summary>Elapses again and again on the thread of the poller that it is added to, and is used on that thread.</summary>
public class NetMQTimer
{
    private readonly NetMQTimerEventArgs _eventArgs;
    private int _interval;
    private bool _enable = true;

    /// <summary>Creates a timer that is enabled.</summary>
    public NetMQTimer(TimeSpan interval)
        : this((int)interval.TotalMilliseconds)
    {
    }

    /// <summary>Creates a timer that is enabled, with its interval in milliseconds.</summary>
    public NetMQTimer(int interval)
    {
        _interval = interval;
        _eventArgs = new NetMQTimerEventArgs(this);
    }

    /// <summary>Raised on the poller's thread each time the interval is over.</summary>
    public event EventHandler<NetMQTimerEventArgs>? Elapsed;

    /// <summary>The interval in milliseconds. Setting it starts it anew.</summary>
    public int Interval
    {
        get => _interval;
        set
        {
            _interval = value;
            Restart();
        }
    }

    /// <summary>Whether the timer elapses. Turning it on starts the interval anew.</summary>
    public bool Enable
    {
        get => _enable;
        set
        {
            if (_enable != value)
            {
                _enable = value;
                Restart();
            }
        }
    }

    internal static long Now => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>When it elapses next, on the clock of <see cref="Now"/>; -1: not set.</summary>
    internal long When { get; set; } = -1;

    /// <summary>Turns the timer on and starts the interval anew.</summary>
    public void EnableAndReset()
    {
        _enable = true;
        Restart();
    }

    internal void Restart() => When = _enable ? Now + _interval : -1;

    internal void Elapse(object sender)
    {
        Elapsed?.Invoke(sender, _eventArgs);
        if (_enable)
        {
            Restart();
        }
    }
}
