using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Storage;

namespace Orleans.Runtime;

// The shapes that the public surface leans on; the runtime itself follows in the next commits.
internal abstract class Activation : IGrainContext
{
    public abstract GrainReference GrainReference { get; }
    public abstract GrainId GrainId { get; }
    public abstract object? GrainInstance { get; }
    public abstract ActivationId ActivationId { get; }
    public abstract GrainAddress Address { get; }
    public abstract IServiceProvider ActivationServices { get; }
    public abstract IGrainLifecycle ObservableLifecycle { get; }
    public abstract IWorkItemScheduler Scheduler { get; }
    public abstract Task Deactivated { get; }
    public abstract void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    public abstract bool Equals(IGrainContext? other);
    public abstract object? GetComponent(Type componentType);
    public abstract object? GetTarget();
    public abstract void SetComponent<TComponent>(TComponent? value)
        where TComponent : class;
}

internal sealed class LocalCluster;

internal abstract class RuntimeClient
{
    public LocalCluster Cluster { get; } = new();
}

internal abstract class Silo
{
    public abstract void Kill();
    public abstract Activation? FindActivation(GrainId id);
}

internal static class GrainProxies
{
    public static object Create(Type interfaceType, GrainId id, RuntimeClient runtime) => throw new NotSupportedException($"{interfaceType} {id} {runtime}");
}

internal static class SiloServices
{
    public static void AddTo(IServiceCollection services, IConfiguration configuration) => throw new NotSupportedException($"{services} {configuration}");
}

internal static class ClientServices
{
    public static void AddTo(IServiceCollection services, IConfiguration configuration) => throw new NotSupportedException($"{services} {configuration}");
}

internal sealed class ClusterMetadataCache : ISiloMetadataCache
{
    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress) => SiloMetadata.Empty;
}

internal sealed class MemoryGrainStorage(string name, LocalCluster cluster) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException($"{name} {cluster}");
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
}
