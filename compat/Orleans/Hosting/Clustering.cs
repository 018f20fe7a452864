using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>How the silos of a cluster find each other, and clients find them; a service of each host that is one or the other.</summary>
internal enum Clustering
{
    /// <summary>A silo is the primary of a cluster of its own; a client goes by the gateways' addresses.</summary>
    Static,

    /// <summary>The silos and clients of one <c>InProcessTestCluster</c>: all that have its cluster id.</summary>
    Test,
}

internal static class ClusteringExtensions
{
    private const string NotConfigured = "Clustering has not been configured: call UseLocalhostClustering, or UseStaticClustering in a client.";

    public static void UseClustering(this IServiceCollection services, Clustering clustering)
    {
        services.RemoveAll<ClusteringChoice>();
        services.AddSingleton(new ClusteringChoice(clustering));
    }

    /// <summary>The cluster that a silo joins, or founds.</summary>
    /// <exception cref="InvalidOperationException">Nothing says how to find others.</exception>
    public static ClusterKey GetClusterKey(this IServiceProvider services, SiloAddress silo)
    {
        var options = services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        return new ClusterKey(options.ClusterId, options.ServiceId, (Choice(services) ?? throw new InvalidOperationException(NotConfigured)) == Clustering.Static ? silo.Endpoint : null);
    }

    /// <summary>Whether a client of this host may enter a cluster by a gateway.</summary>
    /// <exception cref="OrleansConfigurationException">Nothing says how to find any.</exception>
    public static Func<ClusterKey, SiloAddress, bool> GetKnownGateways(this IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        if ((Choice(services) ?? throw new OrleansConfigurationException(NotConfigured)) == Clustering.Test)
        {
            var own = new ClusterKey(options.ClusterId, options.ServiceId, Primary: null);
            return (cluster, _) => cluster == own;
        }

        var known = services.GetRequiredService<IOptions<StaticGatewayListProviderOptions>>().Value.Gateways
            .Select(uri => new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port)).ToHashSet();
        return (cluster, gateway) => cluster.ClusterId == options.ClusterId && known.Contains(gateway.Endpoint);
    }

    private static Clustering? Choice(IServiceProvider services) => services.GetService<ClusteringChoice>()?.Clustering;

    private sealed record ClusteringChoice(Clustering Clustering);
}

/// <summary>What tells one cluster of the process from another; <paramref name="Primary"/> is null in a test's.</summary>
internal sealed record ClusterKey(string ClusterId, string ServiceId, IPEndPoint? Primary);
