using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>Connect, disconnect, and what is kept up while connected.</summary>
public sealed partial class GrvtPms
{
    private static readonly TimeSpan _gathering = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _moneyMoved = new(0, 1);

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default) => _life.ConnectAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default) => await _life.DisconnectAsync().ConfigureAwait(false);

    private AccountConnection MakeLife(ConnectionId connection, IAccountSink sink) => new(new AccountConnectionParts
    {
        Connection = connection,
        MakeSession = onStatus =>
        {
            // Somebody tries again: an earlier refusal does not count.
            _access.Login.Reset();
            var socket = new GrvtTradeSocket(_access, _options, _logger, _user, GrvtTradeSocket.AccountStreams, PrepareAsync, FetchAsync);
            return socket.Session = new SocketSession(GrvtSessions.Trading(connection, _options, _access.Urls), socket, _time, _logger, onStatus, random: _random);
        },
        Upkeep =
        [
            ("comparing with the venue", KeepComparedAsync),
            ("measuring the clock", KeepClockAsync),
            ("asking for the balances", KeepBalancesAsync),
        ],
        ClockOffset = () => _access.Clock.Offset,
        OnStatus = sink.OnStatus,
        Time = _time,
        Logger = _logger,
    });

    private async Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken) =>
        _access.Clock.Offset is null ? await _access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false) : null;

    /// <summary>An event may have been lost of which nothing tells. What is not ready is compared before it is.</summary>
    private async Task KeepComparedAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.CompareSeconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (_life.NotReady is null)
                _recheck.Ask(stop);
        }
    }

    private async Task KeepClockAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.ClockSeconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (await _access.Private.MeasureClockAsync().WaitAsync(stop).ConfigureAwait(false) is { } error)
                GrvtLog.QueryFailed(_logger, "the venue's clock", error.Message);
            _life.PublishStatus();
        }
    }

    private void MoneyMoved()
    {
        try
        {
            _moneyMoved.Release();
        }
        catch (SemaphoreFullException)
        {
            // Asked for already.
        }
    }

    /// <summary>No stream tells balances: they are asked for soon after money has moved, and every few seconds.</summary>
    private async Task KeepBalancesAsync(CancellationToken stop)
    {
        while (true)
        {
            var moved = _moneyMoved.WaitAsync(stop);
            var due = Task.Delay(TimeSpan.FromSeconds(_options.AccountPollSeconds), _time, stop);
            if (await Task.WhenAny(moved, due).ConfigureAwait(false) != moved)
                MoneyMoved();
            await moved.ConfigureAwait(false);
            if (_life.NotReady is null)
            {
                var mark = _account.BeginPicture();
                var account = await _reader.GetAccount(stop).ConfigureAwait(false);
                if (account.IsSuccess)
                {
                    _account.Reconcile(account.Value, mark);
                }
                else if (account.Error is { Code: ExchangeErrorCode.RateLimited, VenueCode: null, RetryAt: { } retryAt })
                {
                    // Our own share is used up: nothing is wrong, the question waits for its turn.
                    MoneyMoved();
                    if (retryAt - _access.Clock.Now is var turn && turn > TimeSpan.Zero)
                        await Task.Delay(turn, _time, stop).ConfigureAwait(false);
                    continue;
                }
                else
                {
                    GrvtLog.QueryFailed(_logger, "asking for the balances", account.Error.Message);
                }
            }

            // Many executions, one question.
            await Task.Delay(_gathering, _time, stop).ConfigureAwait(false);
        }
    }
}
