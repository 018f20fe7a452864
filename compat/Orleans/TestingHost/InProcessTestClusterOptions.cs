using Microsoft.Extensions.Hosting;

namespace Orleans.TestingHost;

public sealed class InProcessTestClusterOptions
{
    public string ClusterId { get; set; } = null!;

    public string ServiceId { get; set; } = null!;

    public short InitialSilosCount { get; set; }

    public bool InitializeClientOnDeploy { get; set; }

    public bool GatewayPerSilo { get; set; } = true;

    public List<Action<InProcessTestSiloSpecificOptions, IHostApplicationBuilder>> SiloHostConfigurationDelegates { get; } = [];

    public List<Action<IHostApplicationBuilder>> ClientHostConfigurationDelegates { get; } = [];
}

public sealed class InProcessTestSiloSpecificOptions
{
    public int SiloPort { get; set; }

    public int GatewayPort { get; set; }

    public string SiloName { get; set; } = null!;

    public static InProcessTestSiloSpecificOptions Create(InProcessTestCluster testCluster, InProcessTestClusterOptions testClusterOptions, int instanceNumber, bool assignNewPort = false)
    {
        var (siloPort, gatewayPort) = testCluster.PortAllocator.AllocateConsecutivePortPairs(1);
        return new InProcessTestSiloSpecificOptions
        {
            SiloName = $"Silo_{instanceNumber}",
            SiloPort = siloPort,
            GatewayPort = instanceNumber == 0 || testClusterOptions.GatewayPerSilo ? gatewayPort : 0,
        };
    }
}

public interface ITestClusterPortAllocator : IDisposable
{
    (int, int) AllocateConsecutivePortPairs(int numPorts);
}

/// <summary>Ports as names only: nothing here binds one, so they need to differ within the process and no further.</summary>
internal sealed class PortNames : ITestClusterPortAllocator
{
    private static int _next = 20000;

    public (int, int) AllocateConsecutivePortPairs(int numPorts)
    {
        var first = Interlocked.Add(ref _next, numPorts) - numPorts;
        return (20000 + (first % 20000), 40000 + (first % 20000));
    }

    public void Dispose()
    {
    }
}
