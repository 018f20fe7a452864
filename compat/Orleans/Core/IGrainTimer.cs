using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    public interface IGrainTimer : IDisposable
    {
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    public readonly struct GrainTimerCreationOptions()
    {
        [SetsRequiredMembers]
        public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
        {
            DueTime = dueTime;
            Period = period;
        }

        public required TimeSpan DueTime { get; init; }

        public required TimeSpan Period { get; init; }

        /// <summary>Whether the callback may run between the turns of a request that waits.</summary>
        public bool Interleave { get; init; }

        /// <summary>Whether a tick counts as use of the grain. Nothing is collected for idleness here.</summary>
        public bool KeepAlive { get; init; }
    }
}

namespace Orleans.Timers
{
    public interface ITimerRegistry
    {
        [Obsolete("Use 'RegisterGrainTimer(grainContext, callback, state, new() { DueTime = dueTime, Period = period, Interleave = true })' instead.")]
        IDisposable RegisterTimer(IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period);

        IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
