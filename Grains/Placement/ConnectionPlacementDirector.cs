#pragma warning disable ORLEANSEXP004 // Silo metadata is marked experimental; see docs/adr/0002-placement-by-declaration.md.
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Exchange.Grains.Placement;

/// <summary>
/// Chooses, among the silos that declare a connection, the one that has run longest: a silo that comes back is the
/// standby of the one that took over. When none declares it, the caller gets <see cref="ConnectionNotDeclaredException"/>.
/// </summary>
/// <remarks>
/// A silo's metadata reaches the others some moments after the silo joined. What this silo itself declares is known at once; for a member's that
/// is not known yet the answer waits, for a while: silos that start together then agree on who serves.
/// </remarks>
internal sealed class ConnectionPlacementDirector(ISiloMetadataCache metadata, IOptions<KeeperOptions> local) : IPlacementDirector
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        if (!ConnectionGrainTypes.TryGetConnection(target.GrainIdentity, out var connection))
            throw new InvalidOperationException($"{target.GrainIdentity} is not the grain of a connection.");

        // The runtime's clock, not the product's: this is about the cluster, and the metadata cache tells nobody when it has changed.
        for (var waited = TimeSpan.Zero; ; waited += _pause)
        {
            var (chosen, allKnown) = Choose(connection, target, context);
            if (allKnown || waited >= _patience)
                return chosen ?? throw ConnectionNotDeclaredException.For(connection);
            await Task.Delay(_pause);
        }
    }

    private (SiloAddress? Chosen, bool AllKnown) Choose(ConnectionId connection, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress? chosen = null;
        var allKnown = true;
        foreach (var silo in context.GetCompatibleSilos(target).OrderBy(silo => silo.Generation).ThenBy(silo => silo))
        {
            var declares = silo.Equals(context.LocalSilo)
                ? local.Value.Connections.Contains(connection)
                : DeclaredConnections.Declares(metadata.GetSiloMetadata(silo).Metadata, connection);
            if (declares == true)
                chosen ??= silo;
            else if (declares is null)
                allKnown = false;
        }

        return (chosen, allKnown);
    }
}
