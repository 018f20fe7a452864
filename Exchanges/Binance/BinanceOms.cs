using System.Collections.Concurrent;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Binance;

/// <summary>What a <see cref="BinanceOms"/> is put together from, apart from its settings.</summary>
public sealed record BinanceOmsParts
{
    /// <summary>Takes the updates.</summary>
    public required IOrderSink Sink { get; init; }

    /// <summary>The journal, opened under <see cref="Epoch"/>. The connector disposes of it.</summary>
    public required IOrderJournal Journal { get; init; }

    /// <summary>This activation's epoch, of which no other ever has the same: it is part of the client order ids that are made here.</summary>
    public required long Epoch { get; init; }

    /// <summary>The role's key pair; without one, connecting is refused.</summary>
    public AuthCredentials? Credentials { get; init; }

    /// <summary>Our own limits.</summary>
    public TradingLimits Limits { get; init; } = new();

    /// <summary>Times and bounds of the order life.</summary>
    public OrderManagerOptions Life { get; init; } = new();

    /// <summary>The exchange key that updates carry.</summary>
    public string Exchange { get; init; } = Venues.Binance;

    /// <summary>The clock of all waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The log.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Answers HTTP instead of the network, in tests.</summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</summary>
    public Func<double>? Random { get; init; }
}

/// <summary>
/// Orders of one Binance USD-M account. The life of an order is <see cref="OrderManager"/>'s; this keeps its connection: a socket for
/// commands, the account's own stream, mark prices for the checks, and the state that says whether orders may leave. They may when
/// commands can be sent, the stream is live, and what is held here has been compared with what the venue lists.
/// </summary>
public sealed partial class BinanceOms : IExchangeOms, IAsyncDisposable
{
    private const string ClientOrderIdAlphabet = ".:/_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int LongestClientOrderId = 36;

    private readonly BinanceOptions _options;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly IOrderSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double>? _random;
    private readonly BinanceAccess _access;
    private readonly BinanceAccountReader _reader;
    private readonly BinanceTradeSocket _trade;
    private readonly BinanceOrderVenue _venue;
    private readonly BinanceMarkPrices _marks;
    private readonly PositionBook _positions;
    private readonly Recheck _recheck;
    private readonly IOrderJournal _journal;
    private readonly OrderManager _orders;
    private readonly ConcurrentDictionary<string, bool> _armed = new(StringComparer.Ordinal);
    private volatile BinanceInstruments? _instruments;
    private volatile bool _wasCompared;
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="parts">What it is put together from.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public BinanceOms(BinanceOptions options, BinanceOmsParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        _options = options;
        _exchange = parts.Exchange;
        _connection = new ConnectionId(ConnectionRole.Oms, _exchange);
        _sink = parts.Sink;
        _time = parts.Time;
        _logger = parts.Loggers.CreateLogger<BinanceOms>();
        _random = parts.Random;
        _access = new BinanceAccess(options, options.OmsWeightShare, _exchange, _time, parts.HttpHandler, _random);
        _access.SetCredentials(parts.Credentials);
        _reader = new BinanceAccountReader(_access.Private, _exchange, _time);
        _trade = new BinanceTradeSocket(_access, options, _logger);
        _venue = new BinanceOrderVenue(_access, options, _exchange, _trade, _time, _logger) { OnModeDoubted = DoubtMode };
        _marks = new BinanceMarkPrices(_time, TimeSpan.FromMilliseconds(options.MarkPriceAgeMs));
        _positions = new PositionBook(_exchange, null);
        _journal = parts.Journal;
        _orders = new OrderManager(new OrderManagerParts
        {
            Exchange = _exchange,
            Venue = _venue,
            Sink = _sink,
            Journal = parts.Journal,
            ClientOrderIds = new TextClientOrderIds(
                parts.Epoch, ClientOrderIdAlphabet, LongestClientOrderId, _venue.Capabilities.ClientOrderIdForm, BinanceWords.VenuesOwnPrefixes),
            Market = new MarketView(this),
            Limits = parts.Limits,
            Options = parts.Life,
            Time = _time,
            Logger = parts.Loggers.CreateLogger<OrderManager>(),
        });
        _events = new Events(this);
        _recheck = new Recheck(CompareAsync, _time, _logger);
        _published = _idle = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
    }

    /// <summary>The counts of the order life.</summary>
    public OrderCounters Counters => _orders.Counters;

    /// <summary>Completes when a newer activation has taken over: this one sends nothing any more and should be stopped.</summary>
    public Task<ExchangeError> WhenFenced => _orders.WhenFenced;

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(ComputeStatus()));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(_venue.Capabilities));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceMarketOrder(MarketOrderRequest request, CancellationToken cancellationToken = default) => _orders.PlaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceLimitOrder(LimitOrderRequest request, CancellationToken cancellationToken = default) => _orders.PlaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceStopOrder(StopOrderRequest request, CancellationToken cancellationToken = default) => _orders.PlaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceTakeProfitOrder(TakeProfitOrderRequest request, CancellationToken cancellationToken = default) => _orders.PlaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceTrailingStopOrder(TrailingStopOrderRequest request, CancellationToken cancellationToken = default) => _orders.PlaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderBatchResult>> PlaceOrders(OrderBatch batch, CancellationToken cancellationToken = default) => _orders.PlaceBatchAsync(batch);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> CancelOrder(OrderKey order, CancellationToken cancellationToken = default) => _orders.CancelAsync(order);

    /// <inheritdoc/>
    public Task<Result<CancelAllResult>> CancelAllOrders(string? symbol = null, CancellationToken cancellationToken = default) => _orders.CancelAllAsync(symbol);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> ReplaceOrder(ReplaceOrderRequest request, CancellationToken cancellationToken = default) => _orders.ReplaceAsync(request);

    /// <inheritdoc/>
    public Task<Result<OrderAck>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) => _orders.GetOrderAsync(order, cancellationToken);

    /// <inheritdoc/>
    public Task<Result<OrdersSnapshot>> GetOpenOrders(CancellationToken cancellationToken = default)
    {
        // Before the first comparison nothing says that there is nothing.
        Result<OrdersSnapshot> answer = _wasCompared ? _orders.GetOpenOrders() : NotReady("the venue's open orders have not been loaded yet");
        return Task.FromResult(answer);
    }

    /// <inheritdoc/>
    public Task<Result<TradingState>> SetTradingState(TradingState state, CancellationToken cancellationToken = default) =>
        Task.FromResult(_orders.SetTradingState(state));

    /// <inheritdoc/>
    public Task<Result<TradingState>> GetTradingState(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<TradingState>>(_orders.TradingState);

    /// <inheritdoc/>
    public async Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrEmpty(symbol))
            return ExchangeError.InvalidArgument("symbol", "must be given: Binance's countdown acts on one symbol").WithOutcome(CommandOutcome.Rejected);
        if (timeToLive < TimeSpan.Zero || timeToLive > TimeSpan.FromDays(1))
            return ExchangeError.InvalidArgument("time_to_live", "zero to disarm, or up to a day").WithOutcome(CommandOutcome.Rejected);
        if (_life is null)
            return NotReady("it is not connected").WithOutcome(CommandOutcome.Rejected);
        if (_instruments?.Find(symbol) is { IsSuccess: false, Error.Code: ExchangeErrorCode.UnknownSymbol } unknown)
            return unknown.Error.WithOutcome(CommandOutcome.Rejected);

        // Noted before it leaves: if nobody can tell whether it was armed, a graceful stop disarms it all the same.
        if (timeToLive > TimeSpan.Zero)
            _armed[symbol] = true;
        if (await _venue.SetCountdownAsync(symbol, timeToLive, cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        if (timeToLive == TimeSpan.Zero)
            _armed.TryRemove(symbol, out _);
        return Unit.Success;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await Disconnect().ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(_longestSettling, _time))
            await _orders.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _orders.Dispose();
        _journal.Dispose();
        _access.Dispose();
        _connecting.Dispose();
    }

    private ExchangeError NotReady(string why) =>
        new() { Code = ExchangeErrorCode.NotReady, Message = $"{_connection}: {why}", Retryable = true };

    /// <summary>What the checks before an order leaves ask: from memory, at once.</summary>
    private sealed class MarketView(BinanceOms owner) : IMarketView
    {
        public Instrument? GetInstrument(string symbol) => owner._instruments?.Get(symbol);

        public decimal? GetMarkPrice(string symbol) => owner._marks.Get(symbol);

        public decimal? GetPosition(string symbol, PositionSide leg) => owner._wasCompared ? owner._positions.QuantityOf(symbol, leg) : null;
    }
}
