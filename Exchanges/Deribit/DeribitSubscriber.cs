using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Public market data of Deribit: books, trades, best bid and ask, mark prices. With credentials its sockets are logged in, since the
/// venue tells every change of a book, and every trade at once, to those only; without them changes come gathered in 100 ms.
/// </summary>
public sealed partial class DeribitSubscriber : MarketSubscriber
{
    private const string Route = "public";

    private readonly DeribitOptions _options;
    private readonly DeribitAccess _access;
    private readonly DeribitMarketRest _rest;
    private readonly DeribitMarketDataProcessor _processor = new();
    private readonly bool _isAuthenticated;

    /// <summary>Creates a connector; nothing happens before <see cref="MarketSubscriber.Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The key of the role; null for public data as anybody gets it.</param>
    /// <param name="sink">Takes the updates.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="tap">Sees every frame and every body, for recording. Not with credentials: a login is among the frames.</param>
    /// <param name="exchange">The exchange key that updates carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public DeribitSubscriber(
        DeribitOptions options,
        AuthCredentials? credentials,
        IMarketDataSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        IFrameTap? tap = null,
        string exchange = Venues.Deribit,
        Func<double>? random = null)
        : this(NewAccess(options, exchange, time, httpHandler, tap, random), options, credentials, sink, time, loggers?.CreateLogger<DeribitSubscriber>(), tap, exchange, random)
    {
    }

    private DeribitSubscriber(
        DeribitAccess access, DeribitOptions options, AuthCredentials? credentials, IMarketDataSink sink, TimeProvider? time, ILogger? logger, IFrameTap? tap, string exchange, Func<double>? random)
        : base(exchange, SettingsOf(options), new DeribitBookSource(options, credentials is not null), sink, time, logger, tap, random, access.Clock)
    {
        if (credentials is not null && tap is not null)
            throw new ArgumentException("frames of a socket that logs in are not recorded: they hold tokens", nameof(tap));
        _options = options;
        _access = access;
        _rest = new DeribitMarketRest(access.Rest);
        _isAuthenticated = credentials is not null;
        if (_isAuthenticated)
            _ = access.SetCredentials(credentials); // What is wrong with them is told by every attempt to connect.
    }

    /// <inheritdoc/>
    private protected override Capabilities Capabilities => DeribitCapabilities.For(Exchange) with
    {
        MaxBookDepth = _options.BookSource == "partial" ? DeribitBookPlan.MaxPictureDepth : DeribitBookPlan.MaxDepth,
        MinBookIntervalMs = _isAuthenticated && _options.BookSource != "partial" ? 0 : DeribitBookPlan.FastestMs,
    };

    /// <inheritdoc/>
    private protected override ExchangeError? CheckBook(int topN, int frequencyMs) => _options.BookSource == "partial" && topN > DeribitBookPlan.MaxPictureDepth
        ? new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Field = "top_n",
            Message = $"top_n: with {DeribitOptions.Section}:BookSource 'partial' a book has at most {DeribitBookPlan.MaxPictureDepth} levels",
        }
        : null;

    /// <inheritdoc/>
    private protected override TradeFeed NewTradeFeed(string symbol, IMarketDataSink sink, ITradeHost host) =>
        new DeribitTradeFeed(Exchange, symbol, _isAuthenticated ? DeribitChannels.Raw : DeribitChannels.Interval, sink, host, Time);

    /// <inheritdoc/>
    private protected override StreamHandler NewTopOfBookFeed(string symbol, IMarketDataSink sink) => new DeribitTopOfBookFeed(Exchange, symbol, sink);

    /// <inheritdoc/>
    private protected override StreamHandler NewMarkPriceFeed(string symbol, IMarketDataSink sink) => new DeribitMarkPriceFeed(Exchange, symbol, sink);

    /// <inheritdoc/>
    private protected override string RouteOf(string stream) => Route;

    /// <inheritdoc/>
    private protected override MarketStreams NewSocket(string route) =>
        new DeribitMarketSocket(_access, _options, _processor, route, _isAuthenticated ? new DeribitLogin(_access, _options, "market", [], []) : null, Time, Logger).Streams;

    /// <inheritdoc/>
    private protected override Uri UrlOf(string route) => _access.Urls.Socket;

    /// <inheritdoc/>
    private protected override void Release() => _access.Dispose();

    private static DeribitAccess NewAccess(DeribitOptions options, string exchange, TimeProvider? time, HttpMessageHandler? handler, IFrameTap? tap, Func<double>? random)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DeribitAccess(options, options.MarketShare, exchange, time ?? TimeProvider.System, handler, random, tap);
    }

    private static MarketSettings SettingsOf(DeribitOptions options) => new()
    {
        DeepestBook = DeribitBookPlan.MaxDepth,
        MaxStreamsPerSocket = options.MaxChannelsPerConnection,
        BookStaleAfter = TimeSpan.FromMilliseconds(options.BookStaleMs),

        // A still book is silent, and heartbeats say that the socket lives: silence alone is no reason to distrust a book.
        ShowsSilence = false,
        TradesStaleAfter = TimeSpan.FromMilliseconds(options.TradeStaleMs),
        SubscribeWait = TimeSpan.FromMilliseconds(options.SubscribeWaitMs),
        InstrumentsEvery = TimeSpan.FromSeconds(options.InstrumentReloadSeconds),
        ClockEvery = TimeSpan.FromSeconds(options.ClockSeconds),
        SocketStaleAfter = TimeSpan.FromMilliseconds(options.SocketStaleMs),
        RotateAfter = TimeSpan.FromHours(options.RotateHours),
    };
}
