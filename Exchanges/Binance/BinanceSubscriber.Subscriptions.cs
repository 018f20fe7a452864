using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Who asks for what, the feeds that serve it, and the sockets that carry them.</summary>
public sealed partial class BinanceSubscriber
{
    private static readonly TimeSpan _idleSocketLife = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();

    // Changed under the lock, read without it: a sink may ask for a book while it is being given one.
    private readonly ConcurrentDictionary<string, BinanceBookFeed> _bookFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BinanceTradeFeed> _tradeFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BinanceTopOfBookFeed> _topFeeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BinanceMarkPriceFeed> _markFeeds = new(StringComparer.Ordinal);

    // Replaced as a whole, so that the status can be computed without a lock.
    private volatile BinanceMarketSocket[] _sockets = [];
    private int _socketNumber;

    /// <inheritdoc/>
    public async Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (topN is < 1 or > DeepestBook)
            return ExchangeError.InvalidArgument("top_n", $"{topN} is outside 1 to {DeepestBook}");
        if (frequencyMs is < 0 or > LongestIntervalMs)
            return ExchangeError.InvalidArgument("frequency_ms", $"{frequencyMs} is outside 0 to {LongestIntervalMs}");
        if (_options.BookSource == "partial" && topN > BinanceBookPlan.MaxPartialDepth)
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.NotSupported,
                Field = "top_n",
                Message = $"top_n: with {BinanceOptions.Section}:BookSource 'partial' a book has at most {BinanceBookPlan.MaxPartialDepth} levels",
            };
        }

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
        Subscribe(_trades, symbol, subscriber, _options.TradeStream == "trade" ? BinanceStreams.Trade : BinanceStreams.AggTrade, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_trades, symbol, subscriber);

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe(_tops, symbol, subscriber, BinanceStreams.BookTicker, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_tops, symbol, subscriber);

    /// <inheritdoc/>
    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe(_marks, symbol, subscriber, BinanceStreams.MarkPrice, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe(_marks, symbol, subscriber);

    private async Task<Result<MarketSubscription>> Subscribe(
        SubscriptionDemand demand, string symbol, string? subscriber, Func<string, string> stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (Check(symbol) is { } error)
            return error;
        var expiresAt = demand.Set(symbol, subscriber, 0, 0);
        ApplyDemand(symbol);
        return await Confirmed(demand, symbol, subscriber, expiresAt, [stream(symbol)], cancellationToken).ConfigureAwait(false);
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
                    .WaitAsync(TimeSpan.FromMilliseconds(_options.SubscribeWaitMs), _time, cancellationToken).ConfigureAwait(false);
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

    private BinanceMarketSocket? SocketOf(string stream) => Array.Find(_sockets, s => s.Has(stream));

    /// <summary>Brings the feeds of a symbol to what is asked for, and the sockets to the feeds.</summary>
    private void ApplyDemand(string symbol)
    {
        lock (_gate)
        {
            if (_books.Get(symbol) is { } book)
            {
                if (!_bookFeeds.TryGetValue(symbol, out var feed))
                    _bookFeeds[symbol] = feed = new BinanceBookFeed(_exchange, symbol, _options.BookSource, _sink, this, _time);
                feed.SetDemand(book);
            }
            else if (_bookFeeds.TryRemove(symbol, out var feed))
            {
                feed.Dispose();
            }

            Keep(_tradeFeeds, _trades, symbol, s => new BinanceTradeFeed(_exchange, s, _options.TradeStream == "aggTrade", _sink, this, _time));
            Keep(_topFeeds, _tops, symbol, s => new BinanceTopOfBookFeed(_exchange, s, _sink));
            Keep(_markFeeds, _marks, symbol, s => new BinanceMarkPriceFeed(_exchange, s, _sink));
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
        var needed = new Dictionary<string, BinanceStreamHandler>(StringComparer.Ordinal);
        foreach (var handler in _bookFeeds.Values.SelectMany(f => f.Handlers).Concat(_tradeFeeds.Values).Concat(_topFeeds.Values).Concat(_markFeeds.Values))
            needed[handler.Stream] = handler;
        foreach (var socket in _sockets)
            socket.Keep(needed);
        foreach (var handler in needed.Values.Where(h => SocketOf(h.Stream) is null))
        {
            var route = BinanceStreams.RouteOf(handler.Stream);
            var socket = Array.Find(_sockets, s => s.Route == route && s.Count < _options.MaxStreamsPerConnection) ?? OpenSocket(route);
            _ = socket.Add(handler);
        }
    }

    private BinanceMarketSocket OpenSocket(BinanceRoute route)
    {
        var socket = new BinanceMarketSocket(route, _processor, _time, _logger);
        var session = new SocketSession(
            new SocketSessionOptions
            {
                Connection = _connection,
                Name = $"{(route == BinanceRoute.Public ? "public" : "market")}-{++_socketNumber}",
                Url = _urls.Stream(route),
                StaleAfter = TimeSpan.FromMilliseconds(_options.SocketStaleMs),
                RotateAfter = TimeSpan.FromHours(_options.RotateHours),
                MessageInterval = TimeSpan.FromMilliseconds(_options.ControlIntervalMs),
            },
            socket,
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
    private void OnSocketStatus(BinanceMarketSocket socket, ConnectionStatus status)
    {
        if (status.State == ConnectionState.Ready)
            socket.Work();
        PublishStatus();
    }

    /// <summary>Closes sockets that nothing has been wanted of for a while.</summary>
    private void CloseIdleSockets()
    {
        List<BinanceMarketSocket> idle;
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

    private async Task CloseSocketAsync(BinanceMarketSocket socket)
    {
        await socket.Session.StopAsync().ConfigureAwait(false);
        CountClosed(socket.Session.Status);
        await socket.Session.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
        PublishStatus();
    }
}
