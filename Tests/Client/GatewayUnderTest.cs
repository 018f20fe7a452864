using Exchange.Client.Gateway;
using Exchange.Client.Trader;
using Exchange.Grains;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.TestingHost;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>A gateway with real sockets on free ports, as an Orleans client of a test cluster whose venue the test scripts.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    public const string Symbol = "BTCUSDT";

    private readonly InProcessTestCluster _cluster;
    private readonly Action<GatewayOptions> _configure;

    private GatewayUnderTest(Action<GatewayOptions>? configure, TimeProvider? time, short silos)
    {
        _configure = configure ?? (static _ => { });
        Time = time ?? TimeProvider.System;
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddMarketConnector(Venues.Binance, Venue.Create);
            silo.AddExchangeConnections([new ConnectionId(ConnectionRole.Market, Venues.Binance)], configureStreams: Hurry);
        });
        builder.ConfigureClient(client => client.AddExchangeStreams(Hurry));
        _cluster = builder.Build();
    }

    public ScriptedVenue Venue { get; } = new();

    public TimeProvider Time { get; }

    public ExchangeGateway Gateway { get; private set; } = null!;

    /// <summary>The connector that serves now.</summary>
    public ScriptedConnector Connector { get; private set; } = null!;

    public InProcessTestCluster Cluster => _cluster;

    public static async Task<GatewayUnderTest> Start(Action<GatewayOptions>? configure = null, TimeProvider? time = null, short silos = 1)
    {
        var test = new GatewayUnderTest(configure, time, silos);
        await test._cluster.DeployAsync().For("the cluster's start");
        test.Connector = await test.Venue.NextConnector();
        test.Gateway = test.CreateGateway("tcp://127.0.0.1:*", "tcp://127.0.0.1:0");
        await test.Gateway.StartAsync(CancellationToken.None).For("the gateway's start");
        return test;
    }

    /// <summary>Starts another gateway at the place of the one that was stopped.</summary>
    public async Task StartGatewayAgain()
    {
        Gateway = CreateGateway(Gateway.CommandEndpoint, Gateway.UpdateEndpoint);
        await Gateway.StartAsync(CancellationToken.None).For("the new gateway's start");
    }

    public async Task StopGateway()
    {
        await Gateway.StopAsync(CancellationToken.None).For("the gateway's stop");
        Gateway.Dispose();
    }

    /// <summary>Kills the silo that serves the connection, as a crash of its process would.</summary>
    public async Task KillHome()
    {
        var status = (await _cluster.Client.GetGrain<IExchangeSubscriberGrain>(Venues.Binance).GetStatus()).OrThrow();
        await _cluster.KillSiloAsync(_cluster.Silos.Single(s => s.Name == status.Silo)).For("the silo's end");
    }

    /// <summary>Takes the connector of the activation that came after a kill.</summary>
    public async Task<ScriptedConnector> NextConnector() => Connector = await Venue.NextConnector();

    public RawTrader ConnectRaw(bool asRequester = false, int receiveHighWatermark = 1_000_000) =>
        new(Gateway.CommandEndpoint, Gateway.UpdateEndpoint, asRequester, receiveHighWatermark);

    public Task<TraderClient> ConnectTrader(TimeProvider? time = null, TimeSpan? heartbeat = null)
    {
        var options = new TraderClientOptions
        {
            CommandEndpoint = Gateway.CommandEndpoint,
            UpdateEndpoint = Gateway.UpdateEndpoint,
            HeartbeatInterval = heartbeat ?? TimeSpan.FromSeconds(5),
        };
        return TraderClient.ConnectAsync(options, time).For("the trader's hello");
    }

    public async ValueTask DisposeAsync()
    {
        await StopGateway();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    private static void Hurry(ExchangeStreamOptions options)
    {
        options.RenewalPeriod = TimeSpan.FromMilliseconds(100);
        options.RenewalTimeout = TimeSpan.FromSeconds(2);
    }

    private ExchangeGateway CreateGateway(string commandEndpoint, string updateEndpoint)
    {
        var options = new GatewayOptions { CommandEndpoint = commandEndpoint, UpdateEndpoint = updateEndpoint, RetryDelay = TimeSpan.FromMilliseconds(50) };
        options.Connections.Add("market/binance");
        _configure(options);
        var validation = new GatewayOptionsValidator().Validate(null, options);
        Assert.False(validation.Failed, validation.FailureMessage);
        var services = _cluster.Client.ServiceProvider;
        return new ExchangeGateway(
            Options.Create(options),
            _cluster.Client,
            services.GetRequiredService<IExchangeStreamProvider>(),
            Time,
            services.GetRequiredService<ILogger<ExchangeGateway>>());
    }
}
