using System.Net;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public sealed class HostingTests
{
    [Fact]
    public async Task A_localhost_silo_serves_its_own_process_and_a_client_host_beside_it()
    {
        var id = TestClusters.NewKey();
        var ports = TestClusters.FreePorts(2);
        using var silo = NewSilo(id, ports[0], ports[1]);
        await silo.StartAsync(TestContext.Current.CancellationToken).Within("the silo");
        using var client = NewClient(id, ports[1]);
        await client.StartAsync(TestContext.Current.CancellationToken).Within("the client");

        var key = TestClusters.NewKey();
        var own = await silo.Services.GetRequiredService<IClusterClient>().GetGrain<ILifeGrain>(key).Activation().Within("the silo's own call");
        Assert.Equal(own, await client.Services.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>(key).Activation().Within("the client's call"));

        await client.StopAsync(TestContext.Current.CancellationToken).Within("the client's stop");
        await silo.StopAsync(TestContext.Current.CancellationToken).Within("the silo's stop");
    }

    [Fact]
    public async Task Localhost_silos_of_one_cluster_id_are_clusters_of_their_own()
    {
        var id = TestClusters.NewKey();
        var ports = TestClusters.FreePorts(4);
        using var one = NewSilo(id, ports[0], ports[1]);
        using var two = NewSilo(id, ports[2], ports[3]);
        using var client = NewClient(id, ports[3]);
        foreach (var host in new[] { one, two, client })
        {
            await host.StartAsync(TestContext.Current.CancellationToken).Within("a host");
        }

        foreach (var silo in new[] { one, two })
        {
            Assert.Equal([AddressOf(silo)], (await Hosts(silo)).Keys);
        }

        // A client goes by the address of a gateway.
        Assert.Equal([AddressOf(two)], (await Hosts(client)).Keys);

        static SiloAddress AddressOf(IHost host) => host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

        static Task<Dictionary<SiloAddress, SiloStatus>> Hosts(IHost host) =>
            host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true).Within("the hosts");
    }

    [Fact]
    public async Task A_host_that_was_not_told_how_to_cluster_does_not_start()
    {
        using var silo = NewHost(builder => builder.UseOrleans());
        using var client = NewHost(builder => builder.UseOrleansClient());

        await Assert.ThrowsAsync<InvalidOperationException>(() => silo.StartAsync(TestContext.Current.CancellationToken).Within("the refusal of the silo"));
        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(
            () => client.StartAsync(TestContext.Current.CancellationToken).Within("the refusal of the client"));
        Assert.StartsWith("Clustering has not been configured", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Pins what the stand-in refuses and the genuine packages do: clusters of several processes.</summary>
    [Fact]
    public async Task Clusters_beyond_the_process_are_refused_at_start()
    {
        Assert.SkipUnless(TestClusters.AreStandIns, "The genuine packages do form clusters.");
        using var secondary = NewHost(builder => builder.UseOrleans(orleans =>
            orleans.UseLocalhostClustering(siloPort: 11112, primarySiloEndpoint: new IPEndPoint(IPAddress.Loopback, 11111))));
        var refused = await Assert.ThrowsAsync<OrleansConfigurationException>(() => secondary.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("use the genuine packages for a cluster", refused.Message, StringComparison.Ordinal);

        using var client = NewHost(builder => builder.UseOrleansClient(orleans => orleans
            .Configure<ClusterOptions>(options => options.ClusterId = TestClusters.NewKey())
            .UseStaticClustering(new IPEndPoint(IPAddress.Loopback, 30000))));
        var lonely = await Assert.ThrowsAsync<ConnectionFailedException>(() => client.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("use the genuine packages for a cluster", lonely.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_may_be_told_to_look_again_for_a_silo()
    {
        var id = TestClusters.NewKey();
        var ports = TestClusters.FreePorts(2);
        using var silo = NewSilo(id, ports[0], ports[1]);
        var started = new Lazy<Task>(() => silo.StartAsync(TestContext.Current.CancellationToken));
        using var client = NewClient(id, ports[1], client => client.UseConnectionRetryFilter(async (failure, _) =>
        {
            Assert.IsType<ConnectionFailedException>(failure);
            await started.Value;
            return true;
        }));

        await client.StartAsync(TestContext.Current.CancellationToken).Within("the client");

        await client.Services.GetRequiredService<IClusterClient>().GetGrain<ILifeGrain>(TestClusters.NewKey()).Activation().Within("a call");
    }

    [Fact]
    public void A_host_is_a_silo_or_a_client()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans();
        builder.UseOrleans(orleans => orleans.UseLocalhostClustering());

        Assert.Throws<OrleansConfigurationException>(() => builder.UseOrleansClient());
        Assert.Single(builder.Services, s => s.ServiceType == typeof(ILocalSiloDetails));
    }

    [Fact]
    public async Task A_silo_tells_its_details()
    {
        await using var cluster = await TestClusters.StartAsync();
        var details = cluster.GetSiloServiceProvider().GetRequiredService<ILocalSiloDetails>();

        Assert.Equal(cluster.Silos[0].Name, details.Name);
        Assert.Equal(cluster.Options.ClusterId, details.ClusterId);
        Assert.Equal(details.SiloAddress, SiloAddress.FromParsableString(details.SiloAddress.ToParsableString()));
    }

    private static IHost NewSilo(string id, int port, int gateway) =>
        NewHost(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(port, gateway, serviceId: id, clusterId: id)));

    private static IHost NewClient(string id, int gateway, Action<IClientBuilder>? configure = null) => NewHost(builder => builder.UseOrleansClient(client =>
    {
        client.UseLocalhostClustering(gateway, id, id);
        configure?.Invoke(client);
    }));

    private static IHost NewHost(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        configure(builder);
        return builder.Build();
    }
}
