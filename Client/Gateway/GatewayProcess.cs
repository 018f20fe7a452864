using System.Net;
using System.Reflection;
using Exchange.Streaming;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Exchange.Client.Gateway;

/// <summary>The gateway in a process of its own.</summary>
internal static class GatewayProcess
{
    private const string SiloGateways = "Exchange:Cluster:Gateways";

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (UsesStandIns)
        {
            await Console.Error.WriteLineAsync(
                "A gateway in a process of its own joins a cluster, and this build has the stand-ins of compat/, which are one process. " +
                "Run './exchange up', where the silo has the gateway in its own process; or build with the genuine packages (compat/README.md).");
            return 2;
        }

        var builder = Host.CreateApplicationBuilder([.. Environment.GetCommandLineArgs().Skip(2)]);
        builder.UseOrleansClient(client =>
        {
            client.AddExchangeStreams();
            client.Configure<ClusterOptions>(options =>
            {
                options.ClusterId = builder.Configuration["Exchange:Cluster:ClusterId"] ?? "exchange";
                options.ServiceId = builder.Configuration["Exchange:Cluster:ServiceId"] ?? "exchange";
            });
            client.UseStaticClustering([.. ReadSiloGateways(builder.Configuration)]);
            // The silos may come up after the gateway does.
            client.UseConnectionRetryFilter(static async (_, token) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), token);
                return true;
            });
        });
        builder.Services.AddExchangeGateway(builder.Configuration);
        try
        {
            using var host = builder.Build();
            await host.RunAsync(cancellationToken);
            return 0;
        }
        catch (OptionsValidationException e)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, e.Failures));
            return 1;
        }
    }

    private static bool UsesStandIns =>
        typeof(GatewayProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "UseCompat", Value: "true" });

    private static IEnumerable<IPEndPoint> ReadSiloGateways(ConfigurationManager configuration)
    {
        var given = configuration.GetSection(SiloGateways).GetChildren().Select(c => c.Value ?? "").DefaultIfEmpty("127.0.0.1:30000");
        foreach (var text in given)
        {
            yield return IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0
                ? endpoint
                : throw new OptionsValidationException(SiloGateways, typeof(IPEndPoint), [$"{SiloGateways}: '{text}' is not an address such as 127.0.0.1:30000"]);
        }
    }
}
