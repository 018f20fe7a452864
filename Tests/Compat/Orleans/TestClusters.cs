using Orleans.Hosting;
using Orleans.TestingHost;

namespace Exchange.Tests.Compat.Orleans;

/// <summary>Clusters of silos in this process, each with an id of its own.</summary>
internal static class TestClusters
{
    public static async Task<InProcessTestCluster> StartAsync(
        short silos = 1,
        Action<ISiloBuilder>? configure = null,
        Action<InProcessTestSiloSpecificOptions, ISiloBuilder>? configureEach = null,
        Action<IClientBuilder>? configureClient = null)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((options, silo) =>
        {
            configure?.Invoke(silo);
            configureEach?.Invoke(options, silo);
        });
        if (configureClient is not null)
        {
            builder.ConfigureClient(configureClient);
        }

        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    public static string NewKey() => Guid.NewGuid().ToString("N");
}
