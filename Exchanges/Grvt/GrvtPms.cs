using System.Globalization;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Positions and account of one GRVT sub-account. Positions are live by stream; balances are told by none, and are asked for after each
/// execution and every few seconds. After each (re)connect the whole picture is fetched over HTTP and what differs is published; what
/// arrives meanwhile is kept.
/// </summary>
public sealed partial class GrvtPms : IExchangePms, IAsyncDisposable
{
    private const decimal MostLeverage = 100;

    private readonly GrvtOptions _options;
    private readonly string _exchange;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<double>? _random;
    private readonly GrvtAccess _access;
    private readonly GrvtAccountReader _reader;
    private readonly GrvtUserStream _user;
    private readonly PositionBook _positions;
    private readonly AccountBook _account;
    private readonly Recheck _recheck;
    private readonly AccountConnection _life;
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
    public GrvtPms(
        GrvtOptions options,
        AuthCredentials? credentials,
        IAccountSink sink,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? httpHandler = null,
        string exchange = Venues.Grvt,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        _options = options;
        _exchange = exchange;
        _time = time ?? TimeProvider.System;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger<GrvtPms>();
        _random = random;
        _access = new GrvtAccess(options, options.PmsShare, exchange, _time, _logger, httpHandler, random);
        _access.SetCredentials(credentials);
        _reader = new GrvtAccountReader(_access.Private, exchange, _time);
        _user = new GrvtUserStream(new Events(this), exchange, _time);
        _positions = new PositionBook(exchange, sink);
        _account = new AccountBook(exchange, sink);
        _recheck = new Recheck(FetchAsync, _time, _logger);
        _life = MakeLife(new ConnectionId(ConnectionRole.Pms, exchange), sink);
    }

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> GetStatus(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<ConnectionStatus>.Success(_life.Status));

    /// <inheritdoc/>
    public Task<Result<Capabilities>> GetCapabilities(CancellationToken cancellationToken = default) =>
        Task.FromResult(Result<Capabilities>.Success(GrvtCapabilities.For(_exchange, _options)));

    /// <inheritdoc/>
    public Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default) =>
        Task.FromResult<Result<PositionsSnapshot>>(_life.NotReady is { } error ? error : _positions.Snapshot());

    /// <inheritdoc/>
    public Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default)
    {
        Result<AccountSnapshot> answer = _life.NotReady is { } error ? error : _account.Snapshot()!;
        return Task.FromResult(answer);
    }

    /// <inheritdoc/>
    public async Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        if (symbol.Length == 0)
            return ExchangeError.InvalidArgument("symbol", "must not be empty").WithOutcome(CommandOutcome.Rejected);
        if (leverage is < 1 or > MostLeverage)
            return ExchangeError.InvalidArgument("leverage", string.Create(CultureInfo.InvariantCulture, $"from 1 to {MostLeverage}")).WithOutcome(CommandOutcome.Rejected);
        if (_life.NotReady is { } notReady)
            return notReady.WithOutcome(CommandOutcome.Rejected);
        var answer = await _access.Private.CommandAsync(
            "v1/set_initial_leverage",
            Succeeded,
            p => p.Add(GrvtNames.Instrument, symbol).Add(GrvtNames.Leverage, leverage),
            RequestPriority.Normal,
            GrvtBudget.AccountWeight,
            cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess)
            _positions.SetLeverage(symbol, leverage, _time.GetUtcNow());
        return answer;
    }

    /// <inheritdoc/>
    public Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default) => Task.FromResult(mode == PositionMode.OneWay
        ? Unit.Success
        : new ExchangeError { Code = ExchangeErrorCode.NotSupported, Field = "mode", Message = "mode: GRVT has one-way positions only", Outcome = CommandOutcome.Rejected });

    /// <inheritdoc/>
    public async Task<Result<Unit>> Reconcile(CancellationToken cancellationToken = default)
    {
        var error = _life.NotReady ?? await FetchAsync(cancellationToken).ConfigureAwait(false);
        return error is null ? Unit.Success : error;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await Disconnect().ConfigureAwait(false);
        _life.Dispose();
        _access.Dispose();
        _moneyMoved.Dispose();
        _reconciling.Dispose();
    }

    /// <summary>Fetches the whole picture, and publishes what differs.</summary>
    private async Task<ExchangeError?> FetchAsync(CancellationToken cancellationToken)
    {
        await _reconciling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var mark = _positions.BeginPicture();
            var accountMark = _account.BeginPicture();
            var positions = _reader.GetPositions(RequestPriority.Normal, cancellationToken);
            var account = _reader.GetAccount(cancellationToken);
            await Task.WhenAll(positions, account).ConfigureAwait(false);
            if ((await positions.ConfigureAwait(false)).Error is { } positionsError)
                return positionsError;
            if ((await account.ConfigureAwait(false)).Error is { } accountError)
                return accountError;
            var differences = _positions.Reconcile((await positions.ConfigureAwait(false)).Value, mark, _time.GetUtcNow());
            var accountDiffers = _account.Reconcile((await account.ConfigureAwait(false)).Value!, accountMark);
            GrvtLog.AccountReconciled(_logger, differences, accountDiffers);
            return null;
        }
        finally
        {
            _reconciling.Release();
        }
    }

    /// <summary><c>{"success":true}</c>.</summary>
    private static Result<Unit> Succeeded(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var success = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("success"u8) || name is [(byte)'s'] ? json.TryReadFlag(out success) : json.TrySkip();
        return ok && json.AtEnd && success ? Unit.Success : GrvtErrors.ReadIfAny(body) ?? GrvtRpc.Unreadable("v1/set_initial_leverage");
    }

    private sealed class Events(GrvtPms owner) : IGrvtUserEvents
    {
        public void OnPosition(Position position)
        {
            if (GrvtAccountMessages.ToChange(position) is not { } change)
            {
                OnMissed();
                return;
            }

            owner._positions.Apply(change);

            // Told with every position, and changed by a command of anybody's.
            if (position.Leverage is { } leverage)
                owner._positions.SetLeverage(position.Symbol, leverage, position.ReceivedTime);
        }

        public void OnFill(Fill fill) => owner.MoneyMoved();

        public void OnTransfer(string words, DateTimeOffset? venueTime, DateTimeOffset receivedAt)
        {
            owner._account.Apply(AccountEvent.Transfer, words, [], venueTime ?? owner._access.Clock.Now, receivedAt);
            owner.MoneyMoved();
        }

        public void OnMissed() => owner._recheck.Ask(owner._life.Stop);
    }
}
