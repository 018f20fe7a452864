using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>One activation, as the code inside it sees it.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    object? GrainInstance { get; }

    ActivationId ActivationId { get; }

    GrainAddress Address { get; }

    IServiceProvider ActivationServices { get; }

    IGrainLifecycle ObservableLifecycle { get; }

    IWorkItemScheduler Scheduler { get; }

    /// <summary>Completes when the activation has ended, gracefully or not.</summary>
    Task Deactivated { get; }

    void SetComponent<TComponent>(TComponent? value)
        where TComponent : class;

    /// <summary>Ends the activation once the requests that run now have ended.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

public static class GrainContextExtensions
{
    [Obsolete("This method is error-prone: waiting deactivation to complete from within the grain being deactivated will usually result in a deadlock.")]
    public static Task DeactivateAsync(this IGrainContext grainContext, DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        grainContext.Deactivate(deactivationReason, cancellationToken);
        return grainContext.Deactivated;
    }
}

public interface IWorkItemScheduler
{
    void QueueAction(Action action);

    void QueueTask(Task task);

    void QueueAction(Action<object> action, object state);
}

public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}

public interface IGrainExtensionBinder
{
    TExtensionInterface GetExtension<TExtensionInterface>()
        where TExtensionInterface : class, IGrainExtension;

    (TExtension, TExtensionInterface) GetOrSetExtension<TExtension, TExtensionInterface>(Func<TExtension> newExtensionFunc)
        where TExtension : class, TExtensionInterface
        where TExtensionInterface : class, IGrainExtension;
}

/// <summary>The services that a grain class uses.</summary>
public interface IGrainRuntime
{
    string SiloIdentity { get; }

    SiloAddress SiloAddress { get; }

    IGrainFactory GrainFactory { get; }

    Timers.ITimerRegistry TimerRegistry { get; }

    IServiceProvider ServiceProvider { get; }

    TimeProvider TimeProvider => TimeProvider.System;

    void DeactivateOnIdle(IGrainContext grainContext);

    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);

    Core.IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
}
