using System.Globalization;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Positions and account of one Binance USD-M account, live by its user stream. After each (re)connect the whole picture is fetched over
/// HTTP and what differs is published; what arrives meanwhile is kept. Ready means: listen key alive, socket open, picture loaded.
/// </summary>
public sealed partial class BinancePms : IExchangePms, IAsyncDisposable
{
    private const string AlreadySo = "-4059";

    private readonly BinanceOptions _options;
    private readonly string _exchange;
    private readonly ConnectionId _connection;
    private readonly IAccountSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double>? _random;
    private readonly BinanceAccess _access;
    private readonly BinanceAccountReader _reader;
    private readonly PositionBook _positions;
    private readonly AccountBook _account;
    private readonly Recheck _recheck;
    private readonly SemaphoreSlim _reconciling = new(1, 1);
    private int _disposed;

    /// <summary>Creates a connector; nothing happens before <see cref="Connect"/>.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="credentials">The role's key pair; without one, connecting is refused.</param>
    /// <param name="sink">Takes the updates.</param>
    /// <param name="time">The clock of all waits; null for the system's.</param>
    /// <param name="loggers">The log; null for none.</param>
    /// <param name="httpHandler">Answers HTTP instead of the network, in tests.</param>
    /// <param name="exchange">The exchange key that updates carry.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</param>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each key.</exception>
    public BinancePms(
        BinanceOptions options,
        AuthCredentials? credentials,
        IAccountSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Binance,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        _options = options;
        _exchange = exchange;
        _connection = new ConnectionId(ConnectionRole.Pms, exchange);
        _sink = sink;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<BinancePms>();
        _random = random;
        _access = new BinanceAccess(options, options.PmsWeightShare, exchange, _time, httpHandler, random);
        _access.SetCredentials(credentials);
        _reader = new BinanceAccountReader(_access.Private, exchange, _time);
        _positions = new PositionBook(exchange, sink);
        _account = new AccountBook(exchange, sink);
        _events = new Events(this);
        _recheck = new Recheck(FetchAsync, _time, _logger);
        _published = _status = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(ComputeStatus()));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(BinanceCapabilities.For(_exchange)));

    /// <inheritdoc/>
    public Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<PositionsSnapshot>>(NotReady() is { } error ? error : _positions.Snapshot());

    /// <inheritdoc/>
    public Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default)
    {
        Result<AccountSnapshot> answer = NotReady() is { } error ? error : _account.Snapshot()!;
        return Task.FromResult(answer);
    }

    /// <inheritdoc/>
    public async Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (symbol.Length == 0)
            return ExchangeError.InvalidArgument("symbol", "must not be empty").WithOutcome(CommandOutcome.Rejected);
        if (leverage is < 1 or > 125 || leverage != decimal.Truncate(leverage))
            return ExchangeError.InvalidArgument("leverage", "a whole number from 1 to 125").WithOutcome(CommandOutcome.Rejected);
        if (NotReady() is { } notReady)
            return notReady.WithOutcome(CommandOutcome.Rejected);
        var (answer, _) = await _access.Private.CommandAsync(
            HttpMethod.Post,
            "/fapi/v1/leverage",
            1,
            Acknowledged,
            p => p.Add("symbol", symbol).Add("leverage", (long)leverage),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
            _positions.SetLeverage(symbol, leverage, _time.GetUtcNow());
        return answer;
    }

    /// <inheritdoc/>
    public async Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default)
    {
        if (NotReady() is { } notReady)
            return notReady.WithOutcome(CommandOutcome.Rejected);
        var (answer, _) = await _access.Private.CommandAsync(
            HttpMethod.Post,
            "/fapi/v1/positionSide/dual",
            1,
            Acknowledged,
            p => p.Add("dualSidePosition", mode == PositionMode.Hedge ? "true" : "false"),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess && answer.Error.VenueCode != AlreadySo)
            return answer;
        _account.SetPositionMode(mode, _time.GetUtcNow());
        return Unit.Success;
    }

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

    /// <summary>Fetches the whole picture, and publishes what differs. Weight 40.</summary>
    private async Task<ExchangeError?> FetchAsync(CancellationToken cancellationToken)
    {
        await _reconciling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var positionsMark = _positions.BeginPicture();
            var accountMark = _account.BeginPicture();
            var positions = _reader.GetPositions(cancellationToken);
            var account = _reader.GetAccount(cancellationToken);
            var mode = _reader.GetPositionMode(cancellationToken);
            await Task.WhenAll(positions, account, mode).ConfigureAwait(false);
            if ((await positions.ConfigureAwait(false)).Error is { } positionsError)
                return positionsError;
            if ((await account.ConfigureAwait(false)).Error is { } accountError)
                return accountError;
            if ((await mode.ConfigureAwait(false)).Error is { } modeError)
                return modeError;
            var differences = _positions.Reconcile((await positions.ConfigureAwait(false)).Value, positionsMark, _time.GetUtcNow());
            var accountDiffers = _account.Reconcile((await account.ConfigureAwait(false)).Value! with { PositionMode = (await mode.ConfigureAwait(false)).Value }, accountMark);
            BinanceLog.AccountReconciled(_logger, differences, accountDiffers);
            return null;
        }
        finally
        {
            _reconciling.Release();
        }
    }

    private static Result<Unit> Acknowledged(byte[] body)
    {
        // What was done is told by the status; the body repeats it. One that is no JSON came from somebody in between.
        var json = new Utf8Scanner(body);
        return json.TrySkip() && json.AtEnd ? Unit.Success : BinanceAccountReader.Unreadable("command");
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

    private sealed class Events(BinancePms owner) : IBinanceUserEvents
    {
        public void OnAccount(BinanceAccountUpdate update, DateTimeOffset receivedAt)
        {
            foreach (var position in update.Positions)
                owner._positions.Apply(position);
            var reason = update.Symbol is null ? update.Reason : $"{update.Reason} {update.Symbol}";
            owner._account.Apply(update.Event, reason, update.Balances, update.VenueTime, receivedAt);
        }

        public void OnConfig(string? symbol, decimal? leverage, bool? multiAssets, DateTimeOffset venueTime, DateTimeOffset receivedAt)
        {
            if (symbol is not null && leverage is { } value)
            {
                owner._positions.SetLeverage(symbol, value, receivedAt);
                owner._account.Apply(AccountEvent.Configuration, string.Create(CultureInfo.InvariantCulture, $"leverage {symbol} {value}"), [], venueTime, receivedAt);
            }

            if (multiAssets is { } shared)
                owner._account.Apply(AccountEvent.Configuration, $"multi-assets mode {(shared ? "on" : "off")}", [], venueTime, receivedAt);
        }

        public void OnUnreadable() => owner._recheck.Ask(owner._stop);

        public void OnMarginCall(string text, DateTimeOffset venueTime, DateTimeOffset receivedAt) =>
            owner._account.Apply(AccountEvent.MarginCall, text, [], venueTime, receivedAt);

        public async Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken) =>
            owner._access.CredentialsError ?? await owner._access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

        public Task<ExchangeError?> ReconcileAsync(CancellationToken cancellationToken) => owner.FetchAsync(cancellationToken);
    }
}
