namespace Exchange.Simulator.Engine;

/// <summary>
/// What is due at a time of the simulator's clock. It has no thread of its own: the host's loop, or a test that moves the
/// clock, calls <see cref="RunDue"/>. A repeated job that is several times overdue runs once.
/// </summary>
internal sealed class Timetable(SimulatorClock clock)
{
    private readonly PriorityQueue<Job, (DateTimeOffset Due, long Order)> _jobs = new();
    private long _order;

    /// <summary>Repeats at whole multiples of <paramref name="interval"/> of the clock.</summary>
    public void Every(TimeSpan interval, Action action) => Enqueue(new Job(action, interval), NextMultiple(interval));

    public void After(TimeSpan delay, Action action) => Enqueue(new Job(action, null), clock.Now + delay);

    public void RunDue()
    {
        var now = clock.Now;
        while (_jobs.TryPeek(out var job, out var when) && when.Due <= now)
        {
            _jobs.Dequeue();
            job.Action();
            if (job.Interval is { } interval)
            {
                Enqueue(job, NextMultiple(interval));
            }
        }
    }

    private void Enqueue(Job job, DateTimeOffset due) => _jobs.Enqueue(job, (due, _order++));

    private DateTimeOffset NextMultiple(TimeSpan interval)
    {
        var now = clock.Now;
        return now.AddTicks(interval.Ticks - (now.UtcTicks % interval.Ticks));
    }

    private sealed record Job(Action Action, TimeSpan? Interval);
}
