using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Orleans.Hosting;

/// <summary>The services of a client; added once, however often UseOrleansClient is called.</summary>
internal static class ClientServices
{
    public static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(ClientHostedService)))
        {
            return;
        }

        if (services.Any(s => s.ServiceType == typeof(Silo)))
        {
            throw new OrleansConfigurationException("Do not call both UseOrleans/AddOrleans and UseOrleansClient/AddOrleansClient with the same host. A silo has a client of its own.");
        }

        services.AddLogging();
        services.AddOptions();
        services.Configure<ClusterOptions>(configuration.GetSection("Orleans"));
        SiloServices.AddTime(services);
        services.AddSingleton(s => new RuntimeClient(s, null, s.GetRequiredService<IOptions<ClientMessagingOptions>>().Value));
        services.TryAddSingleton<IClusterClient>(s => s.GetRequiredService<RuntimeClient>());
        services.TryAddSingleton<IGrainFactory>(s => s.GetRequiredService<RuntimeClient>());
        services.AddSingleton<ClientHostedService>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<ClientHostedService>());
    }
}

internal sealed class ClientHostedService(IServiceProvider services, RuntimeClient client) : IHostedService
{
    private readonly LifecycleSubject _lifecycle = new(client.Logger);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await FindSiloAsync(cancellationToken);
        foreach (var participant in services.GetServices<ILifecycleParticipant<IClusterClientLifecycle>>())
        {
            participant.Participate(_lifecycle);
        }

        await _lifecycle.OnStart(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.OnStop(cancellationToken);
        client.Stop();
    }

    /// <summary>Asks the retry filter, if there is one, whether to look again.</summary>
    private async Task FindSiloAsync(CancellationToken cancellationToken)
    {
        while (!client.TryJoin())
        {
            var failure = new ConnectionFailedException(
                $"Unable to connect to any of the available gateways: none is in this process, and {SiloServices.OneProcessOnly}.");
            if (services.GetService<IClientConnectionRetryFilter>() is not { } filter
                || !await filter.ShouldRetryConnectionAttempt(failure, cancellationToken))
            {
                throw failure;
            }
        }
    }
}
