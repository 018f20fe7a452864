using Exchange.Client.Gateway;
using Exchange.Client.Trader;
using Exchange.Grains;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Storage;
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
    private readonly ConnectionRole[] _roles;
    private readonly string _storage = Directory.CreateTempSubdirectory("exchange-gateway-").FullName;

    private GatewayUnderTest(Action<GatewayOptions>? configure, TimeProvider? time, short silos, bool trades)
    {
        _roles = trades ? [ConnectionRole.Market, ConnectionRole.Oms, ConnectionRole.Pms] : [ConnectionRole.Market];
        _configure = configure ?? (static _ => { });
        Time = time ?? TimeProvider.System;
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddMarketConnector(Venues.Binance, Venue.Create);
            silo.Services.AddOmsConnector(Venues.Binance, Trading.CreateOms);
            silo.Services.AddPmsConnector(Venues.Binance, Trading.CreatePms);
            // Orleans' memory storage lives in a grain of its own, which may die with the silo that a test kills.
            silo.AddExchangeFileStorage(_storage);
            silo.AddExchangeConnections(_roles.Select(r => new ConnectionId(r, Venues.Binance)), configureStreams: Hurry);
        });
        builder.ConfigureClient(client => client.AddExchangeStreams(Hurry));
        _cluster = builder.Build();
    }

    public ScriptedVenue Venue { get; } = new();

    /// <summary>Orders and positions, where the test has them.</summary>
    public ScriptedTrading Trading { get; } = new();

    public TimeProvider Time { get; }

    public ExchangeGateway Gateway { get; private set; } = null!;

    /// <summary>The connector that serves now.</summary>
    public ScriptedConnector Connector { get; private set; } = null!;

    public InProcessTestCluster Cluster => _cluster;

    public static async Task<GatewayUnderTest> Start(Action<GatewayOptions>? configure = null, TimeProvider? time = null, short silos = 1, bool trades = false)
    {
        var test = new GatewayUnderTest(configure, time, silos, trades);
        await test._cluster.DeployAsync().Within("the cluster's start");
        test.Connector = await test.Venue.NextConnector();
        test.Gateway = test.CreateGateway("tcp://127.0.0.1:*", "tcp://127.0.0.1:0");
        await test.Gateway.StartAsync(CancellationToken.None).Within("the gateway's start");
        if (trades)
            await test.TradingReady();
        return test;
    }

    /// <summary>Orders and positions are connected, and the gateway knows the orders.</summary>
    public async Task TradingReady()
    {
        using var trader = ConnectRaw();
        foreach (var role in new[] { "oms", "pms" })
        {
            trader.Subscribe($"status.binance.{role}");
            trader.NextUpdate($"status.binance.{role}", "ready", static u => u.TryGetProperty("state", out var state) && state.GetString() == "ready");
        }

        await Gateway.OrdersKnown("binance").Within("the gateway's picture of the orders");
    }

    /// <summary>Starts another gateway at the place of the one that was stopped.</summary>
    public async Task StartGatewayAgain()
    {
        Gateway = CreateGateway(Gateway.CommandEndpoint, Gateway.UpdateEndpoint);
        await Gateway.StartAsync(CancellationToken.None).Within("the new gateway's start");
    }

    public async Task StopGateway()
    {
        await Gateway.StopAsync(CancellationToken.None).Within("the gateway's stop");
        Gateway.Dispose();
    }

    /// <summary>Kills the silo that serves the connection, as a crash of its process would.</summary>
    public async Task KillHome()
    {
        var status = (await _cluster.Client.GetGrain<IExchangeSubscriberGrain>(Venues.Binance).GetStatus()).OrThrow();
        await _cluster.KillSiloAsync(_cluster.Silos.Single(s => s.Name == status.Silo)).Within("the silo's end");
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
        return TraderClient.ConnectAsync(options, time).Within("the trader's hello");
    }

    public async ValueTask DisposeAsync()
    {
        await StopGateway();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_storage, recursive: true);
    }

    private static void Hurry(ExchangeStreamOptions options)
    {
        options.RenewalPeriod = TimeSpan.FromMilliseconds(100);
        options.RenewalTimeout = TimeSpan.FromSeconds(2);
    }

    private ExchangeGateway CreateGateway(string commandEndpoint, string updateEndpoint)
    {
        var options = new GatewayOptions { CommandEndpoint = commandEndpoint, UpdateEndpoint = updateEndpoint, RetryDelay = TimeSpan.FromMilliseconds(50) };
        foreach (var role in _roles)
            options.Connections.Add(new ConnectionId(role, Venues.Binance).ToString());
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
