
namespace Orleans.Runtime.MembershipService.SiloMetadata;

/// <summary>Reads the other silos' metadata where they keep it.</summary>
internal sealed class ClusterMetadataCache(Silo silo) : ISiloMetadataCache
{
    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress) =>
        silo.Cluster.FindSilo(siloAddress)?.Metadata ?? SiloMetadata.Empty;
}
