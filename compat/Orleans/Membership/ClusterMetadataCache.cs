using System.Collections.Concurrent;

namespace Orleans.Runtime.MembershipService.SiloMetadata;

/// <summary>
/// What one silo knows of the others' metadata. A silo asks another for it, so it is not known at once; here not before somebody has
/// asked for it in vain, so that who does not wait is found out.
/// </summary>
internal sealed class ClusterMetadataCache(Silo silo) : ISiloMetadataCache
{
    private static readonly TimeSpan _wayThereAndBack = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentDictionary<SiloAddress, SiloMetadata> _known = new();

    public SiloMetadata GetSiloMetadata(SiloAddress siloAddress)
    {
        if (silo.Cluster.FindSilo(siloAddress) is not { Status: not SiloStatus.Dead } other)
        {
            return SiloMetadata.Empty;
        }

        if (ReferenceEquals(other, silo) || (_known.TryGetValue(siloAddress, out var metadata) && !ReferenceEquals(metadata, SiloMetadata.Empty)))
        {
            return other.Metadata;
        }

        if (_known.TryAdd(siloAddress, SiloMetadata.Empty))
        {
            _ = AskAsync(other);
        }

        return SiloMetadata.Empty;
    }

    private async Task AskAsync(Silo other)
    {
        await Task.Delay(_wayThereAndBack).ConfigureAwait(false);
        _known[other.Address] = other.Metadata;
    }
}
