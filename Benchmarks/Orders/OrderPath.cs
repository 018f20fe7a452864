using Exchange.Client.Gateway;
using Exchange.Client.Trader;
using Exchange.Silo.Configuration;
using Exchange.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Exchange.Benchmarks.Orders;

/// <summary>The whole order path as <c>./exchange up</c> runs it, in this process: gateway, grain, order life, journal, connector.</summary>
internal sealed class OrderPath : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _data;

    private OrderPath(IHost host, string data)
    {
        _host = host;
        _data = data;
    }

    public string Commands { get; private set; } = "";

    public string Updates { get; private set; } = "";

    public static async Task<OrderPath> StartAsync(OrderVenue venue, bool flushToDisk)
    {
        var data = Directory.CreateTempSubdirectory("exchange-benchmark-").FullName;
        var commandLine = new CommandLineSettings
        {
            Environment = "sim",
            Connections = "oms/binance",
            Set =
            [
                $"Exchange:Binance:RestUrl={venue.Host.BinanceRestUri}",
                $"Exchange:Binance:StreamUrl={venue.Host.BinanceStreamUri}",
                $"Exchange:Binance:WsApiUrl={new Uri(venue.Host.BinanceStreamUri, "/ws-fapi/v1")}",
                $"Exchange:Binance:OrderLimitIn10Seconds=100000",
                $"Exchange:Binance:OrderLimitAMinute=100000",
                $"Exchange:Data={data}",
                $"Exchange:Journal:FlushToDisk={flushToDisk}",
                "Exchange:Gateway:CommandEndpoint=tcp://127.0.0.1:0",
                "Exchange:Gateway:UpdateEndpoint=tcp://127.0.0.1:0",
                "Exchange:Gateway:SubscriberHighWatermark=1000000",
                $"Exchange:Cluster:ClusterId=benchmark-{Guid.NewGuid():N}",
                "Logging:LogLevel:Default=Warning",
            ],
        };
        var configuration = SiloConfiguration.Read(commandLine);
        var host = SiloHost.Build(configuration, SiloSettings.Read(configuration, commandLine));
        await host.StartAsync();
        var gateway = host.Services.GetRequiredService<ExchangeGateway>();
        await WaitUntilReadyAsync(gateway);
        return new OrderPath(host, data) { Commands = gateway.CommandEndpoint, Updates = gateway.UpdateEndpoint };
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task WaitUntilReadyAsync(ExchangeGateway gateway)
    {
        await using var session = await TraderClient.ConnectAsync(new TraderClientOptions { CommandEndpoint = gateway.CommandEndpoint, UpdateEndpoint = gateway.UpdateEndpoint });
        for (var attempt = 0; ; attempt++)
        {
            var status = await session.Call<Exchange.Grains.Interfaces.ConnectionStatus>("oms.get_status", w => w.WriteString("exchange"u8, "binance"));
            if (status is { IsSuccess: true, Value.IsReady: true })
                return;
            if (attempt == 200)
                throw new InvalidOperationException(status.Error?.ToString() ?? status.Value!.Reason);
            await Task.Delay(100);
        }
    }
}
