namespace Exchange.Simulator.Engine;

/// <summary>
/// Two times. <see cref="Now"/> is what session rules go by (pings, expiry, the 24-hour cut) and can be moved forward;
/// <see cref="VenueNow"/> is what the venue tells, and can be skewed without any session noticing.
/// </summary>
internal sealed class SimulatorClock(TimeProvider provider)
{
    private long _advancedTicks;
    private long _skewTicks;

    public TimeProvider Provider { get; } = provider;

    public DateTimeOffset Now => Provider.GetUtcNow().AddTicks(Interlocked.Read(ref _advancedTicks));

    public DateTimeOffset VenueNow => Now.AddTicks(Interlocked.Read(ref _skewTicks));

    public long VenueMilliseconds => VenueNow.ToUnixTimeMilliseconds();

    public TimeSpan Skew
    {
        get => new(Interlocked.Read(ref _skewTicks));
        set => Interlocked.Exchange(ref _skewTicks, value.Ticks);
    }

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _advancedTicks, by.Ticks);
    }
}
