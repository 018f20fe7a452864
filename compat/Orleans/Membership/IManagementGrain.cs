namespace Orleans.Runtime;

/// <summary>Questions about the cluster; its key is 0.</summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    Task<int> GetTotalActivationCount();

    /// <summary>The silo where the grain is active, or null.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);
}
