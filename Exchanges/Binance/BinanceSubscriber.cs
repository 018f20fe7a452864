using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Public market data of Binance USD-M: books, trades, best bid and ask, mark prices. Sockets are opened as streams are asked for,
/// one kind for each of the venue's routes; books, trades and states go to the <see cref="IMarketDataSink"/>.
/// </summary>
public sealed partial class BinanceSubscriber : MarketSubscriber
{
    private readonly BinanceOptions _options;
    private readonly BinanceUrls _urls;
    private readonly VenueHttp _http;
    private readonly BinanceRest _rest;
    private readonly BinanceMarketDataProcessor _processor = new();

    /// <summary>Creates a connector; nothing happens before <see cref="MarketSubscriber.Connect"/>.</summary>
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
        : base(exchange, SettingsOf(Checked(options)), new BinanceBookSource(options.BookSource), sink, time, loggers?.CreateLogger<BinanceSubscriber>(), tap, random)
    {
        _options = options;
        _urls = BinanceUrls.From(options);
        var meter = new RateMeter(options.WeightLimit, TimeSpan.FromMinutes(1), options.WeightShare, options.CancelReserve, () => Clock.Now);
        _http = new VenueHttp(_urls.Rest, new BinanceHttpRules(meter), meter, Time, handler: httpHandler, tap: tap, random: random);
        _rest = new BinanceRest(_http, exchange);
    }

    /// <inheritdoc/>
    private protected override Capabilities Capabilities => BinanceCapabilities.For(Exchange) with
    {
        MaxBookDepth = _options.BookSource == "partial" ? BinanceBookPlan.MaxPartialDepth : BinanceBookPlan.MaxDepth,
    };

    /// <inheritdoc/>
    private protected override ExchangeError? CheckBook(int topN, int frequencyMs) => _options.BookSource == "partial" && topN > BinanceBookPlan.MaxPartialDepth
        ? new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Field = "top_n",
            Message = $"top_n: with {BinanceOptions.Section}:BookSource 'partial' a book has at most {BinanceBookPlan.MaxPartialDepth} levels",
        }
        : null;

    /// <inheritdoc/>
    private protected override TradeFeed NewTradeFeed(string symbol, IMarketDataSink sink, ITradeHost host) =>
        new BinanceTradeFeed(Exchange, symbol, _options.TradeStream == "aggTrade", sink, host, Time);

    /// <inheritdoc/>
    private protected override StreamHandler NewTopOfBookFeed(string symbol, IMarketDataSink sink) => new BinanceTopOfBookFeed(Exchange, symbol, sink);

    /// <inheritdoc/>
    private protected override StreamHandler NewMarkPriceFeed(string symbol, IMarketDataSink sink) => new BinanceMarkPriceFeed(Exchange, symbol, sink);

    /// <inheritdoc/>
    private protected override string RouteOf(string stream) => BinanceStreams.NameOf(BinanceStreams.RouteOf(stream));

    /// <inheritdoc/>
    private protected override MarketStreams NewSocket(string route) => new BinanceMarketSocket(route, _processor, Time, Logger).Streams;

    /// <inheritdoc/>
    private protected override Uri UrlOf(string route) => _urls.Stream(BinanceStreams.RouteNamed(route));

    /// <inheritdoc/>
    private protected override void Release() => _http.Dispose();

    private static BinanceOptions Checked(BinanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Validate() is { Count: > 0 } errors ? throw new ArgumentException(string.Join("; ", errors), nameof(options)) : options;
    }

    private static MarketSettings SettingsOf(BinanceOptions options) => new()
    {
        DeepestBook = BinanceBookPlan.MaxDepth,
        MaxStreamsPerSocket = options.MaxStreamsPerConnection,
        BookStaleAfter = TimeSpan.FromMilliseconds(options.BookStaleMs),
        TradesStaleAfter = TimeSpan.FromMilliseconds(options.TradeStaleMs),
        SubscribeWait = TimeSpan.FromMilliseconds(options.SubscribeWaitMs),
        InstrumentsEvery = TimeSpan.FromSeconds(options.InstrumentReloadSeconds),
        ClockEvery = TimeSpan.FromSeconds(options.ClockSeconds),
        SocketStaleAfter = TimeSpan.FromMilliseconds(options.SocketStaleMs),
        RotateAfter = TimeSpan.FromHours(options.RotateHours),
        MessageInterval = TimeSpan.FromMilliseconds(options.ControlIntervalMs),
    };
}
