using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Grvt;

/// <summary>What a <see cref="GrvtOms"/> is put together from, apart from its settings.</summary>
public sealed record GrvtOmsParts
{
    /// <summary>Takes the updates.</summary>
    public required IOrderSink Sink { get; init; }

    /// <summary>The journal, opened under <see cref="Epoch"/>. The connector disposes of it.</summary>
    public required IOrderJournal Journal { get; init; }

    /// <summary>This activation's epoch, of which no other ever has the same: it is part of the client order ids that are made here.</summary>
    public required long Epoch { get; init; }

    /// <summary>The role's key; without one, connecting is refused.</summary>
    public AuthCredentials? Credentials { get; init; }

    /// <summary>Our own limits.</summary>
    public TradingLimits Limits { get; init; } = new();

    /// <summary>Times and bounds of the order life.</summary>
    public OrderManagerOptions Life { get; init; } = new();

    /// <summary>The exchange key that updates carry.</summary>
    public string Exchange { get; init; } = Venues.Grvt;

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
/// Orders of one GRVT sub-account. The life of an order is <see cref="OrderManager"/>'s; this keeps its connection: one trading socket for
/// commands and events, mark prices for the checks, and the state that says whether orders may leave. They may when the socket is in service
/// and what is held here has been compared with what the venue lists.
/// </summary>
public sealed partial class GrvtOms : IExchangeOms, IAsyncDisposable
{
    private readonly GrvtOptions _options;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double>? _random;
    private readonly GrvtAccess _access;
    private readonly GrvtAccountReader _reader;
    private readonly GrvtUserStream _user;
    private readonly GrvtTradeSocket _trade;
    private readonly GrvtOrderVenue _venue;
    private readonly GrvtMarkPrices _marks;
    private readonly PositionBook _positions;
    private readonly Recheck _recheck;
    private readonly IOrderJournal _journal;
    private readonly OrderManager _orders;
    private readonly OrderConnection _life;
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile GrvtInstruments? _instruments;
    private volatile bool _wasCompared;
    private volatile bool _armed;
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="parts">What it is put together from.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public GrvtOms(GrvtOptions options, GrvtOmsParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        _options = options;
        _exchange = parts.Exchange;
        _connection = new ConnectionId(ConnectionRole.Oms, _exchange);
        _time = parts.Time;
        _logger = parts.Loggers.CreateLogger<GrvtOms>();
        _random = parts.Random;
        _access = new GrvtAccess(options, options.OmsShare, _exchange, _time, _logger, parts.HttpHandler, _random);
        _access.SetCredentials(parts.Credentials);
        _reader = new GrvtAccountReader(_access.Private, _exchange, _time);
        _user = new GrvtUserStream(new Events(this), _exchange, _time);
        _trade = new GrvtTradeSocket(_access, options, _logger, _user, GrvtTradeSocket.OrderStreams, PrepareAsync, _ => Task.FromResult<ExchangeError?>(null));
        _venue = new GrvtOrderVenue(_access, options, _exchange, _trade, _time)
        {
            MarkStream = () => _user.Count,
            OnAcknowledged = _user.Expect,
            Instruments = () => _instruments,
        };
        _marks = new GrvtMarkPrices(_access, options, _time, _logger, PrepareAsync);
        _positions = new PositionBook(_exchange, null);
        _journal = parts.Journal;
        _orders = new OrderManager(new OrderManagerParts
        {
            Exchange = _exchange,
            Venue = _venue,
            Sink = parts.Sink,
            Journal = parts.Journal,
            ClientOrderIds = new PackedClientOrderIds(parts.Epoch),
            Market = new MarketView(this),
            Limits = parts.Limits,
            Options = parts.Life,
            Time = _time,
            Logger = parts.Loggers.CreateLogger<OrderManager>(),
        });
        _recheck = new Recheck(CompareAsync, _time, _logger);
        _life = new OrderConnection(new OrderConnectionParts
        {
            Connection = _connection,
            Orders = _orders,
            Compare = CompareAsync,
            IsRefusal = GrvtErrors.IsRefusal,
            ClockOffset = () => _access.Clock.Offset,
            OnStatus = parts.Sink.OnStatus,
            Time = _time,
            Logger = _logger,
            Random = _random,
        });
    }

    /// <summary>The counts of the order life.</summary>
    public OrderCounters Counters => _orders.Counters;

    /// <summary>Completes when a newer activation has taken over: this one sends nothing any more and should be stopped.</summary>
    public Task<ExchangeError> WhenFenced => _orders.WhenFenced;

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(_life.Status));

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

    /// <summary>
    /// Arms, renews (a positive time) or disarms (zero) the venue's timer. It acts on all orders of the sub-account, whoever made them, and is
    /// not tied to a socket: it has to be renewed within its time.
    /// </summary>
    public async Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        if (!string.IsNullOrEmpty(symbol))
            return ExchangeError.InvalidArgument("symbol", "must be left out: GRVT's timer acts on all orders of the sub-account").WithOutcome(CommandOutcome.Rejected);
        if (_stopping is null)
            return NotReady("it is not connected").WithOutcome(CommandOutcome.Rejected);

        // Noted before it leaves: if nobody can tell whether it was armed, a graceful stop disarms it all the same.
        if (timeToLive > TimeSpan.Zero)
            _armed = true;
        if (await _venue.SetCountdownAsync(timeToLive).WaitAsync(cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        if (timeToLive == TimeSpan.Zero)
            _armed = false;
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
        _loading.Dispose();
    }

    private ExchangeError NotReady(string why) =>
        new() { Code = ExchangeErrorCode.NotReady, Message = $"{_connection}: {why}", Retryable = true };

    /// <summary>What the checks before an order leaves ask: from memory, at once.</summary>
    private sealed class MarketView(GrvtOms owner) : IMarketView
    {
        public Instrument? GetInstrument(string symbol) => owner._instruments?.Get(symbol);

        public decimal? GetMarkPrice(string symbol) => owner._marks.Get(symbol);

        public decimal? GetPosition(string symbol, PositionSide leg) => owner._wasCompared ? owner._positions.QuantityOf(symbol, leg) : null;
    }

    private sealed class Events(GrvtOms owner) : IGrvtUserEvents
    {
        public void OnOrder(OrderReport report)
        {
            owner._venue.Note(report);
            owner._orders.OnReport(report);
        }

        public string? SymbolOf(string clientOrderId) => owner._venue.SymbolOf(clientOrderId);

        public void OnPosition(Position position)
        {
            if (GrvtAccountMessages.ToChange(position) is { } change)
                owner._positions.Apply(change);
        }

        public void OnMissed() => owner._recheck.Ask(owner._stop);

        public void OnLost(string reason) => owner._life.OnLost(reason);
    }
}
