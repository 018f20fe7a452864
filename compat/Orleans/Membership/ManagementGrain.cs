using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Runtime;

[PreferLocalPlacement, Reentrant, GrainType("sys.management")]
internal sealed class ManagementGrain(Silo silo) : Grain, IManagementGrain
{
    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) => Task.FromResult(
        silo.Cluster.Silos.Where(s => !onlyActive || s.Status == SiloStatus.Active).ToDictionary(s => s.Address, s => s.Status));

    public Task<int> GetTotalActivationCount() => Task.FromResult(silo.Cluster.ActivationCount);

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference) =>
        new(silo.Cluster.FindActivation(reference.GetGrainId())?.Silo.Address);
}
