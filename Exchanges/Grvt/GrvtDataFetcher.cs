using System.Collections.Immutable;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// A trader's start and crash recovery at GRVT, over HTTP alone. Nothing is kept but the instruments, the clock and the login: every call
/// asks the venue, within this role's share of the queries.
/// </summary>
public sealed partial class GrvtDataFetcher : IExchangeDataFetcher, IAsyncDisposable
{
    private readonly GrvtOptions _options;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly TimeProvider _time;
    private readonly GrvtAccess _access;
    private readonly GrvtAccountReader _account;
    private readonly GrvtOrderReader _orders;
    private readonly GrvtHistory _history;
    private volatile GrvtInstruments? _instruments;
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The role's key; without one, public calls alone are answered.</param>
    /// <param name="onStatus">Is told every change of state; null for nobody.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="exchange">The exchange key that answers carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public GrvtDataFetcher(
        GrvtOptions options,
        AuthCredentials? credentials,
        Action<ConnectionStatus>? onStatus = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Grvt,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Data, exchange);
        _time = time ?? TimeProvider.System;
        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<GrvtDataFetcher>();
        _access = new GrvtAccess(options, options.DataShare, exchange, _time, logger, httpHandler, random);
        _account = new GrvtAccountReader(_access.Private, exchange, _time);
        _orders = new GrvtOrderReader(_access.Private, exchange, _time);
        _history = new GrvtHistory(_orders, exchange);
        _life = new QueryConnection(new QueryConnectionParts
        {
            Connection = _connection,
            Check = CheckAsync,
            IsRefusal = GrvtErrors.IsRefusal,
            Remark = () => _access.Signer is null ? "without credentials: public calls only" : null,
            ClockOffset = () => _access.Clock.Offset,
            Period = TimeSpan.FromSeconds(options.ClockSeconds),
            OnStatus = onStatus ?? (_ => { }),
            Time = _time,
            Logger = logger,
            Random = random,
        });
        if (credentials is not null)
            _credentialsError = _access.SetCredentials(credentials);
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(_life.Status));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(GrvtCapabilities.For(_exchange, _options)));

    /// <inheritdoc/>
    public Task<Result<Unit>> SetAuthCredentials(AuthCredentials credentials, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _credentialsError = _access.SetCredentials(credentials);
        return Task.FromResult(_credentialsError is { } error ? error with { Outcome = CommandOutcome.Rejected } : Unit.Success);
    }

    /// <inheritdoc/>
    public async Task<Result<ServerTime>> GetServerTime(CancellationToken cancellationToken = default)
    {
        var sentAt = _time.GetUtcNow();
        var started = _time.GetTimestamp();
        var answer = await _access.Rest.GetTime(cancellationToken).ConfigureAwait(false);
        var roundTrip = _time.GetElapsedTime(started);
        return answer.Map(venueTime => new ServerTime(venueTime, venueTime - (sentAt + (roundTrip / 2)), roundTrip));
    }

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) =>
        (await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false)).Map(i => i.All);

    /// <inheritdoc/>
    public async Task<Result<AccountUpdate>> GetAccountInfo(CancellationToken cancellationToken = default) =>
        Credentials() is { } missing ? missing : await _account.GetAccount(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default) =>
        Credentials() is { } missing
            ? missing
            : (await _account.GetPositions(RequestPriority.Normal, cancellationToken).ConfigureAwait(false)).Map(all => all.RemoveAll(p => p.Quantity == 0));

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default) =>
        (await GetAccountInfo(cancellationToken).ConfigureAwait(false)).Map(a => a.Balances);

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default)
    {
        if (Credentials() is { } missing)
            return missing;
        var open = await _orders.GetOpenOrders(RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
        return open.Map(all => (ImmutableArray<Order>)[.. all.Where(r => symbol is null || r.Symbol == symbol)
            .Select(r => r.ToOrder(_exchange)).OrderBy(o => o.CreatedTime).ThenBy(o => o.VenueOrderId, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public async Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (Credentials() is { } missing)
            return missing;
        var instrument = await InstrumentOfAsync(query.Symbol, cancellationToken).ConfigureAwait(false);
        return instrument.IsSuccess ? await _history.GetOrders(query, instrument.Value.Instrument, cancellationToken).ConfigureAwait(false) : instrument.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (Credentials() is { } missing)
            return missing;
        var instrument = await InstrumentOfAsync(query.Symbol, cancellationToken).ConfigureAwait(false);
        return instrument.IsSuccess ? await _history.GetFills(query, instrument.Value.Instrument, cancellationToken).ConfigureAwait(false) : instrument.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (Credentials() is { } missing)
            return missing;
        if (string.IsNullOrEmpty(order.ClientOrderId) && string.IsNullOrEmpty(order.VenueOrderId))
            return ExchangeError.InvalidArgument("client_order_id", "give it, or venue_order_id, or both");
        if (!string.IsNullOrEmpty(order.VenueOrderId) && GrvtUnits.TryHex(order.VenueOrderId, 16) is null)
            return ExchangeError.InvalidArgument("venue_order_id", $"'{order.VenueOrderId}' is not 0x and up to 32 hex digits");
        var byVenueId = !string.IsNullOrEmpty(order.VenueOrderId);
        var found = await _orders.GetOrder(byVenueId ? null : order.ClientOrderId, byVenueId ? order.VenueOrderId : null, RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
        if (found.Error?.Code == ExchangeErrorCode.OrderNotFound)
            return NotFound(order);
        return found.IsSuccess && (found.Value.Symbol != order.Symbol || (byVenueId && order.ClientOrderId is { Length: > 0 } id && found.Value.ClientOrderId != id))
            ? ExchangeError.InvalidArgument("venue_order_id", "names another order than the symbol and client_order_id do")
            : found.Map(r => r.ToOrder(_exchange));
    }

    /// <inheritdoc/>
    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return _access.Rest.GetMarkPrice(symbol, _time.GetUtcNow, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await Disconnect().ConfigureAwait(false);
        _access.Dispose();
        _life.Dispose();
    }

    private async Task<Result<GrvtInstruments>> LoadInstrumentsAsync(CancellationToken cancellationToken)
    {
        var loaded = await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false);
        if (loaded.IsSuccess)
            _instruments = loaded.Value;
        return loaded;
    }

    /// <summary>The instrument that a history is asked of; none where it is asked of all, or of one that is not listed any more.</summary>
    private async Task<Result<Filter>> InstrumentOfAsync(string? symbol, CancellationToken cancellationToken)
    {
        if (symbol is null)
            return new Filter(null);
        Result<GrvtInstruments> instruments = _instruments is { } known ? known : await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false);
        return instruments.Map(i => new Filter(i.Get(symbol)));
    }

    private ExchangeError? Credentials() => _access.Signer is not null ? null : _credentialsError ?? new ExchangeError
    {
        Code = ExchangeErrorCode.CredentialsMissing,
        Message = $"{_connection} has no credentials: GRVT_API_KEY, GRVT_PRIVATE_KEY and GRVT_SUB_ACCOUNT_ID",
    };

    private static ExchangeError NotFound(OrderKey order) => new()
    {
        Code = ExchangeErrorCode.OrderNotFound,
        Message = $"GRVT knows no order '{order.VenueOrderId ?? order.ClientOrderId}' of {order.Symbol}; an old one is found in the order history",
    };

    private sealed record Filter(Instrument? Instrument);
}
