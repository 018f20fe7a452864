using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Exchange.Client.Gateway;

/// <summary>Adds the trader's gateway to a host.</summary>
public static class GatewayServiceExtensions
{
    /// <summary>
    /// Adds the gateway as a hosted service. The host must be a silo or an Orleans client with the stream provider
    /// (<c>AddExchangeStreams</c>). Settings: <see cref="GatewayOptions"/>; without <c>Exchange:Gateway:Connections</c> those of
    /// <c>Exchange:Connections</c> are watched, or every role of every venue.
    /// </summary>
    public static IServiceCollection AddExchangeGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<GatewayOptions>()
            .Bind(configuration.GetSection(GatewayOptions.Section))
            .PostConfigure(options => AddDefaultConnections(options, configuration))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        services.TryAddKeyedSingleton(StreamNames.Provider, TimeProvider.System);
        services.TryAddSingleton<ExchangeGateway>();
        return services.AddHostedService(static s => s.GetRequiredService<ExchangeGateway>());
    }

    private static void AddDefaultConnections(GatewayOptions options, IConfiguration configuration)
    {
        if (options.Connections.Count > 0)
            return;
        foreach (var declared in configuration.GetSection("Exchange:Connections").GetChildren())
        {
            if (declared.Value is { } connection)
                options.Connections.Add(connection);
        }

        if (options.Connections.Count > 0)
            return;
        foreach (var exchange in Venues.All)
        {
            foreach (var role in Enum.GetValues<ConnectionRole>())
                options.Connections.Add(new ConnectionId(role, exchange).ToString());
        }
    }
}
