using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// The one place that says whether orders may leave: when the private socket is in service and a comparison with the venue, begun after it
/// was, has ended well. A cancel may leave whenever there is a socket.
/// </summary>
public sealed partial class DeribitOms
{
    private readonly Lock _stateGate = new();
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketSession? _tradeSession;
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

    private void OpenSessions()
    {
        var trade = new SocketSession(DeribitSessions.Private(_connection, "private", _options, _access.Urls), _trade, _time, _logger, _ => OnSessionChanged(), random: _random);
        var marks = new SocketSession(DeribitSessions.Private(_connection, "marks", _options, _access.Urls), _marks, _time, _logger, _ => PublishStatus(), random: _random);
        lock (_stateGate)
        {
            _stopping = false;
            _reconciled = false;
            _refusal = _firstFailure = null;
            _trouble = null;
            _firstAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _trade.Session = trade;
            _marks.Session = marks;
            _tradeSession = trade;
            _markSession = marks;
        }

        _ = trade.Start().ContinueWith(
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
        _ = marks.Start();
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
        SocketSession[] sessions = [_tradeSession!, _markSession!];
        await Task.WhenAll(sessions.Select(s => s.StopAsync())).ConfigureAwait(false);
        lock (_stateGate)
        {
            foreach (var session in sessions)
                _earlier = ConnectionStates.Sum(_earlier, session.Status);
            _tradeSession = _markSession = null;
            _stopping = false;
            _idle = new ConnectionStatus { Connection = _connection, State = ConnectionState.Stopped, Since = _time.GetUtcNow() };
        }

        foreach (var session in sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        PublishStatus();
    }

    /// <summary>Events may have been missed, though the socket may be in service again before its change of state is seen.</summary>
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
            if (trade.State != ConnectionState.Ready)
            {
                Unready($"{trade.State} {trade.Reason}");
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

    /// <summary>Compares until it has ended well, or the socket is lost and it must begin anew.</summary>
    private async Task ReconcileAsync(CancellationTokenSource life)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _random ?? Random.Shared.NextDouble);
        try
        {
            while (true)
            {
                var error = await PrepareAsync(life.Token).ConfigureAwait(false) ?? await CompareAsync(life.Token).ConfigureAwait(false);
                var refused = error is not null && DeribitErrors.IsRefusal(error);
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
                ConnectionLog.QueryFailed(_logger, $"{_connection}: comparing with the venue", error.Message);
                await Task.Delay(backoff.Next(), _time, life.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // The socket was lost, or we stop; whoever cancelled says so.
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_logger, e, $"{_connection}: comparing with the venue");
            OnLost(e.Message);
            _tradeSession?.Recycle(e.Message);
        }
    }

    /// <summary>The instruments, without which no amount can be judged; and the account's own limits.</summary>
    private async Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_instruments is null && await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        if (_trade.Grant is { } grant && !grant.Has("account:read"))
            return null;
        var account = await _reader.GetAccount(cancellationToken).ConfigureAwait(false);
        if (account.Value is { OrderRate: > 0 and var rate, OrderBurst: >= 1 and var burst })
            _access.Budget.Orders.SetLimits((double)rate, (double)burst);
        return account.Error;
    }

    /// <summary>Positions, and open orders of all kinds.</summary>
    private async Task<ExchangeError?> CompareAsync(CancellationToken cancellationToken)
    {
        var markPrices = _marks.WhenKnown.WaitAsync(TimeSpan.FromMilliseconds(_options.MarkWaitMs), _time, cancellationToken);
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

        // Without mark prices a connection that has just become ready would refuse prices; but cancels must not wait for them for long.
        await markPrices.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wasCompared = true;
        return null;
    }

    /// <summary>Where the connection stands: the private socket, or the comparison with the venue.</summary>
    private ConnectionStatus ComputeStatus()
    {
        lock (_stateGate)
        {
            if (_tradeSession is null || _markSession is null)
                return ConnectionStates.Sum(_earlier, _idle) with { ClockOffset = _access.Clock.Offset };
            var trade = _tradeSession.Status;
            var marks = _markSession.Status;
            var (state, reason) = _stopping ? (ConnectionState.Stopping, "settling what is in flight")
                : _refusal is not null ? (ConnectionState.Refused, _refusal.Message)
                : trade.State != ConnectionState.Ready ? (trade.State == ConnectionState.Stopped ? ConnectionState.Connecting : trade.State, trade.Reason)
                : !_reconciled ? (ConnectionState.Reconciling, _trouble)
                : (ConnectionState.Ready, marks.IsReady ? null : $"mark prices: {marks.State} {marks.Reason}");
            return ConnectionStates.Sum(_earlier, trade with
            {
                State = state,
                Reason = reason,
                Since = trade.State == ConnectionState.Ready && _reconcilingSince > trade.Since ? _reconcilingSince : trade.Since,
                NextAttempt = state == ConnectionState.Waiting ? trade.NextAttempt : null,
                Generation = trade.Generation + marks.Generation,
                Reconnects = trade.Reconnects + marks.Reconnects,
                UnreadableMessages = trade.UnreadableMessages + marks.UnreadableMessages,
                UnknownMessages = trade.UnknownMessages + marks.UnknownMessages,
                ClockOffset = _access.Clock.Offset,
            });
        }
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
                ConnectionLog.WorkFailed(_logger, e, "publishing the status");
            }
        }
    }
}
