using Exchange.Client.Gateway;
using Exchange.Client.Trader;
using Exchange.Silo.Configuration;
using Exchange.Silo.Hosting;
using Exchange.Simulator;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// What <c>./exchange up</c> runs, against a simulator in the same process, and a trader on real ZeroMQ sockets. Waits of the
/// connector are shortened by its settings; nothing else differs from a real run.
/// </summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningGateway(IHost host, TraderClient trader)
    {
        _host = host;
        Trader = trader;
    }

    public TraderClient Trader { get; }

    public static async Task<RunningGateway> StartAsync(SimulatorHost simulator, params string[] settings)
    {
        var commandLine = new CommandLineSettings
        {
            Environment = "sim",
            Connections = "market/binance",
            Set =
            [
                $"Exchange:Binance:RestUrl={simulator.BinanceRestUri}",
                $"Exchange:Binance:StreamUrl={simulator.BinanceStreamUri}",
                "Exchange:Gateway:CommandEndpoint=tcp://127.0.0.1:0",
                "Exchange:Gateway:UpdateEndpoint=tcp://127.0.0.1:0",
                $"Exchange:Cluster:ClusterId=end-to-end-{Guid.NewGuid():N}",
                "Logging:LogLevel:Default=None",
                .. settings,
            ],
        };
        var configuration = SiloConfiguration.Read(commandLine);
        var host = SiloHost.Build(configuration, SiloSettings.Read(configuration, commandLine));
        await host.StartAsync();
        var gateway = host.Services.GetRequiredService<ExchangeGateway>();
        var trader = await TraderClient.ConnectAsync(new TraderClientOptions
        {
            CommandEndpoint = gateway.CommandEndpoint,
            UpdateEndpoint = gateway.UpdateEndpoint,
        });
        var running = new RunningGateway(host, trader);
        await running.WhenReadyAsync();
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await Trader.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>Until the market connection says so itself, on its status topic.</summary>
    private async Task WhenReadyAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Trader.StatusReceived += status =>
        {
            if (status.Data.IsReady)
                ready.TrySetResult();
        };
        Trader.Listen(new Exchange.Client.Protocol.TopicName(Exchange.Client.Protocol.TopicKind.Status, "binance", "market"));
        await ready.Task.Within("the market connection to be ready");
    }
}
