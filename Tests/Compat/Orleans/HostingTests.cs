using System.Net;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public sealed class HostingTests
{
    [Fact]
    public async Task A_localhost_silo_serves_its_own_process_and_a_client_host_beside_it()
    {
        var id = TestClusters.NewKey();
        using var silo = NewHost(builder => builder.UseOrleans(orleans => orleans.UseLocalhostClustering(serviceId: id, clusterId: id)));
        await silo.StartAsync(TestContext.Current.CancellationToken).For("the silo");
        using var client = NewHost(builder => builder.UseOrleansClient(orleans => orleans.UseLocalhostClustering(serviceId: id, clusterId: id)));
        await client.StartAsync(TestContext.Current.CancellationToken).For("the client");

        var key = TestClusters.NewKey();
        var own = await silo.Services.GetRequiredService<IClusterClient>().GetGrain<ILifeGrain>(key).Activation().For("the silo's own call");
        Assert.Equal(own, await client.Services.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>(key).Activation().For("the client's call"));

        await client.StopAsync(TestContext.Current.CancellationToken).For("the client's stop");
        await silo.StopAsync(TestContext.Current.CancellationToken).For("the silo's stop");
    }

    [Fact]
    public async Task Silos_of_one_cluster_id_form_a_cluster_and_others_do_not()
    {
        var id = TestClusters.NewKey();
        using var one = NewHost(builder => builder.UseOrleans(orleans => orleans.UseLocalhostClustering(11111, 0, null, id, id)));
        using var two = NewHost(builder => builder.UseOrleans(orleans => orleans.UseLocalhostClustering(11112, 0, null, id, id)));
        using var other = NewHost(builder => builder.UseOrleans(orleans => orleans.UseLocalhostClustering(11113, 0, null, id, id + "x")));
        foreach (var host in new[] { one, two, other })
        {
            await host.StartAsync(TestContext.Current.CancellationToken).For("a silo");
        }

        Assert.Equal(2, (await Hosts(one)).Count);
        Assert.Equal(2, (await Hosts(two)).Count);
        Assert.Single(await Hosts(other));

        static Task<Dictionary<SiloAddress, SiloStatus>> Hosts(IHost host) =>
            host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true).For("the hosts");
    }

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
        var lonely = await Assert.ThrowsAsync<SiloUnavailableException>(() => client.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("use the genuine packages for a cluster", lonely.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_may_be_told_to_look_again_for_a_silo()
    {
        var id = TestClusters.NewKey();
        using var silo = NewHost(builder => builder.UseOrleans(orleans => orleans.UseLocalhostClustering(serviceId: id, clusterId: id)));
        using var client = NewHost(builder => builder.UseOrleansClient(orleans => orleans
            .UseLocalhostClustering(serviceId: id, clusterId: id)
            .UseConnectionRetryFilter(async (_, token) =>
            {
                await silo.StartAsync(token);
                return true;
            })));

        await client.StartAsync(TestContext.Current.CancellationToken).For("the client");

        await client.Services.GetRequiredService<IClusterClient>().GetGrain<ILifeGrain>(TestClusters.NewKey()).Activation().For("a call");
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

    private static IHost NewHost(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        configure(builder);
        return builder.Build();
    }
}
