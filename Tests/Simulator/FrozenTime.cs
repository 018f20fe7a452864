namespace Exchange.Tests.Simulator;

/// <summary>A time that stands still: the simulator's clock then moves only by its own Advance.</summary>
internal sealed class FrozenTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Start;
}
