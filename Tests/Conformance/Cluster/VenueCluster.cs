using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Journal;
using Exchange.Grains;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Storage;
using Exchange.Streaming;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using Xunit;

namespace Exchange.Tests.Conformance.Cluster;

/// <summary>
/// Silos that declare orders and positions of a venue, epochs and journal in files, and a trader that joined the cluster. A silo that
/// is killed leaves its connector behind, alive and with its sockets, as the worst of deaths does: only the epoch keeps it from sending.
/// </summary>
internal sealed class VenueCluster : IAsyncDisposable
{
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(30);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "exchange-cluster-" + Guid.NewGuid().ToString("N")[..12]);
    private readonly ConcurrentDictionary<long, IExchangeOms> _connectors = new();
    private readonly ConcurrentBag<IAsyncDisposable> _running = [];
    private readonly InProcessTestCluster _cluster;
    private readonly Signal _changed = new();

    private VenueCluster(IVenueHarness venue)
    {
        Venue = venue;
        Orders = new StreamTape<OrderUpdate>(_changed);
        Positions = new StreamTape<Position>(_changed);
        Status = new StreamTape<ConnectionStatus>(_changed);
        ConnectionId[] declared = [new(ConnectionRole.Oms, venue.Venue), new(ConnectionRole.Pms, venue.Venue)];
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddOmsConnector(venue.Venue, CreateOms);
            silo.Services.AddPmsConnector(venue.Venue, (_, _, sink) => Keep(venue.CreatePms(sink, VenueKey.Usual)));
            silo.AddExchangeFileStorage(Path.Combine(_folder, "epochs"));
            silo.AddExchangeConnections(
                declared,
                keeper =>
                {
                    keeper.Interval = TimeSpan.FromMilliseconds(50);
                    keeper.MaxBackoff = TimeSpan.FromMilliseconds(200);
                },
                Hurry);
        });
        builder.ConfigureClient(client =>
        {
            // A client is not told that its silo died: what it waits for runs out.
            client.Services.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
            client.AddExchangeStreams(Hurry);
        });
        _cluster = builder.Build();
    }

    public IVenueHarness Venue { get; }

    /// <summary>The trader's orders stream.</summary>
    public StreamTape<OrderUpdate> Orders { get; }

    public StreamTape<Position> Positions { get; }

    public StreamTape<ConnectionStatus> Status { get; }

    public IExchangeOmsGrain Oms => _cluster.Client.GetGrain<IExchangeOmsGrain>(Venue.Venue);

    public IExchangePmsGrain Pms => _cluster.Client.GetGrain<IExchangePmsGrain>(Venue.Venue);

    /// <summary>The ids of all commands that the trader has given.</summary>
    public ConcurrentDictionary<string, bool> Given { get; } = new();

    public static async Task<VenueCluster> StartAsync(IVenueHarness venue)
    {
        var cluster = new VenueCluster(venue);
        await cluster._cluster.DeployAsync().Within("the cluster's start");
        var streams = cluster._cluster.Client.ServiceProvider.GetRequiredService<IExchangeStreamProvider>();
        await streams.GetStream<StreamUpdate<ConnectionStatus>>(StreamId.Create(StreamNames.Status, StreamNames.StatusKey(new ConnectionId(ConnectionRole.Oms, venue.Venue)))).SubscribeAsync(cluster.Status);
        await streams.GetStream<StreamUpdate<OrderUpdate>>(StreamId.Create(StreamNames.Orders, venue.Venue)).SubscribeAsync(cluster.Orders);
        await streams.GetStream<StreamUpdate<Position>>(StreamId.Create(StreamNames.Positions, venue.Venue)).SubscribeAsync(cluster.Positions);
        await cluster.Ready(after: 0);
        return cluster;
    }

    /// <summary>Waits for orders and positions being ready in an epoch after this one; returns the epoch.</summary>
    public async Task<long> Ready(long after)
    {
        long epoch = 0;
        await Until(
            async () =>
            {
                var oms = await Ask(() => Oms.GetStatus());
                var pms = await Ask(() => Pms.GetStatus());
                epoch = oms?.Epoch ?? 0;
                return oms is { IsReady: true } && pms is { IsReady: true } && oms.Epoch > after;
            },
            "orders and positions being ready in a new epoch");
        return epoch;
    }

    /// <summary>Kills the silo of the order connection, from one moment to the next. Returns the connector that is left behind.</summary>
    public async Task<(long Epoch, IExchangeOms Left)> Kill()
    {
        var status = (await Oms.GetStatus()).OrThrow();
        var home = _cluster.Silos.Single(s => s.ServiceProvider.GetRequiredService<ILocalSiloDetails>().Name == status.Silo);
        await _cluster.KillSiloAsync(home).Within("the silo's end");
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
        return (status.Epoch, _connectors[status.Epoch]);
    }

    /// <summary>Another standby, in the place of a silo that was killed.</summary>
    public Task AddSilo() => _cluster.StartAdditionalSiloAsync();

    /// <summary>Ends a connector that was left behind.</summary>
    public static async Task End(IExchangeOms left)
    {
        try
        {
            await ((IAsyncDisposable)left).DisposeAsync();
        }
        catch (ObjectDisposedException)
        {
            // Its silo had come to it.
        }
    }

    /// <summary>Waits until trader, silo and venue agree, and finds nothing broken.</summary>
    public async Task Settle(string context)
    {
        var evidence = await Gather();
        using var limit = new CancellationTokenSource(_settling);
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1), Venue.Time);
        while (Invariants.NotSettled(evidence).Any() && !limit.IsCancellationRequested)
        {
            // What the trader asks for and is not told changes, too.
            await beat.WaitForNextTickAsync();
            evidence = await Gather();
        }

        var broken = Invariants.Broken(evidence);
        Assert.True(broken.Count == 0, $"{context}{Environment.NewLine}{string.Join(Environment.NewLine, broken)}");
    }

    public async ValueTask DisposeAsync()
    {
        Venue.LiftAll();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        foreach (var one in _running)
        {
            try
            {
                await one.DisposeAsync();
            }
            catch (ObjectDisposedException)
            {
                // Its grain was faster.
            }
        }

        await Venue.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static void Hurry(ExchangeStreamOptions options)
    {
        options.RenewalPeriod = TimeSpan.FromMilliseconds(100);
        options.RenewalTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>What a call says, or null when there is nobody to say it just now.</summary>
    private static async Task<ConnectionStatus?> Ask(Func<Task<Result<ConnectionStatus>>> call)
    {
        try
        {
            return (await call()).Value;
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Asks again where the short patience of this cluster's client ran out: a busy machine is no defect.</summary>
    private static async Task<T> Read<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (TimeoutException) when (attempt < 5)
            {
                // Once more.
            }
        }
    }

    private async Task Until(Func<Task<bool>> holds, string what)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1), Venue.Time);
        using var limit = new CancellationTokenSource(_settling);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"waited {_settling.TotalSeconds} s for: {what}");
            await beat.WaitForNextTickAsync();
        }
    }

    /// <summary>
    /// The trader's picture as it makes it: what the stream told; after it was told to take a snapshot, the snapshot; and each order that
    /// it is not sure of, asked for.
    /// </summary>
    private async Task<Evidence> Gather()
    {
        var tape = Orders.Updates.Select(u => new TapeEntry(u.Epoch, u.Seq, u.Data)).ToList();
        var resumedAt = Orders.ResumedAt;
        var picture = Invariants.Told(tape);
        var open = (await Read(() => Oms.GetOpenOrders())).OrThrow();
        var listed = open.Orders.Select(o => o.ClientOrderId).ToHashSet(StringComparer.Ordinal);
        foreach (var order in open.Orders)
            picture[order.ClientOrderId] = order;
        foreach (var id in Given.Keys.Where(id => !listed.Contains(id) && !(picture.TryGetValue(id, out var known) && known is { IsTerminal: true, UnknownSince: null })))
        {
            if (await Read(() => Oms.GetOrder(new OrderKey { Symbol = Venue.Symbol, ClientOrderId = id })) is { IsSuccess: true } asked)
                picture[id] = asked.Value.Order;
        }

        return new Evidence
        {
            Tape = tape,
            ResumedAt = resumedAt,
            Picture = picture,
            Open = open,
            Positions = (await Read(() => Pms.GetPositions())) is { IsSuccess: true } positions ? positions.Value : new PositionsSnapshot(),
            Truth = Venue.Truth(),
            Crashed = true,
            IsOurs = Given.ContainsKey,
            Secrets = Venue.Secrets,
        };
    }

    private IExchangeOms CreateOms(IServiceProvider services, OmsConnectorContext context)
    {
        var journal = FileOrderJournal.Open(
            new FileOrderJournalOptions { Folder = Path.Combine(_folder, "journal") }, Venue.Venue, context.Epoch, Venue.Time, NullLogger.Instance);
        return _connectors[context.Epoch] = Keep(Venue.CreateOms(new OmsSetup(context.Sink, journal, context.Epoch)));
    }

    private T Keep<T>(T running)
    {
        _running.Add((IAsyncDisposable)running!);
        return running;
    }
}
