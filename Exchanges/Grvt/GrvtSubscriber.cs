using System.Collections.Concurrent;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Grvt;

/// <summary>Public market data of GRVT: books, trades, best bid and ask, mark prices. Nobody logs in for them.</summary>
public sealed partial class GrvtSubscriber : MarketSubscriber
{
    private const string Route = "public";

    private readonly GrvtOptions _options;
    private readonly GrvtAccess _access;
    private readonly GrvtMarketRest _rest;
    private readonly GrvtMarketDataProcessor _processor = new();
    private readonly ConcurrentDictionary<string, GrvtTradeFeed> _tradesOf = new(StringComparer.Ordinal);

    /// <summary>Creates a connector; nothing happens before <see cref="MarketSubscriber.Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="sink">Takes the updates.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="tap">Sees every frame and every body, for recording.</param>
    /// <param name="exchange">The exchange key that updates carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public GrvtSubscriber(
        GrvtOptions options,
        IMarketDataSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        IFrameTap? tap = null,
        string exchange = Venues.Grvt,
        Func<double>? random = null)
        : this(NewAccess(options, exchange, time, httpHandler, tap, random), options, sink, time, loggers?.CreateLogger<GrvtSubscriber>(), tap, exchange, random)
    {
    }

    private GrvtSubscriber(
        GrvtAccess access, GrvtOptions options, IMarketDataSink sink, TimeProvider? time, ILogger? logger, IFrameTap? tap, string exchange, Func<double>? random)
        : base(exchange, SettingsOf(options), new GrvtBookSource(options), sink, time, logger, tap, random, access.Clock)
    {
        _options = options;
        _access = access;
        _rest = new GrvtMarketRest(access.Rest);
    }

    /// <inheritdoc/>
    private protected override Capabilities Capabilities => GrvtCapabilities.For(Exchange, _options) with
    {
        MinBookIntervalMs = _options.BookSource == "partial" ? GrvtBookPlan.FastestPictureMs
            : _options.BookRateMs > 0 ? _options.BookRateMs
            : GrvtBookPlan.Rates[0],
    };

    /// <inheritdoc/>
    private protected override TradeFeed NewTradeFeed(string symbol, IMarketDataSink sink, ITradeHost host) =>
        _tradesOf[symbol] = new GrvtTradeFeed(Exchange, symbol, _options.LatestTrades, sink, host, Time);

    /// <inheritdoc/>
    private protected override StreamHandler NewTopOfBookFeed(string symbol, IMarketDataSink sink) =>
        new GrvtTopOfBookFeed(Exchange, symbol, _options.TopOfBookRateMs, sink, stream => SocketOf(stream)?.Renew(stream));

    /// <inheritdoc/>
    private protected override StreamHandler NewMarkPriceFeed(string symbol, IMarketDataSink sink) =>
        new GrvtMarkPriceFeed(Exchange, symbol, _options.MarkPriceRateMs, sink);

    /// <inheritdoc/>
    private protected override string RouteOf(string stream) => Route;

    /// <summary>Another selector of the same instrument would end the one that is there, ahead of its successor.</summary>
    private protected override bool MayCarry(MarketStreams socket, string stream)
    {
        var slot = GrvtChannels.SlotOf(stream);
        return !socket.Wanted.Any(s => GrvtChannels.SlotOf(s) == slot);
    }

    /// <inheritdoc/>
    private protected override MarketStreams NewSocket(string route) => new GrvtMarketSocket(_access, _options, _processor, route, Time, Logger).Streams;

    /// <inheritdoc/>
    private protected override Uri UrlOf(string route) => _access.Urls.MarketSocket(_options.IsLite);

    /// <inheritdoc/>
    private protected override void Release() => _access.Dispose();

    private static GrvtAccess NewAccess(GrvtOptions options, string exchange, TimeProvider? time, HttpMessageHandler? handler, IFrameTap? tap, Func<double>? random)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new GrvtAccess(options, options.MarketShare, exchange, time ?? TimeProvider.System, NullLogger.Instance, handler, random, tap);
    }

    private static MarketSettings SettingsOf(GrvtOptions options) => new()
    {
        DeepestBook = GrvtBookPlan.MaxDepth,
        MaxStreamsPerSocket = options.MaxSelectorsPerConnection,
        BookStaleAfter = TimeSpan.FromMilliseconds(options.BookStaleMs),

        // A still book is silent, and the ticker beside it says that the socket lives: silence alone is no reason to distrust a book.
        ShowsSilence = false,
        TradesStaleAfter = TimeSpan.FromMilliseconds(options.TradeStaleMs),
        SubscribeWait = TimeSpan.FromMilliseconds(options.SubscribeWaitMs),
        InstrumentsEvery = TimeSpan.FromSeconds(options.InstrumentReloadSeconds),
        ClockEvery = TimeSpan.FromSeconds(options.ClockSeconds),
        SocketStaleAfter = TimeSpan.FromMilliseconds(options.SocketStaleMs),
        RotateAfter = TimeSpan.FromHours(options.RotateHours),
    };
}
