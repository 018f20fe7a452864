using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>Who asks for what, the feeds that serve it, and the sockets that carry them.</summary>
public abstract partial class MarketSubscriber
{
    private static readonly TimeSpan _idleSocketLife = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();

    // Changed under the lock, read without it: a sink may ask for a book while it is being given one.
    private readonly ConcurrentDictionary<string, BookFeed> _bookFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TradeFeed> _tradeFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamHandler> _topFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamHandler> _markFeeds = new(StringComparer.Ordinal);

    // Replaced as a whole, so that the status can be computed without a lock.
    private volatile MarketStreams[] _sockets = [];
    private int _socketNumber;

    /// <inheritdoc/>
    public async Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (topN < 1 || topN > _settings.DeepestBook)
            return ExchangeError.InvalidArgument("top_n", $"{topN} is outside 1 to {_settings.DeepestBook}");
        if (frequencyMs is < 0 or > LongestIntervalMs)
            return ExchangeError.InvalidArgument("frequency_ms", $"{frequencyMs} is outside 0 to {LongestIntervalMs}");
        if (CheckBook(topN, frequencyMs) is { } refusal)
            return refusal;
        if (Check(symbol) is { } error)
            return error;
        var expiresAt = _books.Set(symbol, subscriber, topN, frequencyMs);
        ApplyDemand(symbol);
        return await Confirmed(_books, symbol, subscriber, expiresAt, BookStreams(symbol), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeOrderBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_books, symbol, subscriber);

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe(_trades, symbol, subscriber, _tradeFeeds, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_trades, symbol, subscriber);

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe(_tops, symbol, subscriber, _topFeeds, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_tops, symbol, subscriber);

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe(_marks, symbol, subscriber, _markFeeds, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_marks, symbol, subscriber);

    private async Task<Result<MarketSubscription>> Subscribe<T>(
        SubscriptionDemand demand, string symbol, string? subscriber, Dictionary<string, T> feeds, CancellationToken cancellationToken)
        where T : StreamHandler
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (Check(symbol) is { } error)
            return error;
        var expiresAt = demand.Set(symbol, subscriber, 0, 0);
        ApplyDemand(symbol);
        return await Confirmed(demand, symbol, subscriber, expiresAt, StreamOf(feeds, symbol), cancellationToken).ConfigureAwait(false);
    }

    private Task<Result<Unit>> Unsubscribe(SubscriptionDemand demand, string symbol, string? subscriber)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (demand.Remove(symbol, subscriber))
            ApplyDemand(symbol);

        // Giving back what one does not have is no error: it may just have lapsed.
        return Task.FromResult(Unit.Success);
    }

    /// <summary>
    /// Waits for the venue's acknowledgement, for a while: a subscription that is not acknowledged yet stands all the same, is
    /// seen to in the background, and shows its state on its stream. Only a refusal ends it.
    /// </summary>
    private async Task<Result<MarketSubscription>> Confirmed(
        SubscriptionDemand demand, string symbol, string? subscriber, DateTimeOffset? expiresAt, IEnumerable<string> streams, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var stream in streams)
            {
                if (SocketOf(stream) is not { } socket)
                    continue;
                var error = await socket.Confirmation(stream)
                    .WaitAsync(_settings.SubscribeWait, _time, cancellationToken).ConfigureAwait(false);
                if (error is not null)
                {
                    demand.Remove(symbol, subscriber);
                    ApplyDemand(symbol);
                    return error;
                }
            }
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The wait is given up, not the subscription.
        }

        return demand.Get(symbol) is { } merged
            ? Describe(symbol, merged, expiresAt)
            : new ExchangeError { Code = ExchangeErrorCode.NotReady, Message = $"the subscription to {symbol} was given back while it was being made", Retryable = true };
    }

    private List<string> BookStreams(string symbol) =>
        _bookFeeds.TryGetValue(symbol, out var feed) ? [.. feed.Handlers.Select(h => h.Stream)] : [];

    private List<string> StreamOf<T>(Dictionary<string, T> feeds, string symbol)
        where T : StreamHandler
    {
        lock (_gate)
            return feeds.TryGetValue(symbol, out var feed) ? [feed.Stream] : [];
    }

    private protected MarketStreams? SocketOf(string stream) => Array.Find(_sockets, s => s.Has(stream));

    /// <summary>Brings the feeds of a symbol to what is asked for, and the sockets to the feeds.</summary>
    private void ApplyDemand(string symbol)
    {
        lock (_gate)
        {
            if (_books.Get(symbol) is { } book)
            {
                if (!_bookFeeds.TryGetValue(symbol, out var feed))
                    _bookFeeds[symbol] = feed = new BookFeed(_exchange, symbol, _bookVenue, _sink, this, _time);
                feed.SetDemand(book);
            }
            else if (_bookFeeds.TryRemove(symbol, out var feed))
            {
                feed.Dispose();
            }

            Keep(_tradeFeeds, _trades, symbol, s => NewTradeFeed(s, _sink, this));
            Keep(_topFeeds, _tops, symbol, s => NewTopOfBookFeed(s, _sink));
            Keep(_markFeeds, _marks, symbol, s => NewMarkPriceFeed(s, _sink));
            AssignStreams();
        }

        static void Keep<T>(Dictionary<string, T> feeds, SubscriptionDemand demand, string symbol, Func<string, T> create)
        {
            if (demand.Get(symbol) is null)
                feeds.Remove(symbol);
            else if (!feeds.ContainsKey(symbol))
                feeds[symbol] = create(symbol);
        }
    }

    /// <summary>Puts each stream that a feed needs on a socket, and takes off what none needs. Called while holding the lock.</summary>
    private void AssignStreams()
    {
        if (!_isUp)
            return;
        var needed = new Dictionary<string, StreamHandler>(StringComparer.Ordinal);
        foreach (var handler in _bookFeeds.Values.SelectMany(f => f.Handlers).Concat(_tradeFeeds.Values).Concat(_topFeeds.Values).Concat(_markFeeds.Values))
            needed[handler.Stream] = handler;
        foreach (var socket in _sockets)
            socket.Keep(needed);
        foreach (var handler in needed.Values.Where(h => SocketOf(h.Stream) is null))
        {
            var route = RouteOf(handler.Stream);
            var socket = Array.Find(_sockets, s => s.Route == route && s.Count < _settings.MaxStreamsPerSocket && MayCarry(s, handler.Stream)) ?? OpenSocket(route);
            _ = socket.Add(handler);
        }
    }

    private MarketStreams OpenSocket(string route)
    {
        var socket = NewSocket(route);
        var session = new SocketSession(
            new SocketSessionOptions
            {
                Connection = _connection,
                Name = $"{route}-{++_socketNumber}",
                Url = UrlOf(route),
                StaleAfter = _settings.SocketStaleAfter,
                RotateAfter = _settings.RotateAfter,
                MessageInterval = _settings.MessageInterval,
            },
            socket.Protocol,
            _time,
            _logger,
            status => OnSocketStatus(socket, status),
            _tap,
            _random);
        socket.Session = session;
        _sockets = [.. _sockets, socket];
        _ = session.Start();
        return socket;
    }

    /// <summary>A replaced or new link is in service: what was asked for while it was being prepared goes out now.</summary>
    private void OnSocketStatus(MarketStreams socket, ConnectionStatus status)
    {
        if (status.State == ConnectionState.Ready)
            socket.Work();
        PublishStatus();
    }

    /// <summary>Closes sockets that nothing has been wanted of for a while.</summary>
    private void CloseIdleSockets()
    {
        List<MarketStreams> idle;
        lock (_gate)
        {
            idle = [.. _sockets.Where(s => s.Count == 0 && s.IdleSince != 0 && _time.GetElapsedTime(s.IdleSince) >= _idleSocketLife)];
            if (idle.Count == 0)
                return;
            _sockets = [.. _sockets.Except(idle)];
        }

        foreach (var socket in idle)
            _ = Task.Run(() => CloseSocketAsync(socket));
    }

    private async Task CloseSocketAsync(MarketStreams socket)
    {
        await socket.Session.StopAsync().ConfigureAwait(false);
        CountClosed(socket.Session.Status);
        await socket.Session.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
        PublishStatus();
    }
}
