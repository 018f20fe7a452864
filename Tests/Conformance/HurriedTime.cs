namespace Exchange.Tests.Conformance;

/// <summary>
/// Real time, so many times as fast, for a venue and those who talk to it alike: what takes seconds of waiting takes milliseconds, and
/// nobody steps a clock while sockets are busy. Timers never fire early.
/// </summary>
internal sealed class HurriedTime(double speed) : TimeProvider
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly long _startStamp = System.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private TimeSpan Elapsed => System.GetElapsedTime(_startStamp) * speed;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => (Elapsed + TimeSpan.FromHours(1)).Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HurriedTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Real(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
            return time;
        return TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / speed));
    }

    private sealed class HurriedTimer(ITimer timer, HurriedTime owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(owner.Real(dueTime), owner.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
