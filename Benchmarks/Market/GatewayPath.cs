using Exchange.Client.Gateway;
using Exchange.Client.Trader;
using Exchange.Silo.Configuration;
using Exchange.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Exchange.Benchmarks.Market;

/// <summary>
/// The whole path that is measured: connector, grain, stream and gateway as <c>./exchange up</c> runs them, in this
/// process, and a trader's session that holds the subscription.
/// </summary>
internal sealed class GatewayPath : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TraderClient _session;

    private GatewayPath(IHost host, TraderClient session, string updateEndpoint)
    {
        _host = host;
        _session = session;
        UpdateEndpoint = updateEndpoint;
    }

    public string UpdateEndpoint { get; }

    /// <param name="feed">The simulator.</param>
    /// <param name="bookSource"><c>partial</c>: whole pictures; <c>diff</c>: changes, chained.</param>
    public static async Task<GatewayPath> StartAsync(Feed feed, string bookSource)
    {
        var commandLine = new CommandLineSettings
        {
            Environment = "sim",
            Connections = "market/binance",
            Set =
            [
                $"Exchange:Binance:RestUrl={feed.Host.BinanceRestUri}",
                $"Exchange:Binance:StreamUrl={feed.Host.BinanceStreamUri}",
                $"Exchange:Binance:BookSource={bookSource}",
                "Exchange:Gateway:CommandEndpoint=tcp://127.0.0.1:0",
                "Exchange:Gateway:UpdateEndpoint=tcp://127.0.0.1:0",
                "Exchange:Gateway:SubscriberHighWatermark=1000000",
                // The default conflates a book beyond 32 waiting; here every update is counted.
                "Exchange:Gateway:BookQueueLimit=50000",
                $"Exchange:Cluster:ClusterId=benchmark-{Guid.NewGuid():N}",
                "Logging:LogLevel:Default=Warning",
            ],
        };
        var configuration = SiloConfiguration.Read(commandLine);
        var host = SiloHost.Build(configuration, SiloSettings.Read(configuration, commandLine));
        await host.StartAsync();
        var gateway = host.Services.GetRequiredService<ExchangeGateway>();
        var session = await TraderClient.ConnectAsync(new TraderClientOptions
        {
            CommandEndpoint = gateway.CommandEndpoint,
            UpdateEndpoint = gateway.UpdateEndpoint,
        });
        await SubscribeAsync(session);
        return new GatewayPath(host, session, gateway.UpdateEndpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>The keeper connects in the background; until then the answer is "not ready".</summary>
    private static async Task SubscribeAsync(TraderClient session)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await session.SubscribeOrderBook("binance", Feed.Symbol, 20, 0);
            if (result.IsSuccess)
                return;
            if (!result.Error.Retryable || attempt == 100)
                throw new InvalidOperationException(result.Error.ToString());
            await Task.Delay(100);
        }
    }
}
