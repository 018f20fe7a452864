using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Positions and account of one Deribit account, live by its channels. After each (re)connect the whole picture is fetched over HTTP and what
/// differs is published; what arrives meanwhile is kept. Positions are in the instrument's own unit, currencies are never summed.
/// </summary>
public sealed partial class DeribitPms : IExchangePms, IAsyncDisposable
{
    private readonly DeribitOptions _options;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly IAccountSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double>? _random;
    private readonly DeribitAccess _access;
    private readonly DeribitAccountReader _reader;
    private readonly PositionBook _positions;
    private readonly AccountBook _account;
    private readonly DeribitPortfolioFilter _filter;
    private readonly Recheck _recheck;
    private readonly SemaphoreSlim _reconciling = new(1, 1);
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The role's key; without one, connecting is refused.</param>
    /// <param name="sink">Takes the updates.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="exchange">The exchange key that updates carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public DeribitPms(
        DeribitOptions options,
        AuthCredentials? credentials,
        IAccountSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Deribit,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        _options = options;
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Pms, exchange);
        _sink = sink;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<DeribitPms>();
        _random = random;
        _access = new DeribitAccess(options, options.PmsShare, exchange, _time, httpHandler, random);
        _access.SetCredentials(credentials);
        _reader = new DeribitAccountReader(_access.Private, exchange, _time);
        _positions = new PositionBook(exchange, sink);
        _account = new AccountBook(exchange, sink);
        _filter = new DeribitPortfolioFilter(_time);
        _events = new Events(this);
        _recheck = new Recheck(FetchAsync, _time, _logger);
        _published = _status = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(ComputeStatus()));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(DeribitCapabilities.For(_exchange)));

    /// <inheritdoc/>
    public Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<PositionsSnapshot>>(NotReady() is { } error ? error : _positions.Snapshot());

    /// <inheritdoc/>
    public Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default)
    {
        Result<AccountSnapshot> answer = NotReady() is { } error ? error : _account.Snapshot()!;
        return Task.FromResult(answer);
    }

    /// <summary>Deribit margins a currency or an account as a whole: the leverage of an instrument is told, and cannot be set.</summary>
    public Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<Unit>>(new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Message = "Deribit has no leverage to be set: it follows from the account's equity",
            Outcome = CommandOutcome.Rejected,
        });

    /// <summary>Deribit has one net position a symbol.</summary>
    public Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default) =>
        Task.FromResult(mode == PositionMode.OneWay ? Result<Unit>.Success(Unit.Value) : new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Message = "Deribit has one net position a symbol; there is no hedge mode",
            Outcome = CommandOutcome.Rejected,
        });

    /// <inheritdoc/>
    public async Task<Result<Unit>> Reconcile(CancellationToken cancellationToken = default)
    {
        var error = NotReady() ?? await FetchAsync(cancellationToken).ConfigureAwait(false);
        return error is null ? Unit.Success : error;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await Disconnect().ConfigureAwait(false);
        _access.Dispose();
        _connecting.Dispose();
        _reconciling.Dispose();
    }

    /// <summary>Fetches the whole picture, and publishes what differs.</summary>
    private async Task<ExchangeError?> FetchAsync(CancellationToken cancellationToken)
    {
        await _reconciling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var positionsMark = _positions.BeginPicture();
            var accountMark = _account.BeginPicture();
            var positions = _reader.GetPositions(cancellationToken);
            var account = _reader.GetAccount(cancellationToken);
            await Task.WhenAll(positions, account).ConfigureAwait(false);
            if ((await positions.ConfigureAwait(false)).Error is { } positionsError)
                return positionsError;
            if ((await account.ConfigureAwait(false)).Error is { } accountError)
                return accountError;
            var differences = _positions.Reconcile((await positions.ConfigureAwait(false)).Value, positionsMark, _time.GetUtcNow());
            var accountDiffers = _account.Reconcile((await account.ConfigureAwait(false)).Value!.Account, accountMark);
            DeribitLog.AccountReconciled(_logger, differences, accountDiffers);
            return null;
        }
        finally
        {
            _reconciling.Release();
        }
    }

    private ExchangeError? NotReady()
    {
        var status = ComputeStatus();
        return status.IsReady ? null : new ExchangeError
        {
            Code = ExchangeErrorCode.NotReady,
            Message = $"{_connection} is {status.State}{(status.Reason is null ? "" : ": " + status.Reason)}",
            Retryable = true,
        };
    }

    private sealed class Events(DeribitPms owner) : IDeribitUserEvents
    {
        public void OnPosition(in PositionChange change) => owner._positions.Apply(change);

        public void OnPortfolio(in DeribitPortfolio portfolio, DateTimeOffset receivedAt)
        {
            if (owner._filter.IsNews(portfolio.Balance))
                owner._account.Apply(AccountEvent.Other, "portfolio " + portfolio.Balance.Asset, [portfolio.Balance], owner._access.Clock.Now, receivedAt);
        }

        public void OnLock(bool locked, string? currency, DateTimeOffset receivedAt) =>
            owner._account.Apply(AccountEvent.Configuration, $"{(locked ? "locked" : "unlocked")} {currency}", [], owner._access.Clock.Now, receivedAt);

        public void OnUnreadable() => owner._recheck.Ask(owner._stop);
    }
}
