using Exchange.Grains;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Streaming;
using Exchange.Streaming.Hub;
using Exchange.Streaming.Subscriptions;
using Exchange.Tests.Streaming;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.TestingHost;
using Xunit;

namespace Exchange.Tests.Grains;

/// <summary>A cluster of silos that serve connections of a <see cref="FakeVenue"/>, and a client; the product's clock is the test's.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public static readonly ConnectionId MarketBinance = new(ConnectionRole.Market, Venues.Binance);
    public static readonly StreamId TradesStream = StreamId.Create(StreamNames.Trades, StreamNames.SymbolKey(Venues.Binance, Trades.Symbol));
    public static readonly StreamId StatusStream = StreamId.Create(StreamNames.Status, StreamNames.StatusKey(MarketBinance));

    /// <summary>Unlike any other period, so that a test can tell the keeper's timer from others.</summary>
    public static readonly TimeSpan KeeperInterval = TimeSpan.FromSeconds(3);

    private readonly InProcessTestCluster _cluster;
    private int _silos;

    private TestCluster(string[][] declared, Action<ExchangeStreamOptions>? streams, Action<KeeperOptions>? keeper, short silos, Action<FakeSubscriber>? prepare)
    {
        Venue.Prepare = prepare;
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, siloBuilder) =>
        {
            var index = Interlocked.Increment(ref _silos) - 1;
            siloBuilder.Services.AddKeyedSingleton<TimeProvider>(StreamNames.Provider, Clock);
            siloBuilder.Services.AddMarketConnector(Venues.Binance, Venue.Create);
            siloBuilder.AddExchangeConnections(declared[index % declared.Length].Select(Parse), options =>
            {
                options.Interval = KeeperInterval;
                options.Timeout = TimeSpan.FromHours(1);
                keeper?.Invoke(options);
            }, Streams);
        });
        builder.ConfigureClient(client =>
        {
            client.Services.AddKeyedSingleton<TimeProvider>(StreamNames.Provider, Clock);
            client.AddExchangeStreams(Streams);
        });
        _cluster = builder.Build();

        void Streams(ExchangeStreamOptions options)
        {
            // A leap of the test's clock must not time out a renewal that is under way in real time.
            options.RenewalTimeout = TimeSpan.FromHours(1);
            streams?.Invoke(options);
        }
    }

    public ManualTimeProvider Clock { get; } = new();

    public FakeVenue Venue { get; } = new();

    public IClusterClient Client => _cluster.Client;

    public InProcessTestCluster Cluster => _cluster;

    public IExchangeSubscriberGrain Market => Client.GetGrain<IExchangeSubscriberGrain>(Venues.Binance);

    /// <summary>The client's provider.</summary>
    public ExchangeStreamProvider Streams => Client.ServiceProvider.GetRequiredService<ExchangeStreamProvider>();

    /// <summary>The provider of a silo's host, as a gateway in the silo's process uses it.</summary>
    public IExchangeStreamProvider SiloStreams(int silo = 0) => _cluster.Silos[silo].ServiceProvider.GetRequiredService<IExchangeStreamProvider>();

    /// <param name="declared">For each silo, in the order of their starts, the connections that it declares; then from the first again.</param>
    /// <param name="streams">Settings of the streams.</param>
    /// <param name="keeper">Settings of the keeper.</param>
    /// <param name="silos">How many silos to start; as many as <paramref name="declared"/> has when 0.</param>
    /// <param name="prepare">Done to each connector before its grain has it.</param>
    public static async Task<TestCluster> Start(
        string[][] declared, Action<ExchangeStreamOptions>? streams = null, Action<KeeperOptions>? keeper = null, short silos = 0,
        Action<FakeSubscriber>? prepare = null)
    {
        var cluster = new TestCluster(declared, streams, keeper, silos == 0 ? (short)declared.Length : silos, prepare);
        await cluster._cluster.DeployAsync().Within("the cluster's start");
        return cluster;
    }

    /// <summary>One silo that declares the market connection.</summary>
    public static Task<TestCluster> StartOne(Action<ExchangeStreamOptions>? streams = null) => Start([["market/binance"]], streams);

    /// <summary>The silo where the market connection lives.</summary>
    public async Task<InProcessSiloHandle> Home()
    {
        var status = (await Market.GetStatus(TestContext.Current.CancellationToken)).OrThrow();
        return _cluster.Silos.Single(s => s.ServiceProvider.GetRequiredService<ILocalSiloDetails>().Name == status.Silo);
    }

    /// <summary>Kills the silo where the market connection lives, as a crash of its process would.</summary>
    public async Task KillHome()
    {
        await _cluster.KillSiloAsync(await Home()).Within("the silo's end");
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true).Within("the cluster seeing the silo's end");
    }

    /// <summary>The producing grain's door for subscribers.</summary>
    public IStreamHub Hub => Market.AsReference<IStreamHub>();

    /// <summary>What the streams of the silo with the given index have done.</summary>
    public StreamCounters Counters(int silo = 0) => _cluster.Silos[silo].ServiceProvider.GetRequiredService<IExchangeStreamMetrics>().Counters;

    /// <summary>Subscribes the client to the trades.</summary>
    public async Task<(RecordingObserver<Trade> Observer, StreamSubscription<Trade> Subscription)> SubscribeTrades(StreamSequenceToken? token = null)
    {
        var observer = new RecordingObserver<Trade>();
        var handle = await Streams.GetStream<StreamUpdate<Trade>>(TradesStream).SubscribeAsync(observer, token).Within("the subscription");
        return (observer, (StreamSubscription<Trade>)handle);
    }

    /// <summary>Moves the clock by one keeper interval at a time, each time the keepers wait for it, until <paramref name="task"/> is done.</summary>
    public async Task<T> KeeperTicksUntil<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Clock.WhenArmed(IsKeeperDelay)).Within("a keeper waiting for its next look");
            Clock.Advance(KeeperInterval);
        }

        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    /// <summary>The keeper's interval or one of its back-offs, or what is left of it after some intervals.</summary>
    private static bool IsKeeperDelay(TimeSpan due) => due >= KeeperInterval && due <= 10 * KeeperInterval && due.Ticks % KeeperInterval.Ticks == 0;

    private static ConnectionId Parse(string text) => ConnectionId.TryParse(text, out var id, out var error) ? id : throw new ArgumentException(error);
}
