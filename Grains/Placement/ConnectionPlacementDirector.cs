#pragma warning disable ORLEANSEXP004 // Silo metadata is marked experimental; see docs/adr/0002-placement-by-declaration.md.
using Exchange.Grains.Interfaces;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Exchange.Grains.Placement;

/// <summary>
/// Chooses, among the silos that declare a connection, the one that has run longest: a silo that comes back is the
/// standby of the one that took over. When none declares it, the caller gets <see cref="ConnectionNotDeclaredException"/>.
/// </summary>
internal sealed class ConnectionPlacementDirector(ISiloMetadataCache metadata) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        if (!ConnectionGrainTypes.TryGetConnection(target.GrainIdentity, out var connection))
            return Task.FromException<SiloAddress>(new InvalidOperationException($"{target.GrainIdentity} is not the grain of a connection."));

        var chosen = context.GetCompatibleSilos(target)
            .Where(silo => DeclaredConnections.Declares(metadata.GetSiloMetadata(silo).Metadata, connection))
            .OrderBy(silo => silo.Generation)
            .ThenBy(silo => silo)
            .FirstOrDefault();
        return chosen is null
            ? Task.FromException<SiloAddress>(ConnectionNotDeclaredException.For(connection))
            : Task.FromResult(chosen);
    }
}
