using Exchange.Client.Gateway;
using Exchange.Grains;
using Exchange.Grains.Storage;
using Exchange.Silo.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Exchange.Silo.Hosting;

/// <summary>Puts a silo's process together.</summary>
internal static class SiloHost
{
    public static IHost Build(ConfigurationManager configuration, SiloSettings settings)
    {
        // What was resolved (defaults, the command line's shorter list) is what every part of the process sees.
        configuration.AddInMemoryCollection(ResolvedConnections(configuration, settings));
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = "exchange",
            Configuration = configuration,
            DisableDefaults = true,
        });
        AddLogging(builder);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        VenueConnectors.AddTo(builder.Services, settings);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(
                settings.Cluster.SiloPort, settings.Cluster.GatewayPort, serviceId: settings.Cluster.ClusterId, clusterId: settings.Cluster.ClusterId)
            .Configure<SiloOptions>(options => options.SiloName = settings.SiloName)
            .AddExchangeFileStorage(Path.Combine(settings.DataFolder, "grains"))
            .AddExchangeConnections(
                settings.Connections,
                options => configuration.GetSection("Exchange:Keeper").Bind(options),
                options => configuration.GetSection("Exchange:Streams").Bind(options)));

        // After the silo, so that it starts on a running one and has closed its sockets before the connections stop.
        if (settings.RunsGateway)
            builder.Services.AddExchangeGateway(configuration);
        return builder.Build();
    }

    private static Dictionary<string, string?> ResolvedConnections(ConfigurationManager configuration, SiloSettings settings)
    {
        var resolved = new Dictionary<string, string?>();
        if (!configuration.GetSection("Exchange:Gateway:Connections").GetChildren().Any())
        {
            for (var i = 0; i < settings.Connections.Count; i++)
                resolved[$"Exchange:Gateway:Connections:{i}"] = settings.Connections[i].ToString();
        }

        return resolved;
    }

    private static void AddLogging(HostApplicationBuilder builder)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
    }
}
