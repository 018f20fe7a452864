using System.Collections.Immutable;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// A trader's start and crash recovery at Deribit, over HTTP alone. Nothing is kept but the instruments and the clock: every call asks the
/// venue, within this role's share of the request credits.
/// </summary>
public sealed partial class DeribitDataFetcher : IExchangeDataFetcher, IAsyncDisposable
{
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly TimeProvider _time;
    private readonly DeribitAccess _access;
    private readonly DeribitAccountReader _account;
    private readonly DeribitOrderReader _orders;
    private readonly DeribitHistory _history;
    private volatile DeribitInstruments? _instruments;
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
    public DeribitDataFetcher(
        DeribitOptions options,
        AuthCredentials? credentials,
        Action<ConnectionStatus>? onStatus = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Deribit,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Data, exchange);
        _time = time ?? TimeProvider.System;
        _access = new DeribitAccess(options, options.DataShare, exchange, _time, httpHandler, random);
        _account = new DeribitAccountReader(_access.Private, exchange, _time);
        _orders = new DeribitOrderReader(_access.Private, exchange, _time);
        _history = new DeribitHistory(_orders, exchange);
        _life = new QueryConnection(new QueryConnectionParts
        {
            Connection = _connection,
            Check = CheckAsync,
            IsRefusal = DeribitErrors.IsRefusal,
            Remark = () => _access.Private.Signer is null ? "without credentials: public calls only" : null,
            ClockOffset = () => _access.Clock.Offset,
            Period = TimeSpan.FromSeconds(options.ClockSeconds),
            OnStatus = onStatus ?? (_ => { }),
            Time = _time,
            Logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<DeribitDataFetcher>(),
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
        Task.FromResult(Result<Capabilities>.Success(DeribitCapabilities.For(_exchange)));

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
        Credentials() is { } missing ? missing : (await _account.GetAccount(cancellationToken).ConfigureAwait(false)).Map(a => a.Account);

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default) =>
        Credentials() is { } missing
            ? missing
            : (await _account.GetPositions(cancellationToken).ConfigureAwait(false)).Map(all => all.RemoveAll(p => p.Quantity == 0));

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default) =>
        (await GetAccountInfo(cancellationToken).ConfigureAwait(false)).Map(a => a.Balances);

    /// <inheritdoc/>
    public async Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default)
    {
        if (Credentials() is { } missing)
            return missing;
        var open = await _orders.GetOpenOrders(symbol, RequestPriority.Normal, cancellationToken).ConfigureAwait(false);
        return open.Map(all => (ImmutableArray<Order>)[.. Whole(all).OrderBy(o => o.CreatedTime).ThenBy(o => o.VenueOrderId, StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public async Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (Credentials() is { } missing)
            return missing;
        var currencies = await CurrenciesAsync(query, cancellationToken).ConfigureAwait(false);
        return currencies.IsSuccess ? await _history.GetOrders(query, currencies.Value, _access.Clock.Now, cancellationToken).ConfigureAwait(false) : currencies.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (Credentials() is { } missing)
            return missing;
        var currencies = await CurrenciesAsync(query, cancellationToken).ConfigureAwait(false);
        return currencies.IsSuccess ? await _history.GetFills(query, currencies.Value, _access.Clock.Now, cancellationToken).ConfigureAwait(false) : currencies.Error;
    }

    /// <inheritdoc/>
    public async Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (Credentials() is { } missing)
            return missing;
        if (string.IsNullOrEmpty(order.ClientOrderId) && string.IsNullOrEmpty(order.VenueOrderId))
            return ExchangeError.InvalidArgument("client_order_id", "give it, or venue_order_id, or both");
        var found = string.IsNullOrEmpty(order.VenueOrderId)
            ? await ByLabelAsync(order, cancellationToken).ConfigureAwait(false)
            : await _orders.GetOrder(order.VenueOrderId, cancellationToken).ConfigureAwait(false);
        if (!found.IsSuccess)
            return found.Error.Code == ExchangeErrorCode.OrderNotFound ? NotFound(order) : found.Error;

        // Under a label there may be several: the latest is meant, which a trigger order has become.
        var whole = Whole(found.Value).OrderBy(o => o.CreatedTime).ThenBy(o => o.VenueOrderId, StringComparer.Ordinal).LastOrDefault();
        if (whole is null)
            return NotFound(order);
        return whole.Symbol != order.Symbol || (order is { VenueOrderId.Length: > 0, ClientOrderId: { Length: > 0 } id } && whole.ClientOrderId != id)
            ? ExchangeError.InvalidArgument("venue_order_id", "names another order than the symbol and client_order_id do")
            : whole;
    }

    /// <inheritdoc/>
    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return _access.Rest.QueryAsync("public/get_order_book", p => p.Add("instrument_name", symbol).Add("depth", 1L), ReadMarkPrice, cancellationToken: cancellationToken);
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

    internal Result<MarkPrice> ReadMarkPrice(ReadOnlySpan<byte> result)
    {
        string? symbol = null;
        decimal? mark = null, index = null, funding = null;
        long at = 0;
        var json = new Utf8Scanner(result);
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("instrument_name"u8) => json.TryReadText(out symbol),
                _ when name.SequenceEqual("mark_price"u8) => json.TryReadOptional(out mark),
                _ when name.SequenceEqual("index_price"u8) => json.TryReadOptional(out index),
                _ when name.SequenceEqual("funding_8h"u8) => json.TryReadOptional(out funding),
                _ when name.SequenceEqual("timestamp"u8) => json.TryReadInt64(out at),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || symbol is null || mark is null || !Utf8Numbers.TryToTime(at, out var venueTime))
            return DeribitRpc.Unreadable("public/get_order_book") with { Outcome = null };
        return new MarkPrice
        {
            Exchange = _exchange,
            Symbol = symbol,
            Mark = mark.Value,
            Index = index,

            // Funding runs on without a time of its own; the venue tells it for eight hours.
            FundingRate = funding,
            VenueTime = venueTime,
            ReceivedTime = _time.GetUtcNow(),
        };
    }

    private async Task<Result<DeribitInstruments>> LoadInstrumentsAsync(CancellationToken cancellationToken)
    {
        var loaded = await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false);
        if (loaded.IsSuccess)
            _instruments = loaded.Value;
        return loaded;
    }

    /// <summary>The currencies that a history of all symbols is asked for in: the venue tells them one by one.</summary>
    private async Task<Result<ImmutableArray<string>>> CurrenciesAsync(HistoryQuery query, CancellationToken cancellationToken)
    {
        if (query.Symbol is not null)
            return ImmutableArray<string>.Empty;
        Result<DeribitInstruments> instruments = _instruments is { } known ? known : await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false);
        return instruments.Map(i => i.All.Select(one => one.Settlement).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray());
    }

    private async Task<Result<ImmutableArray<OrderReport>>> ByLabelAsync(OrderKey order, CancellationToken cancellationToken)
    {
        Result<DeribitInstruments> instruments = _instruments is { } known ? known : await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false);
        if (!instruments.IsSuccess)
            return instruments.Error;
        if (instruments.Value.CurrencyOf(order.Symbol) is not { } currency)
            return instruments.Value.Find(order.Symbol).Error!;
        var recent = await _orders.GetOrdersByLabel(currency, order.ClientOrderId!, cancellationToken).ConfigureAwait(false);
        if (recent.IsSuccess && !recent.Value.IsEmpty)
            return recent.Map(all => all.RemoveAll(r => r.Symbol != order.Symbol));
        if (!recent.IsSuccess && recent.Error.Code != ExchangeErrorCode.OrderNotFound)
            return recent;
        var open = await _orders.GetOpenOrdersByLabel(currency, order.ClientOrderId!, cancellationToken).ConfigureAwait(false);
        return open.Map(all => all.RemoveAll(r => r.Symbol != order.Symbol));
    }

    /// <summary>Orders, those that were triggered with the id that they had before.</summary>
    private IEnumerable<Order> Whole(ImmutableArray<OrderReport> reports)
    {
        var triggers = reports.Where(r => r.SuccessorVenueOrderId is not null).ToLookup(r => r.SuccessorVenueOrderId!, r => r.VenueOrderId!, StringComparer.Ordinal);
        var former = triggers.SelectMany(g => g).ToHashSet(StringComparer.Ordinal);
        return reports.Where(r => r.SuccessorVenueOrderId is null && !former.Contains(r.VenueOrderId!))
            .Select(r => r.ToOrder(_exchange) with { EarlierVenueOrderIds = [.. triggers[r.VenueOrderId!].Distinct(StringComparer.Ordinal)] });
    }

    private ExchangeError? Credentials() => _access.Private.Signer is not null ? null : _credentialsError ?? new ExchangeError
    {
        Code = ExchangeErrorCode.CredentialsMissing,
        Message = $"{_connection} has no credentials: DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET",
    };

    private static ExchangeError NotFound(OrderKey order) => new()
    {
        Code = ExchangeErrorCode.OrderNotFound,
        Message = $"Deribit knows no order '{order.VenueOrderId ?? order.ClientOrderId}' of {order.Symbol}; an old one is found in the order history",
    };
}
