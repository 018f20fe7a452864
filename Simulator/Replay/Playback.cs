using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Replay;

/// <summary>
/// Plays timed things in their own rhythm (or faster) by the simulator's clock, from the first subscription on. Driven by
/// the timetable, within the turn.
/// </summary>
internal sealed class Playback<T>(
    SimulatorClock clock, IReadOnlyList<(long At, T Item)> items, double speed, Action<T> play, Func<int> backlog)
{
    /// <summary>At full speed clients are given no more than this ahead of what they have read.</summary>
    private const int MostBacklogBytes = 1 << 20;
    private const int MostAtOnce = 500;

    private DateTimeOffset? _started;

    public int Played { get; private set; }

    public int Total => items.Count;

    public bool IsStarted => _started is not null;

    public bool IsFinished => Played == items.Count;

    public void Start() => _started ??= clock.Now;

    /// <summary>Plays what is due now.</summary>
    public void PlayDue()
    {
        if (_started is not { } started)
        {
            return;
        }

        var elapsed = (clock.Now - started).TotalMicroseconds * speed;
        for (var played = 0; Played < items.Count && played < MostAtOnce; played++)
        {
            var (at, item) = items[Played];
            if (at - items[0].At > elapsed || (double.IsPositiveInfinity(speed) && backlog() > MostBacklogBytes))
            {
                return;
            }

            Played++;
            play(item);
        }
    }
}
