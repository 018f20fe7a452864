using Orleans.Core;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>The services behind the protected members of <see cref="Grain"/>.</summary>
internal sealed class GrainRuntime(Silo silo) : IGrainRuntime, ITimerRegistry
{
    public string SiloIdentity => silo.Address.ToString();

    public SiloAddress SiloAddress => silo.Address;

    public IGrainFactory GrainFactory => silo.Runtime;

    public ITimerRegistry TimerRegistry => this;

    public IServiceProvider ServiceProvider => silo.Services;

    public TimeProvider TimeProvider => silo.TimeProvider;

    public void DeactivateOnIdle(IGrainContext grainContext) => grainContext.Deactivate(
        new DeactivationReason(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    /// <summary>Idle grains are not collected here, so there is nothing to delay.</summary>
    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan)
    {
    }

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) =>
        StateStorage.ForGrainClass<TGrainState>((Activation)grainContext);

    public IDisposable RegisterTimer(IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        ((Activation)grainContext).AddTimer(_ => callback(state), new GrainTimerCreationOptions(dueTime, period) { Interleave = true });

    public IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        ((Activation)grainContext).AddTimer(token => callback(state, token), options);
}

internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current!;
}
