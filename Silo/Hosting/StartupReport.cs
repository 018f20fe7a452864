using System.Reflection;
using Exchange.Client.Gateway;
using Exchange.Silo.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Silo.Hosting;

/// <summary>What the process says of itself when it starts.</summary>
internal static class StartupReport
{
    public static void Write(TextWriter output, SiloSettings settings)
    {
        var version = typeof(StartupReport).Assembly.GetName().Version?.ToString(3);
        output.WriteLine($"exchange {version}, environment {settings.Environment}");
        output.WriteLine($"packages: {PackageChoice.Description}");
        output.WriteLine($"silo: {settings.SiloName}, cluster '{settings.Cluster.ClusterId}' ({settings.Cluster.Mode})");
        if (settings.Connections.Count == 0)
            output.WriteLine("serves: no connection (Exchange:Connections is empty)");
        foreach (var connection in settings.Connections)
            output.WriteLine($"serves: {connection} ({connection.ServiceName}) at {VenueConnectors.Describe(connection, settings)}");
    }

    /// <summary>The lines that the launcher and other programs wait for.</summary>
    public static void WriteReady(TextWriter output, SiloSettings settings, IServiceProvider services)
    {
        output.WriteLine("silo ready");
        if (settings.RunsGateway)
        {
            var gateway = services.GetRequiredService<ExchangeGateway>();
            output.WriteLine($"gateway ready: commands {gateway.CommandEndpoint}, updates {gateway.UpdateEndpoint}");
        }
        else
        {
            output.WriteLine("no gateway in this process (--no-gateway)");
        }

        output.Flush();
    }
}
