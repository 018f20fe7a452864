using System.Collections.Immutable;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Public market data of Binance USD-M: books, trades, best bid and ask, mark prices. Sockets are opened as streams are asked for,
/// one kind for each of the venue's routes; books, trades and states go to the <see cref="IMarketDataSink"/>.
/// </summary>
public sealed partial class BinanceSubscriber : IExchangeSubscriber, IAsyncDisposable
{
    private const int DeepestBook = BinanceBookPlan.MaxDepth;
    private const int LongestIntervalMs = 60_000;

    private readonly BinanceOptions _options;
    private readonly BinanceUrls _urls;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly IMarketDataSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFrameTap? _tap;
    private readonly Func<double>? _random;
    private readonly VenueClock _clock;
    private readonly VenueHttp _http;
    private readonly BinanceRest _rest;
    private readonly BinanceMarketDataProcessor _processor = new();
    private readonly SubscriptionDemand _books;
    private readonly SubscriptionDemand _trades;
    private readonly SubscriptionDemand _tops;
    private readonly SubscriptionDemand _marks;
    private volatile BinanceInstruments? _instruments;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="sink">Takes the updates.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers REST instead of the network, in tests.</param>
    /// <param name="tap">Sees every frame and every body, for recording.</param>
    /// <param name="exchange">The exchange key that updates carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public BinanceSubscriber(
        BinanceOptions options,
        IMarketDataSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        IFrameTap? tap = null,
        string exchange = Venues.Binance,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        _options = options;
        _urls = BinanceUrls.From(options);
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Market, exchange);
        _sink = sink;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<BinanceSubscriber>();
        _tap = tap;
        _random = random;
        _clock = new VenueClock(_time);
        var meter = new RateMeter(options.WeightLimit, TimeSpan.FromMinutes(1), options.WeightShare, options.CancelReserve, () => _clock.Now);
        _http = new VenueHttp(_urls.Rest, new BinanceHttpRules(meter), meter, _time, handler: httpHandler, tap: tap, random: random);
        _rest = new BinanceRest(_http, exchange);
        _books = new SubscriptionDemand(_time);
        _trades = new SubscriptionDemand(_time);
        _tops = new SubscriptionDemand(_time);
        _marks = new SubscriptionDemand(_time);
        _published = _base = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(ComputeStatus()));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(BinanceCapabilities.For(_exchange) with
        {
            MaxBookDepth = _options.BookSource == "partial" ? BinanceBookPlan.MaxPartialDepth : DeepestBook,
        }));

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
        _http.Dispose();
        _connecting.Dispose();
    }

    private MarketSubscription Describe(string symbol, StreamDemand demand, DateTimeOffset? expiresAt) => new()
    {
        Exchange = _exchange,
        Symbol = symbol,
        TopN = demand.TopN,
        FrequencyMs = demand.FrequencyMs,
        ExpiresAt = expiresAt,
    };

    /// <summary>Why a symbol cannot be subscribed to; null when it can.</summary>
    private ExchangeError? Check(string symbol) =>
        _instruments is { } instruments ? instruments.Find(symbol).Error : NotReady();

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
