using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Instruments;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Common.Market;

/// <summary>How a market-data connection behaves.</summary>
internal sealed record MarketSettings
{
    /// <summary>The deepest book that the venue tells of.</summary>
    public required int DeepestBook { get; init; }

    /// <summary>Streams on one socket before another is opened.</summary>
    public required int MaxStreamsPerSocket { get; init; }

    /// <summary>Silence of a book after which the venue is asked about it.</summary>
    public required TimeSpan BookStaleAfter { get; init; }

    /// <summary>Whether such a book is shown as stale while the venue is asked; otherwise only when the answer says that it is.</summary>
    public bool ShowsSilence { get; init; } = true;

    /// <summary>Silence of a symbol's trades after which the venue is asked about them.</summary>
    public required TimeSpan TradesStaleAfter { get; init; }

    /// <summary>How long a subscribe call waits for the venue's acknowledgement.</summary>
    public required TimeSpan SubscribeWait { get; init; }

    /// <summary>How often the instruments are loaded again.</summary>
    public required TimeSpan InstrumentsEvery { get; init; }

    /// <summary>How often the venue's clock is measured.</summary>
    public required TimeSpan ClockEvery { get; init; }

    /// <inheritdoc cref="SocketSessionOptions.StaleAfter"/>
    public required TimeSpan SocketStaleAfter { get; init; }

    /// <inheritdoc cref="SocketSessionOptions.RotateAfter"/>
    public required TimeSpan RotateAfter { get; init; }

    /// <inheritdoc cref="SocketSessionOptions.MessageInterval"/>
    public TimeSpan MessageInterval { get; init; }
}

/// <summary>
/// Public market data of a venue: books, trades, best bid and ask, mark prices. Sockets are opened as streams are asked for,
/// one kind for each of the venue's routes; books, trades and states go to the <see cref="IMarketDataSink"/>. A venue adds its
/// streams, its requests and how they are read.
/// </summary>
public abstract partial class MarketSubscriber : IExchangeSubscriber, IAsyncDisposable
{
    private const int LongestIntervalMs = 60_000;

    private readonly MarketSettings _settings;
    private readonly IBookVenue _bookVenue;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly IMarketDataSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFrameTap? _tap;
    private readonly Func<double>? _random;
    private readonly VenueClock _clock;
    private readonly SubscriptionDemand _books;
    private readonly SubscriptionDemand _trades;
    private readonly SubscriptionDemand _tops;
    private readonly SubscriptionDemand _marks;
    private volatile InstrumentTable? _instruments;

    private protected MarketSubscriber(
        string exchange,
        MarketSettings settings,
        IBookVenue bookVenue,
        IMarketDataSink sink,
        TimeProvider? time,
        ILogger? logger,
        IFrameTap? tap,
        Func<double>? random,
        VenueClock? clock = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Market, exchange);
        _settings = settings;
        _bookVenue = bookVenue;
        _sink = sink;
        _time = time ??= TimeProvider.System;
        _logger = logger ?? NullLogger.Instance;
        _clock = clock ?? new VenueClock(time);
        _tap = tap;
        _random = random;
        _books = new SubscriptionDemand(time);
        _trades = new SubscriptionDemand(time);
        _tops = new SubscriptionDemand(time);
        _marks = new SubscriptionDemand(time);
        _published = _base = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = time.GetUtcNow() };
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(ComputeStatus()));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(Capabilities));

    /// <inheritdoc/>
    public Task<Result<OrderBook>> GetOrderBook(string symbol, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (_bookFeeds.TryGetValue(symbol, out var feed))
            return Task.FromResult(Result<OrderBook>.Success(feed.Current()));
        var error = Check(symbol) ?? new ExchangeError
        {
            Code = ExchangeErrorCode.NotReady,
            Field = "symbol",
            Message = $"symbol: nobody is subscribed to the book of {symbol}; subscribe first",
            Retryable = true,
        };
        return Task.FromResult(Result<OrderBook>.Failure(error));
    }

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) =>
        Task.FromResult(_instruments is { } instruments ? Result<ImmutableArray<Instrument>>.Success(instruments.All) : NotReady());

    /// <inheritdoc/>
    public Task<Result<MarketSubscriptions>> GetSubscriptions(CancellationToken cancellationToken = default)
    {
        return Task.FromResult(Result<MarketSubscriptions>.Success(new MarketSubscriptions
        {
            Books = List(_books),
            Trades = List(_trades),
            TopOfBooks = List(_tops),
            MarkPrices = List(_marks),
        }));

        ImmutableArray<MarketSubscription> List(SubscriptionDemand demand) =>
            [.. demand.All().Select(s => Describe(s.Key, s.Value, s.Value.ExpiresAt))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Disconnect().ConfigureAwait(false);
        Release();
        _connecting.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string Exchange => _exchange;

    private protected TimeProvider Time => _time;

    private protected ILogger Logger => _logger;

    /// <summary>The venue's clock, as measured.</summary>
    private protected VenueClock Clock => _clock;

    /// <summary>What the venue offers.</summary>
    private protected abstract Capabilities Capabilities { get; }

    /// <summary>Why such a book cannot be had; null when it can.</summary>
    private protected virtual ExchangeError? CheckBook(int topN, int frequencyMs) => null;

    private protected abstract TradeFeed NewTradeFeed(string symbol, IMarketDataSink sink, ITradeHost host);

    private protected abstract StreamHandler NewTopOfBookFeed(string symbol, IMarketDataSink sink);

    private protected abstract StreamHandler NewMarkPriceFeed(string symbol, IMarketDataSink sink);

    /// <summary>The part of the venue that a stream lives on.</summary>
    private protected abstract string RouteOf(string stream);

    /// <summary>Whether a socket may have a stream beside those that are wanted of it.</summary>
    private protected virtual bool MayCarry(MarketStreams socket, string stream) => true;

    /// <summary>A socket for a route, with nothing on it.</summary>
    private protected abstract MarketStreams NewSocket(string route);

    private protected abstract Uri UrlOf(string route);

    /// <summary>The venue's clock.</summary>
    private protected abstract Task<Result<DateTimeOffset>> GetTimeAsync(CancellationToken cancellationToken);

    /// <summary>Loads the instruments.</summary>
    private protected abstract Task<Result<InstrumentTable>> GetInstrumentTableAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Gets the snapshot that a book needs: fetched and given to the feed, or by making the venue send it in the stream. An error is
    /// tried again.
    /// </summary>
    private protected abstract Task<ExchangeError?> BringSnapshotAsync(BookFeed feed, BookSource book, CancellationToken cancellationToken);

    /// <summary>The best five levels of a book, asked for beside the stream.</summary>
    private protected abstract Task<Result<BookSnapshot>> ProbeBookAsync(string symbol, CancellationToken cancellationToken);

    /// <summary>The trades of a symbol from a number on.</summary>
    private protected abstract Task<Result<List<MarketTrade>>> GetTradesAsync(string symbol, long from, int count, CancellationToken cancellationToken);

    /// <summary>The latest trade of a symbol.</summary>
    private protected abstract Task<Result<List<MarketTrade>>> GetLastTradeAsync(string symbol, CancellationToken cancellationToken);

    /// <summary>Gives up what the venue's part holds; sockets are closed by then.</summary>
    private protected abstract void Release();

    private MarketSubscription Describe(string symbol, StreamDemand demand, DateTimeOffset? expiresAt) => new()
    {
        Exchange = _exchange,
        Symbol = symbol,
        TopN = demand.TopN,
        FrequencyMs = demand.FrequencyMs,
        ExpiresAt = expiresAt,
    };

    /// <summary>Why a symbol cannot be subscribed to; null when it can.</summary>
    private ExchangeError? Check(string symbol) => _instruments is { } instruments ? instruments.Find(symbol).Error : NotReady();

    private ExchangeError NotReady()
    {
        var status = ComputeStatus();
        return new ExchangeError
        {
            Code = ExchangeErrorCode.NotReady,
            Message = status.State == ConnectionState.Stopped
                ? $"{_connection} is not connected; call Connect first"
                : $"{_connection} has not loaded its instruments yet ({status.State}{(status.Reason is null ? "" : ": " + status.Reason)})",
            Retryable = true,
        };
    }
}
