using Microsoft.Extensions.Hosting;
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
        Action<IClientBuilder>? configureClient = null,
        Action<IHostApplicationBuilder>? configureHost = null)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((options, silo) =>
        {
            configure?.Invoke(silo);
            configureEach?.Invoke(options, silo);
        });
        if (configureHost is not null)
        {
            builder.ConfigureHost(configureHost);
        }

        if (configureClient is not null)
        {
            builder.ConfigureClient(configureClient);
        }

        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    /// <summary>For what the genuine packages do only now and then, or not in one process.</summary>
    public static bool AreStandIns => typeof(global::Orleans.IGrain).Assembly.GetName().Name == "Compat.Orleans";

    public static string NewKey() => Guid.NewGuid().ToString("N");
}
