using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator;

/// <summary>Sees a text frame as it arrives or leaves, outside the simulator's turn when it arrives. Must not block.</summary>
internal delegate void FrameProbe(string route, bool outgoing, ReadOnlySpan<byte> frame);

/// <summary>
/// What the venues of one simulator share. Everything that has state is used within <see cref="Turn"/>: order flow, requests
/// and the clock's jobs take turns, so that a book and the frames about it never disagree.
/// </summary>
internal sealed class SimulatorContext(SimulatorClock clock, int seed)
{
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _waiting = [];

    public Lock Turn { get; } = new();

    public SimulatorClock Clock { get; } = clock;

    public int Seed { get; } = seed;

    public Timetable Timetable { get; } = new(clock);

    public FaultBoard Faults { get; } = new();

    /// <summary>For measurements; null for none.</summary>
    public FrameProbe? Probe { get; set; }

    /// <summary>Completes as soon as <paramref name="condition"/>, asked within the turn, holds.</summary>
    public Task When(Func<bool> condition)
    {
        lock (Turn)
        {
            if (condition())
            {
                return Task.CompletedTask;
            }

            var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, met));
            return met.Task;
        }
    }

    /// <summary>Something that somebody may wait for has changed. Called within the turn.</summary>
    public void Touch()
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].Condition())
            {
                _waiting[i].Met.TrySetResult();
                _waiting.RemoveAt(i);
            }
        }
    }
}
