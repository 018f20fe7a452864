using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// The one place that says whether orders may leave. Every change of a socket's state comes here. Orders may leave when the command
/// socket and the user stream are both in service and a comparison with the venue, begun after both were, has ended well. A cancel may
/// leave whenever there is a command socket.
/// </summary>
public sealed partial class BinanceOms
{
    private readonly Lock _stateGate = new();
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketSession? _tradeSession;
    private SocketSession? _userSession;
    private SocketSession? _markSession;
    private CancellationTokenSource? _reconciling;
    private volatile bool _reconciled;
    private bool _stopping;
    private string? _trouble;
    private ExchangeError? _refusal;
    private volatile ExchangeError? _firstFailure;
    private DateTimeOffset _reconcilingSince;
    private ConnectionStatus _idle;
    private ConnectionStatus _published;
    private ConnectionStatus? _earlier;

    private void OpenSessions(BinanceUserStream user)
    {
        var trade = new SocketSession(
            new SocketSessionOptions
            {
                Connection = _connection,
                Name = "commands",
                Url = _access.Urls.WsApi,
                StaleAfter = TimeSpan.Zero,
                RotateAfter = TimeSpan.FromHours(_options.RotateHours),
                RequestTimeout = TimeSpan.FromMilliseconds(_options.CommandTimeoutMs),
            },
            _trade,
            _time,
            _logger,
            _ => OnSessionChanged(),
            random: _random);
        var events = new SocketSession(BinanceSessions.UserStreamOptions(_connection, _options, _access.Urls), user, _time, _logger, _ => OnSessionChanged(), random: _random);
        var marks = new SocketSession(
            new SocketSessionOptions
            {
                Connection = _connection,
                Name = "marks",
                Url = _access.Urls.Stream(BinanceRoute.Market),
                StaleAfter = TimeSpan.FromMilliseconds(_options.SocketStaleMs),
                RotateAfter = TimeSpan.FromHours(_options.RotateHours),
            },
            _marks,
            _time,
            _logger,
            _ => PublishStatus(),
            random: _random);
        lock (_stateGate)
        {
            _stopping = false;
            _reconciled = false;
            _refusal = _firstFailure = null;
            _trouble = null;
            _firstAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _trade.Session = trade;
            user.Session = events;
            _tradeSession = trade;
            _userSession = events;
            _markSession = marks;
        }

        Watch(trade.Start());
        Watch(events.Start());
        _ = marks.Start();

        void Watch(Task<ExchangeError?> first) => _ = first.ContinueWith(
            t =>
            {
                if (t.Result is not { } failure)
                    return;
                _firstFailure = failure;
                _firstAttempt.TrySetResult();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Stopping()
    {
        lock (_stateGate)
        {
            _stopping = true;
            _reconciling?.Cancel();
            _orders.OnConnectionLost("the connection is being closed");
        }

        PublishStatus();
    }

    private async Task CloseSessionsAsync()
    {
        SocketSession[] sessions = [_tradeSession!, _userSession!, _markSession!];
        await Task.WhenAll(sessions.Select(s => s.StopAsync())).ConfigureAwait(false);
        lock (_stateGate)
        {
            foreach (var session in sessions)
                _earlier = ConnectionStates.Sum(_earlier, session.Status);
            _tradeSession = _userSession = _markSession = null;
            _stopping = false;
            _idle = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
        }

        foreach (var session in sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        PublishStatus();
    }

    /// <summary>Events may have been missed, though the stream may be in service again before its change of state is seen.</summary>
    private void OnLost(string reason)
    {
        lock (_stateGate)
            Unready(reason);
    }

    private void OnSessionChanged()
    {
        lock (_stateGate)
        {
            if (_tradeSession is null || _stopping)
                return;
            var trade = _tradeSession.Status;
            var user = _userSession!.Status;
            if (trade.State != ConnectionState.Ready || user.State != ConnectionState.Ready)
            {
                Unready(trade.State != ConnectionState.Ready ? $"commands: {trade.State} {trade.Reason}" : $"user stream: {user.State} {user.Reason}");
                if (trade.State == ConnectionState.Ready)
                    _orders.SetReady(OrderReadiness.CancelsOnly);
            }
            else if (!_reconciled && _reconciling is null)
            {
                _orders.SetReady(OrderReadiness.CancelsOnly, "what is held is being compared with the venue");
                _reconciling = CancellationTokenSource.CreateLinkedTokenSource(_stop);
                _reconcilingSince = _time.GetUtcNow();
                _ = Task.Run(() => ReconcileAsync(_reconciling));
            }
        }

        PublishStatus();
    }

    private void Unready(string reason)
    {
        _reconciled = false;
        _refusal = null;
        _trouble = null;
        _reconciling?.Cancel();
        _reconciling = null;
        _orders.OnConnectionLost(reason);
    }

    /// <summary>Compares until it has ended well, or a socket is lost and it must begin anew.</summary>
    private async Task ReconcileAsync(CancellationTokenSource life)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _random ?? Random.Shared.NextDouble);
        try
        {
            while (true)
            {
                var error = await CompareAsync(life.Token).ConfigureAwait(false);
                var refused = error is not null && BinanceErrors.IsRefusal(error);
                lock (_stateGate)
                {
                    if (_reconciling != life)
                        return;
                    _trouble = error?.Message;
                    _refusal = refused ? error : null;
                    if (error is null)
                    {
                        _reconciled = true;
                        _reconciling = null;
                        _orders.SetReady(OrderReadiness.Ready);
                    }
                }

                PublishStatus();
                _firstAttempt.TrySetResult();
                if (error is null || refused)
                    return;
                BinanceLog.QueryFailed(_logger, $"{_connection}: comparing with the venue", error.Message);
                await Task.Delay(backoff.Next(), _time, life.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // A socket was lost, or we stop; whoever cancelled says so.
        }
        catch (Exception e)
        {
            BinanceLog.WorkFailed(_logger, e, $"{_connection}: comparing with the venue");
            OnLost(e.Message);
            _userSession?.Recycle(e.Message);
        }
    }

    /// <summary>Position mode, positions, and open orders of both kinds. Weight 115.</summary>
    private async Task<ExchangeError?> CompareAsync(CancellationToken cancellationToken)
    {
        var markPrices = MarkPricesAsync(cancellationToken);
        if (await ReadModeAsync(cancellationToken).ConfigureAwait(false) is { } modeError)
            return modeError;
        var positionsMark = _positions.BeginPicture();
        var ordersMark = _orders.BeginSnapshot();
        var positions = _reader.GetPositions(cancellationToken);
        var orders = _venue.GetOpenOrdersAsync(cancellationToken);
        await Task.WhenAll(positions, orders).ConfigureAwait(false);
        if ((await positions.ConfigureAwait(false)).Error is { } positionsError)
            return positionsError;
        if ((await orders.ConfigureAwait(false)).Error is { } ordersError)
            return ordersError;
        _positions.Reconcile((await positions.ConfigureAwait(false)).Value, positionsMark, _time.GetUtcNow());
        await _orders.ReconcileAsync(ordersMark, (await orders.ConfigureAwait(false)).Value, cancellationToken: cancellationToken).ConfigureAwait(false);
        await markPrices.ConfigureAwait(false);
        _wasCompared = true;
        return null;
    }

    /// <summary>Mark prices come once a second: without the first of them a connection that has just become ready would refuse prices.</summary>
    private async Task MarkPricesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _marks.First.WaitAsync(TimeSpan.FromMilliseconds(_options.MarkWaitMs), _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Cancels must not wait for them; the status and the refusal of a price say that they are missing.
        }
    }

    /// <summary>Where the connection stands: the socket that is worst off, or the comparison with the venue.</summary>
    private ConnectionStatus ComputeStatus()
    {
        lock (_stateGate)
        {
            if (_tradeSession is null || _userSession is null || _markSession is null)
                return ConnectionStates.Sum(_earlier, _idle) with { ClockOffset = _access.Clock.Offset };
            var trade = _tradeSession.Status;
            var user = _userSession.Status;
            var marks = _markSession.Status;
            var worst = Severity(user.State) >= Severity(trade.State) ? user : trade;
            var (state, reason) = _stopping ? (ConnectionState.Stopping, "settling what is in flight")
                : _refusal is not null ? (ConnectionState.Refused, _refusal.Message)
                : worst.State != ConnectionState.Ready ? (worst.State == ConnectionState.Stopped ? ConnectionState.Connecting : worst.State, worst.Reason)
                : !_reconciled ? (ConnectionState.Reconciling, _trouble)
                : (ConnectionState.Ready, marks.IsReady ? null : $"mark prices: {marks.State} {marks.Reason}");
            return ConnectionStates.Sum(_earlier, worst with
            {
                State = state,
                Reason = reason,
                Since = worst.State == ConnectionState.Ready && _reconcilingSince > worst.Since ? _reconcilingSince : worst.Since,
                NextAttempt = state == ConnectionState.Waiting ? worst.NextAttempt : null,
                Generation = trade.Generation + user.Generation + marks.Generation,
                Reconnects = trade.Reconnects + user.Reconnects + marks.Reconnects,
                UnreadableMessages = trade.UnreadableMessages + user.UnreadableMessages + marks.UnreadableMessages,
                UnknownMessages = trade.UnknownMessages + user.UnknownMessages + marks.UnknownMessages,
                LastDataTime = Later(user.LastDataTime, marks.LastDataTime),
                ClockOffset = _access.Clock.Offset,
            });
        }

        static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

        static int Severity(ConnectionState state) => state switch
        {
            ConnectionState.Ready => 0,
            ConnectionState.Reconciling => 1,
            ConnectionState.Subscribing => 2,
            ConnectionState.Authenticating => 3,
            ConnectionState.Connecting => 4,
            ConnectionState.Stopped => 5,
            ConnectionState.Waiting => 6,
            ConnectionState.Stale => 7,
            _ => 8,
        };
    }

    /// <summary>Publishes the state if it, or a counter that a trader should see, has changed.</summary>
    private void PublishStatus()
    {
        lock (_stateGate)
        {
            var status = ComputeStatus();
            if (ConnectionStates.IsSame(status, _published))
                return;
            if (status.State == _published.State)
                status = status with { Since = _published.Since };
            _published = status;
            try
            {
                _sink.OnStatus(status);
            }
            catch (Exception e)
            {
                BinanceLog.WorkFailed(_logger, e, "publishing the status");
            }
        }
    }
}
