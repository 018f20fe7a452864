using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>The services of a silo; added once, however often UseOrleans is called.</summary>
internal static class SiloServices
{
    public const string OneProcessOnly = "the stand-in Orleans in compat/ runs in one process only; use the genuine packages for a cluster";

    public static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(Silo)))
        {
            return;
        }

        if (services.Any(s => s.ServiceType == typeof(ClientHostedService)))
        {
            throw new OrleansConfigurationException("Do not call both UseOrleans/AddOrleans and UseOrleansClient/AddOrleansClient with the same host. A silo has a client of its own.");
        }

        services.AddLogging();
        services.AddOptions();
        services.Configure<ClusterOptions>(configuration.GetSection("Orleans"));
        AddTime(services);
        services.AddSingleton<Silo>();
        services.AddSingleton<ILocalSiloDetails>(s => s.GetRequiredService<Silo>());
        services.AddSingleton(s => s.GetRequiredService<Silo>().Runtime);
        services.AddSingleton(s => s.GetRequiredService<Silo>().Lifecycle);
        services.TryAddSingleton<IClusterClient>(s => s.GetRequiredService<RuntimeClient>());
        services.TryAddSingleton<IGrainFactory>(s => s.GetRequiredService<RuntimeClient>());
        services.AddSingleton<GrainRuntime>();
        services.AddSingleton<IGrainRuntime>(s => s.GetRequiredService<GrainRuntime>());
        services.AddSingleton<ITimerRegistry>(s => s.GetRequiredService<GrainRuntime>());
        services.AddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.AddScoped<IGrainContext>(_ => RuntimeContext.Current ?? throw new InvalidOperationException("No current grain context available."));
        services.AddPlacementDirector<RandomPlacement, RandomPlacementDirector>();
        services.AddPlacementDirector<PreferLocalPlacement, PreferLocalPlacementDirector>();
        services.TryAddSingleton<PlacementStrategy, RandomPlacement>();
        services.AddHostedService<SiloHostedService>();
    }

    /// <summary>Each area's clock may be replaced by name; by default all are the one that is registered.</summary>
    public static void AddTime(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton<TimeProvider>(KeyedService.AnyKey, static (s, _) => s.GetRequiredService<TimeProvider>());
    }
}

internal sealed class SiloHostedService(
    Silo silo, IOptions<EndpointOptions> endpoint, IOptions<DevelopmentClusterMembershipOptions> membership) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        RefuseForeignPrimary();
        return silo.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);

    /// <summary>A primary silo that is not this one would be in another process.</summary>
    private void RefuseForeignPrimary()
    {
        var primary = membership.Value.PrimarySiloEndpoint;
        var own = new IPEndPoint(endpoint.Value.AdvertisedIPAddress ?? IPAddress.Loopback, endpoint.Value.SiloPort);
        if (primary is not null && !primary.Equals(own))
        {
            throw new OrleansConfigurationException($"The primary silo {primary} is not this silo, {own}: {SiloServices.OneProcessOnly}.");
        }
    }
}
