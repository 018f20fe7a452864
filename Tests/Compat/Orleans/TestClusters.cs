using System.Net;
using System.Net.Sockets;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.TestingHost;
using Xunit;

#pragma warning disable ORLEANSEXP004 // silo metadata is marked as experimental

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

    /// <summary>
    /// Waits until each silo knows the others: that they live, which grains they have, and their metadata. It asks them for that after
    /// they have joined, and no event tells when it has been answered, so this looks again and again.
    /// </summary>
    public static async Task WhenSilosKnowEachOther(this InProcessTestCluster cluster)
    {
        await cluster.WaitForLivenessToStabilizeAsync().Within("the silos' knowledge of each other's life");
        await cluster.WaitForClusterManifestToStabilizeAsync().Within("the silos' knowledge of each other's grains");
        var addresses = cluster.Silos.Select(silo => silo.SiloAddress).ToArray();
        foreach (var silo in cluster.Silos)
        {
            var cache = silo.ServiceProvider.GetRequiredService<ISiloMetadataCache>();
            await Look(cache).Within($"the metadata of all silos at {silo.Name}");
        }

        async Task Look(ISiloMetadataCache cache)
        {
            while (!addresses.All(address => cache.GetSiloMetadata(address).Metadata.Count > 0))
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    /// <summary>Ports of this machine on which nothing listens.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            return listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }).ToArray();
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }

    public static string NewKey() => Guid.NewGuid().ToString("N");
}

/// <summary>A cluster that the tests of one class share: each has grains of its own, and none stops anything of it.</summary>
public abstract class SharedCluster(short silos, Action<ISiloBuilder>? configure = null) : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    public InProcessTestCluster Cluster => _cluster!;

    public async ValueTask InitializeAsync() => _cluster = await TestClusters.StartAsync(silos, configure);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

public sealed class OneSilo() : SharedCluster(1);

public sealed class TwoSilos() : SharedCluster(2);
