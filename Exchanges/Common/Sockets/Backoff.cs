namespace Exchange.Exchanges.Common.Sockets;

/// <summary>Growing waits with jitter, so that many clients of one venue do not come back at the same moment.</summary>
/// <param name="first">The first wait, before jitter.</param>
/// <param name="longest">The longest wait, before jitter.</param>
/// <param name="random">Gives numbers from 0 up to 1.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private int _attempt;

    /// <summary>The next wait: twice the last one, between a half and the whole of it.</summary>
    public TimeSpan Next()
    {
        var full = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_attempt, 30)), longest.TotalMilliseconds);
        _attempt++;
        return TimeSpan.FromMilliseconds(full * (0.5 + (random() / 2)));
    }

    /// <summary>Starts again from the first wait.</summary>
    public void Reset() => _attempt = 0;
}
