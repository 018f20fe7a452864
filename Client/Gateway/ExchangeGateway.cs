using Exchange.Client.Gateway.Commands;
using Exchange.Client.Gateway.Market;
using Exchange.Client.Gateway.Sessions;
using Exchange.Client.Gateway.Sockets;
using Exchange.Client.Gateway.Traders;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace Exchange.Client.Gateway;

/// <summary>
/// The trader's gateway as a hosted service: commands in over ROUTER, updates out over XPUB. Runs in a silo's process or
/// in one of its own.
/// </summary>
public sealed partial class ExchangeGateway : IHostedService, IDisposable
{
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ExchangeGateway> _logger;
    private readonly NoticeFeed _notices;
    private readonly GatewaySockets _sockets;
    private readonly SessionTable _sessions;
    private readonly MarketSubscriptionTable _subscriptions;
    private readonly TraderDepartures _departures;
    private readonly DeadManGuard _deadMan;
    private readonly CommandDispatcher _dispatcher;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    /// <summary>Creates the gateway; it binds nothing before it is started.</summary>
    public ExchangeGateway(
        IOptions<GatewayOptions> options,
        IGrainFactory grains,
        IExchangeStreamProvider streams,
        [FromKeyedServices(StreamNames.Provider)] TimeProvider time,
        ILogger<ExchangeGateway> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options.Value;
        _time = time;
        _logger = logger;
        Identity = new GatewayIdentity(time.GetUtcNow(), [.. _options.Connections.Select(Parse)]);
        Outbox = new UpdateOutbox(_options.UpdateQueueLimit, _options.UpdateQueueBytes, _options.BookQueueLimit);
        _notices = new NoticeFeed(Outbox, time, Counters);
        _sockets = new GatewaySockets(_options, Outbox, _notices, Counters, logger);
        _sessions = new SessionTable(_options, time);
        var calls = new GrainCalls(_options, time, Counters, logger);
        var context = new FeedContext(Outbox, streams, grains, time, Counters, _notices, _options.CommandTimeout, _options.RetryDelay, logger);
        Feeds = new FeedTable(context);
        _subscriptions = new MarketSubscriptionTable(Identity.Id, grains, calls, Feeds, _options, time, logger);
        context.SubscriptionsForgotten = _subscriptions.Reassert;
        var exchanges = Identity.Connections.Where(c => c.Role == ConnectionRole.Oms).Select(c => c.Exchange).Distinct().ToList();
        var traders = new TraderTable();
        _departures = new TraderDepartures(traders, exchanges, grains, calls, _options, Counters, time, logger);
        _deadMan = new DeadManGuard(traders, Feeds, exchanges, grains, calls, _options, time, logger);
        traders.Changed = context.OrdersChanged = _deadMan.OnChanged;

        var methods = new MethodTable(grains, calls);
        MarketMethods.Add(methods, _subscriptions);
        OmsMethods.Add(methods);
        PmsMethods.Add(methods);
        DataMethods.Add(methods);
        EventsMethods.Add(methods, Feeds, calls);
        new SessionMethods(Identity, _options, _sessions, Feeds, Outbox, _subscriptions, _departures, Counters, time).Add(methods);
        new TraderMethods(Identity, _options, traders, new TraderStarter(grains, calls, _deadMan), grains, calls).Add(methods);
        _dispatcher = new CommandDispatcher(methods, _sessions, _sockets, _options, time, Counters, logger);
    }

    /// <summary>Where commands are taken, with the port that was bound; empty before the start.</summary>
    public string CommandEndpoint => Identity.CommandEndpoint;

    /// <summary>Where updates go out, with the port that was bound; empty before the start.</summary>
    public string UpdateEndpoint => Identity.UpdateEndpoint;

    internal GatewayIdentity Identity { get; }

    internal GatewayCounters Counters { get; } = new();

    internal UpdateOutbox Outbox { get; }

    internal FeedTable Feeds { get; }

    internal GatewaySockets Sockets => _sockets;

    /// <summary>Ends when the working orders of an exchange are known here.</summary>
    internal Task OrdersKnown(string exchange) => ((OrderFeed)Feeds.GetOrAdd(new TopicName(TopicKind.Order, exchange))).FirstLoad;

    /// <summary>Binds both sockets and begins to forward. Connections that are not there yet are waited for.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _notices.Start((Identity.Started - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _sockets.CommandReceived = _dispatcher.Receive;
        // Many topics may match one prefix; the socket's thread has other things to do.
        _sockets.Subscribed = prefix => ThreadPool.UnsafeQueueUserWorkItem(static s => s.Gateway.OnSubscribed(s.Prefix), (Gateway: this, Prefix: prefix), preferLocal: false);
        await _sockets.StartAsync(cancellationToken);
        (Identity.CommandEndpoint, Identity.UpdateEndpoint) = (_sockets.CommandEndpoint, _sockets.UpdateEndpoint);
        _loops.Add(Task.Run(_dispatcher.RunAsync, CancellationToken.None));
        _loops.Add(Task.Run(_subscriptions.RenewUntilStoppedAsync, CancellationToken.None));
        _loops.Add(Task.Run(BeatAsync, CancellationToken.None));
        _loops.Add(Task.Run(() => _deadMan.RunAsync(_stopping.Token), CancellationToken.None));
        foreach (var connection in Identity.Connections)
            _loops.Add(Task.Run(() => WatchAsync(connection), CancellationToken.None));
        LogStarted(_logger, CommandEndpoint, UpdateEndpoint, Identity.Id);
    }

    /// <summary>Gives the market subscriptions back, sends what waits as far as the time suffices, and closes the sockets.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _departures.Stop();
        _dispatcher.Complete();
        try
        {
            await _subscriptions.StopAsync().WaitAsync(_options.StopTimeout, _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            LogNotReleased(_logger);
        }

        await _sockets.StopAsync(_time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sockets.Dispose();
        _subscriptions.Dispose();
        _departures.Dispose();
        _stopping.Dispose();
    }

    private static ConnectionId Parse(string text) =>
        ConnectionId.TryParse(text, out var id, out var error) ? id : throw new InvalidOperationException(error);

    private static IEnumerable<TopicName> TopicsOf(ConnectionId connection)
    {
        yield return TopicName.OfStatus(connection);
        if (connection.Role == ConnectionRole.Oms)
            yield return new TopicName(TopicKind.Order, connection.Exchange);
        if (connection.Role != ConnectionRole.Pms)
            yield break;
        yield return new TopicName(TopicKind.Position, connection.Exchange);
        yield return new TopicName(TopicKind.Account, connection.Exchange);
    }

    private void OnSubscribed(byte[] prefix)
    {
        try
        {
            Feeds.PublishSnapshots(prefix);
            // A status or private topic that nobody watched so far, of a connection that may exist.
            if (TopicName.TryParse(System.Text.Encoding.UTF8.GetString(prefix), out var topic)
                && topic.HasHeartbeat && Venues.All.Contains(topic.Exchange) && !Feeds.TryGet(topic, out _))
                _ = AttachAsync(topic);
        }
        catch (Exception e)
        {
            Counters.Failures.Add();
            LogFailed(_logger, e);
        }
    }

    /// <summary>Attaches a connection's own topics. The first attempts may come before the silo of this process is up.</summary>
    private async Task WatchAsync(ConnectionId connection)
    {
        foreach (var topic in TopicsOf(connection))
            await AttachAsync(topic);
    }

    private async Task AttachAsync(TopicName topic)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Feeds.GetOrAdd(topic).AttachAsync();
                return;
            }
            catch (Exception e)
            {
                LogAttachFailed(_logger, topic, e.Message);
                try
                {
                    await Task.Delay(_options.RetryDelay, _time, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(_options.TopicHeartbeat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                Feeds.PublishHeartbeats();
                foreach (var session in _sessions.RemoveSilent())
                {
                    LogSessionSilent(_logger, session.Client ?? "unnamed", session.Subscriptions.Count);
                    _ = _subscriptions.ReleaseAsync(session);
                    _ = _departures.OnSessionEndedAsync(session);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    [LoggerMessage(50, LogLevel.Information, "Gateway {Id}: commands at {Commands}, updates at {Updates}")]
    private static partial void LogStarted(ILogger logger, string commands, string updates, string id);

    [LoggerMessage(51, LogLevel.Warning, "{Topic}: not attached yet: {Reason}")]
    private static partial void LogAttachFailed(ILogger logger, TopicName topic, string reason);

    [LoggerMessage(52, LogLevel.Warning, "The session of {Client} fell silent; its {Count} market subscriptions are given back")]
    private static partial void LogSessionSilent(ILogger logger, string client, int count);

    [LoggerMessage(53, LogLevel.Warning, "The gateway stopped before its market subscriptions were given back; they lapse by themselves")]
    private static partial void LogNotReleased(ILogger logger);

    [LoggerMessage(54, LogLevel.Error, "A subscription to a topic met a defect")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
