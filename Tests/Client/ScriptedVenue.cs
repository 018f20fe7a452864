using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Client;

/// <summary>Makes the connectors of a test's market-data connection: one an activation, the newest last.</summary>
internal sealed class ScriptedVenue
{
    private readonly Channel<ScriptedConnector> _made = Channel.CreateUnbounded<ScriptedConnector>();

    /// <summary>What subscriptions are answered with from the next connector on, by kind and symbol; null for success.</summary>
    public Func<string, string, ExchangeError?> Refuse { get; set; } = static (_, _) => null;

    public IExchangeSubscriber Create(IServiceProvider services, ConnectionId connection, IMarketDataSink sink)
    {
        var connector = new ScriptedConnector(this, connection, sink);
        _made.Writer.TryWrite(connector);
        return connector;
    }

    /// <summary>The connector of the next activation.</summary>
    public async Task<ScriptedConnector> NextConnector() => await _made.Reader.ReadAsync().AsTask().Within("a connector of the market grain");
}

/// <summary>A market-data connector that publishes what the test says and keeps what it was asked.</summary>
internal sealed class ScriptedConnector(ScriptedVenue venue, ConnectionId connection, IMarketDataSink sink) : IExchangeSubscriber
{
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<string, OrderBook> _books = new();
    private ConnectionStatus _status = new() { Connection = connection, State = ConnectionState.Stopped, Since = DateTimeOffset.UnixEpoch };

    /// <summary>The next call that subscribes or unsubscribes: <c>book BTCUSDT 20/100 by gateway-…</c>.</summary>
    public async Task<string> NextAsked() => await _asked.Reader.ReadAsync().AsTask().Within("a subscription at the connector");

    /// <summary>When set, <see cref="GetInstruments"/> waits for it: a venue that does not answer.</summary>
    public Task Answers { get; set; } = Task.CompletedTask;

    /// <summary>When set, <see cref="GetInstruments"/> throws it.</summary>
    public Exception? Defect { get; set; }

    public void PublishBook(string symbol, long n, BookState state = BookState.Synced, string? reason = null)
    {
        var book = Updates.Book(connection.Exchange, symbol, n, state, reason);
        _books[symbol] = book;
        sink.OnOrderBook(book);
    }

    public void PublishTrade(string symbol, long n) => sink.OnTrade(Updates.Trade(connection.Exchange, symbol, n));

    public void PublishQuote(string symbol, long n) => sink.OnTopOfBook(Updates.Quote(connection.Exchange, symbol, n));

    public void PublishMark(string symbol, long n) => sink.OnMarkPrice(Updates.Mark(connection.Exchange, symbol, n));

    public void SetState(ConnectionState state, string? reason = null)
    {
        _status = _status with { State = state, Reason = reason };
        sink.OnStatus(_status);
    }

    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        SetState(ConnectionState.Ready);
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        SetState(ConnectionState.Stopped);
        return GetStatus(cancellationToken);
    }

    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<ConnectionStatus>>(_status);

    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<Capabilities>>(new Capabilities
        {
            Exchange = connection.Exchange,
            MaxBookDepth = 1000,
            OrderTypes = [OrderType.Limit, OrderType.TrailingStop],
            GoodTillCancelledLimit = TimeSpan.FromDays(30),
        });

    public Task<Result<MarketSubscription>> SubscribeOrderBook(
        string symbol, int topN = 20, int frequencyMs = 100, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe("book", symbol, topN, frequencyMs, subscriber);

    public Task<Result<Unit>> UnsubscribeOrderBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe("book", symbol, subscriber);

    public Task<Result<MarketSubscription>> SubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe("trades", symbol, 0, 0, subscriber);

    public Task<Result<Unit>> UnsubscribeTrades(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe("trades", symbol, subscriber);

    public Task<Result<MarketSubscription>> SubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe("quote", symbol, 0, 0, subscriber);

    public Task<Result<Unit>> UnsubscribeTopOfBook(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe("quote", symbol, subscriber);

    public Task<Result<MarketSubscription>> SubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Subscribe("mark", symbol, 0, 0, subscriber);

    public Task<Result<Unit>> UnsubscribeMarkPrice(string symbol, string? subscriber = null, CancellationToken cancellationToken = default) =>
        Unsubscribe("mark", symbol, subscriber);

    public Task<Result<OrderBook>> GetOrderBook(string symbol, CancellationToken cancellationToken = default) =>
        Task.FromResult(_books.TryGetValue(symbol, out var book)
            ? Result<OrderBook>.Success(book)
            : new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Message = $"nobody is subscribed to '{symbol}'", Field = "symbol" });

    public async Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default)
    {
        await Answers.WaitAsync(cancellationToken);
        return Defect is null ? ImmutableArray<Instrument>.Empty : throw Defect;
    }

    public Task<Result<MarketSubscriptions>> GetSubscriptions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<MarketSubscriptions>>(new MarketSubscriptions());

    private Task<Result<MarketSubscription>> Subscribe(string kind, string symbol, int topN, int frequencyMs, string? subscriber)
    {
        _asked.Writer.TryWrite(topN == 0 ? $"{kind} {symbol} by {subscriber}" : $"{kind} {symbol} {topN}/{frequencyMs} by {subscriber}");
        return Task.FromResult(venue.Refuse(kind, symbol) is { } error
            ? Result<MarketSubscription>.Failure(error)
            : new MarketSubscription { Exchange = connection.Exchange, Symbol = symbol, TopN = topN, FrequencyMs = frequencyMs });
    }

    private Task<Result<Unit>> Unsubscribe(string kind, string symbol, string? subscriber)
    {
        _asked.Writer.TryWrite($"no {kind} {symbol} by {subscriber}");
        return Task.FromResult(Unit.Success);
    }
}

/// <summary>Updates that a test can tell apart by their number.</summary>
internal static class Updates
{
    private static readonly DateTimeOffset _start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static OrderBook Book(string exchange, string symbol, long n, BookState state = BookState.Synced, string? reason = null) => new()
    {
        Exchange = exchange,
        Symbol = symbol,
        State = state,
        Bids = [new(60_000.10m - n, 1.500m), new(59_999.0m - n, 0.001m)],
        Asks = [new(60_000.20m + n, 2m)],
        LastUpdateId = 9_007_199_254_740_993 + n,
        VenueTime = _start.AddMilliseconds(n),
        ReceivedTime = _start.AddMilliseconds(n).AddTicks(1234560),
        Conflated = (int)(n % 3),
        Reason = reason,
    };

    public static Trade Trade(string exchange, string symbol, long n) => new()
    {
        Exchange = exchange,
        Symbol = symbol,
        TradeId = $"t{n}",
        Price = 60_000.1m + n,
        Quantity = 0.00000001m,
        AggressorSide = n % 2 == 0 ? Side.Buy : Side.Sell,
        VenueTime = _start.AddMilliseconds(n),
        ReceivedTime = _start.AddMilliseconds(n + 1),
    };

    public static TopOfBook Quote(string exchange, string symbol, long n) => new()
    {
        Exchange = exchange,
        Symbol = symbol,
        Bid = new PriceLevel(10 + n, 1),
        LastUpdateId = n,
        ReceivedTime = _start.AddMilliseconds(n),
    };

    public static MarkPrice Mark(string exchange, string symbol, long n) => new()
    {
        Exchange = exchange,
        Symbol = symbol,
        Mark = 100 + n,
        FundingRate = -0.0001m,
        NextFundingTime = _start.AddHours(8),
        ReceivedTime = _start.AddMilliseconds(n),
    };
}
