using Microsoft.Extensions.DependencyInjection;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Runtime;

/// <summary>Asks the director of a grain's strategy, on behalf of one silo, where the grain is to go.</summary>
internal sealed class PlacementService(Silo silo) : IPlacementContext
{
    public SiloAddress LocalSilo => silo.Address;

    public SiloStatus LocalSiloStatus => silo.Status;

    public async Task<SiloAddress> PlaceAsync(Request request)
    {
        var grainClass = silo.GetGrainClass(request.TargetId.Type);
        var target = new PlacementTarget(request.TargetId, request.RequestContext!, request.Target.InterfaceType, 0);
        var strategy = grainClass.GetPlacementStrategy(silo.Services);
        var director = silo.Services.GetKeyedService<IPlacementDirector>(strategy.GetType())
            ?? throw new InvalidOperationException($"No placement director is registered for the placement strategy {strategy.GetType()}.");
        return await director.OnAddActivation(strategy, target, this)
            ?? throw new OrleansException($"The placement director {director.GetType()} chose no silo for {request.TargetId}.");
    }

    public SiloAddress[] GetCompatibleSilos(PlacementTarget target)
    {
        var grainClass = silo.GetGrainClass(target.GrainIdentity.Type);
        IEnumerable<SiloAddress> silos = silo.Cluster.ActiveSilos().Select(s => s.Address).ToArray();
        foreach (var filter in grainClass.GetPlacementFilters(silo.Services))
        {
            var director = silo.Services.GetKeyedService<IPlacementFilterDirector>(filter.GetType())
                ?? throw new InvalidOperationException($"No director is registered for the placement filter {filter.GetType()}.");
            silos = director.Filter(filter, target, silos);
        }

        var compatible = silos.ToArray();
        return compatible.Length > 0
            ? compatible
            : throw new OrleansException(
                $"No active nodes are compatible with grain {target.GrainIdentity.Type} and interface {target.InterfaceType} version {target.InterfaceVersion}. "
                + $"Known nodes with grain type: {string.Join(", ", silo.Cluster.ActiveSilos().Select(s => s.Address))}.");
    }

    public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => target.InterfaceVersion == 0
        ? throw new ArgumentException("Interface version not provided", nameof(target))
        : new Dictionary<ushort, SiloAddress[]> { [target.InterfaceVersion] = GetCompatibleSilos(target) };
}

internal sealed class RandomPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? silos[Random.Shared.Next(silos.Length)]);
    }
}

internal sealed class PreferLocalPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var choice = IPlacementDirector.GetPlacementHint(target.RequestContextData, silos)
            ?? (context.LocalSiloStatus == SiloStatus.Active && silos.Contains(context.LocalSilo)
                ? context.LocalSilo
                : silos[Random.Shared.Next(silos.Length)]);
        return Task.FromResult(choice);
    }
}
