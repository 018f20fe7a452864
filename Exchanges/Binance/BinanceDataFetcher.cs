using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// A trader's start and crash recovery at Binance USD-M, over HTTP alone. Nothing is kept but the instruments and the clock: every call asks the
/// venue, within this role's share of the request budget.
/// </summary>
public sealed partial class BinanceDataFetcher : IExchangeDataFetcher, IAsyncDisposable
{
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly TimeProvider _time;
    private readonly BinanceAccess _access;
    private readonly BinanceAccountReader _account;
    private readonly BinanceOrderReader _orders;
    private readonly BinanceHistory _history;
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The role's key pair; without one, public calls alone are answered.</param>
    /// <param name="onStatus">Is told every change of state; null for nobody.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="exchange">The exchange key that answers carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public BinanceDataFetcher(
        BinanceOptions options,
        AuthCredentials? credentials,
        Action<ConnectionStatus>? onStatus = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Binance,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Data, exchange);
        _time = time ?? TimeProvider.System;
        _access = new BinanceAccess(options, options.DataWeightShare, exchange, _time, httpHandler, random);
        _account = new BinanceAccountReader(_access.Private, exchange, _time);
        _orders = new BinanceOrderReader(_access.Private, exchange, _time);
        _history = new BinanceHistory(_orders, exchange);
        _life = new QueryConnection(new QueryConnectionParts
        {
            Connection = _connection,
            Check = CheckAsync,
            IsRefusal = BinanceErrors.IsRefusal,
            Remark = () => _access.Private.Signer is null ? "without credentials: public calls only" : null,
            ClockOffset = () => _access.Clock.Offset,
            Period = TimeSpan.FromSeconds(options.ClockSeconds),
            OnStatus = onStatus ?? (_ => { }),
            Time = _time,
            Logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<BinanceDataFetcher>(),
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
        Task.FromResult(Result<Capabilities>.Success(BinanceCapabilities.For(_exchange)));

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
        (await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false)).Map(i => i.All);

    /// <inheritdoc/>
    public async Task<Result<AccountUpdate>> GetAccountInfo(CancellationToken cancellationToken = default)
    {
        if (Credentials() is { } missing)
            return missing;
        var account = _account.GetAccount(cancellationToken);
        var mode = _account.GetPositionMode(cancellationToken);
        await Task.WhenAll(account, mode).ConfigureAwait(false);
        var found = await mode.ConfigureAwait(false);
        return found.IsSuccess ? (await account.ConfigureAwait(false)).Map(a => a with { PositionMode = found.Value }) : found.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default) =>
        Credentials() is { } missing
            ? missing
            : (await _account.GetPositions(cancellationToken).ConfigureAwait(false)).Map(all => all.RemoveAll(p => p.Quantity == 0));

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default) =>
        Credentials() is { } missing ? missing : await _account.GetBalances(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default)
    {
        if (Credentials() is { } missing)
            return missing;

        // Neither list holds the other's orders (T22).
        var orders = _orders.GetOpenOrders(symbol, RequestPriority.Normal, cancellationToken);
        var algos = _orders.GetOpenAlgoOrders(symbol, RequestPriority.Normal, cancellationToken);
        await Task.WhenAll(orders, algos).ConfigureAwait(false);
        if ((await orders.ConfigureAwait(false)).Error is { } ordersError)
            return ordersError;
        if ((await algos.ConfigureAwait(false)).Error is { } algosError)
            return algosError;
        return (ImmutableArray<Order>)[.. (await orders.ConfigureAwait(false)).Value.Concat((await algos.ConfigureAwait(false)).Value)
            .Select(r => r.ToOrder(_exchange)).OrderBy(o => o.CreatedTime).ThenBy(o => o.VenueOrderId, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Credentials() is { } missing ? Task.FromResult<Result<HistoryPage<Order>>>(missing) : _history.GetOrders(query, _access.Clock.Now, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Credentials() is { } missing ? Task.FromResult<Result<HistoryPage<Fill>>>(missing) : _history.GetFills(query, _access.Clock.Now, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (Credentials() is { } missing)
            return missing;
        if (string.IsNullOrEmpty(order.ClientOrderId) && string.IsNullOrEmpty(order.VenueOrderId))
            return ExchangeError.InvalidArgument("client_order_id", "give it, or venue_order_id, or both");
        var isAlgo = BinanceWords.IsAlgoId(order.VenueOrderId);
        var number = BinanceOrderRequests.NumberOf(isAlgo ? order.VenueOrderId![BinanceWords.AlgoPrefix.Length..] : order.VenueOrderId);
        if (!string.IsNullOrEmpty(order.VenueOrderId) && number is null)
            return ExchangeError.InvalidArgument("venue_order_id", $"'{order.VenueOrderId}' is neither a number nor {BinanceWords.AlgoPrefix} and a number");
        Result<OrderReport> found = NotFound(order);
        if (!isAlgo)
            found = await _orders.GetOrder(p => Name(p.Add("symbol", order.Symbol), "orderId", "origClientOrderId"), cancellationToken).ConfigureAwait(false);
        if (found.Error?.Code == ExchangeErrorCode.OrderNotFound && (isAlgo || number is null))
            found = await FindAlgoAsync(p => Name(p, "algoId", "clientAlgoId"), cancellationToken).ConfigureAwait(false);
        if (found.Error?.Code == ExchangeErrorCode.OrderNotFound)
            return NotFound(order);
        if (found.IsSuccess && (found.Value.Symbol != order.Symbol || (number is not null && order.ClientOrderId is { Length: > 0 } id && found.Value.ClientOrderId != id)))
            return ExchangeError.InvalidArgument("venue_order_id", "names another order than the symbol and client_order_id do");
        return found.Map(r => r.ToOrder(_exchange));

        void Name(BinanceParams p, string byNumber, string byClientId)
        {
            if (number is { } value)
                p.Add(byNumber, value);
            else
                p.Add(byClientId, order.ClientOrderId!);
        }
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

    /// <summary>A conditional order; one that was triggered tells how far the order that it became has come.</summary>
    private async Task<Result<OrderReport>> FindAlgoAsync(Action<BinanceParams> name, CancellationToken cancellationToken)
    {
        var found = await _orders.GetAlgo(name, cancellationToken).ConfigureAwait(false);
        if (found.Value?.SuccessorVenueOrderId is not { } successor || BinanceOrderRequests.NumberOf(successor) is not { } id)
            return found;
        var became = await _orders.GetOrder(p => p.Add("symbol", found.Value.Symbol).Add("orderId", id), cancellationToken).ConfigureAwait(false);
        return became.IsSuccess ? BinanceHistory.Join(found.Value, became.Value) : became.Error.Code == ExchangeErrorCode.OrderNotFound ? found : became;
    }

    private ExchangeError? Credentials() => _access.Private.Signer is not null ? null : _credentialsError ?? new ExchangeError
    {
        Code = ExchangeErrorCode.CredentialsMissing,
        Message = $"{_connection} has no credentials: BINANCE_API_KEY and BINANCE_API_SECRET",
    };

    private static ExchangeError NotFound(OrderKey order) => new()
    {
        Code = ExchangeErrorCode.OrderNotFound,
        Message = string.Create(CultureInfo.InvariantCulture, $"Binance knows no order '{order.VenueOrderId ?? order.ClientOrderId}' of {order.Symbol}; it forgets orders without a fill after 3 days, others after 90"),
    };
}
