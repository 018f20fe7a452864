using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>What an <see cref="OrderConnection"/> is put together from.</summary>
internal sealed record OrderConnectionParts
{
    /// <summary>The connection.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>The life of the orders: it is told what may leave.</summary>
    public required OrderManager Orders { get; init; }

    /// <summary>Compares what is held with the venue; null when that ended well.</summary>
    public required Func<CancellationToken, Task<ExchangeError?>> Compare { get; init; }

    /// <summary>Whether no further attempt mends an error.</summary>
    public required Func<ExchangeError, bool> IsRefusal { get; init; }

    /// <summary>The venue's clock against ours.</summary>
    public required Func<TimeSpan?> ClockOffset { get; init; }

    /// <summary>Is told every change of state, and of the counters that a trader should see.</summary>
    public required Action<ConnectionStatus> OnStatus { get; init; }

    /// <summary>The clock of all waits.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</summary>
    public Func<double>? Random { get; init; }
}

/// <summary>
/// The one place that says whether orders may leave. Every change of a socket's state comes here. Orders may leave when the sockets for
/// commands and events are in service and a comparison with the venue, begun after they were, has ended well. A cancel may leave whenever
/// there is a socket for commands.
/// </summary>
internal sealed class OrderConnection
{
    private static readonly TimeSpan _longestSettling = TimeSpan.FromSeconds(10);

    private readonly OrderConnectionParts _parts;
    private readonly Lock _gate = new();
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketSession[] _needed = [];
    private SocketSession[] _helpful = [];
    private CancellationToken _stop;
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

    /// <summary>Creates it, without a socket.</summary>
    public OrderConnection(OrderConnectionParts parts)
    {
        _parts = parts;
        _published = _idle = new ConnectionStatus { Connection = parts.Connection, State = ConnectionState.Stopped, Since = parts.Time.GetUtcNow() };
    }

    /// <summary>Whether what is held has been compared with the venue since the sockets came into service.</summary>
    public bool IsReconciled => _reconciled;

    /// <summary>Where the connection stands: the socket that is worst off, or the comparison with the venue.</summary>
    public ConnectionStatus Status
    {
        get
        {
            lock (_gate)
                return ComputeStatus();
        }
    }

    /// <summary>Starts the sockets, which tell each change of theirs to <see cref="OnSessionChanged"/>.</summary>
    /// <param name="needed">Without which no order may leave; the first is the one for commands.</param>
    /// <param name="helpful">Of which only the status speaks.</param>
    /// <param name="stop">The connection is being closed.</param>
    public void Open(SocketSession[] needed, SocketSession[] helpful, CancellationToken stop)
    {
        lock (_gate)
        {
            _stop = stop;
            _stopping = false;
            _reconciled = false;
            _refusal = _firstFailure = null;
            _trouble = null;
            _firstAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _needed = needed;
            _helpful = helpful;
        }

        foreach (var session in needed)
        {
            _ = session.Start().ContinueWith(
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

        foreach (var session in helpful)
            _ = session.Start();
    }

    /// <summary>The answer of Connect: what came of the first attempt.</summary>
    public async Task<Result<ConnectionStatus>> FirstAnswerAsync(CancellationToken cancellationToken)
    {
        await _firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(Status, _refusal ?? _firstFailure);
    }

    /// <summary>Refuses what comes from now on, and waits for the answers to what has left.</summary>
    public async Task SettleAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            _reconciling?.Cancel();
            _parts.Orders.OnConnectionLost("the connection is being closed");
        }

        PublishStatus();
        var since = _parts.Time.GetTimestamp();
        while (_needed is [{ Current: { PendingRequests: > 0, Ended.IsCompleted: false } }, ..] && _parts.Time.GetElapsedTime(since) < _longestSettling)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _parts.Time).ConfigureAwait(false);
    }

    /// <summary>Closes the sockets.</summary>
    public async Task CloseAsync()
    {
        SocketSession[] sessions = [.. _needed, .. _helpful];
        await Task.WhenAll(sessions.Select(s => s.StopAsync())).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var session in sessions)
                _earlier = ConnectionStates.Sum(_earlier, session.Status);
            _needed = _helpful = [];
            _stopping = false;
            _idle = new ConnectionStatus { Connection = _parts.Connection, State = ConnectionState.Stopped, Since = _parts.Time.GetUtcNow() };
        }

        foreach (var session in sessions)
            await session.DisposeAsync().ConfigureAwait(false);
        _firstAttempt.TrySetResult();
        PublishStatus();
    }

    /// <summary>Events may have been missed, though the socket may be in service again before its change of state is seen.</summary>
    public void OnLost(string reason)
    {
        lock (_gate)
            Unready(reason);
    }

    /// <summary>A socket's state has changed.</summary>
    public void OnSessionChanged()
    {
        lock (_gate)
        {
            if (_needed.Length == 0 || _stopping)
                return;
            if (Array.Find(_needed, s => s.Status.State != ConnectionState.Ready)?.Status is { } missing)
            {
                Unready($"{missing.State} {missing.Reason}");
                if (_needed[0].Status.State == ConnectionState.Ready)
                    _parts.Orders.SetReady(OrderReadiness.CancelsOnly);
            }
            else if (!_reconciled && _reconciling is null)
            {
                _parts.Orders.SetReady(OrderReadiness.CancelsOnly, "what is held is being compared with the venue");
                var life = _reconciling = CancellationTokenSource.CreateLinkedTokenSource(_stop);
                _reconcilingSince = _parts.Time.GetUtcNow();
                _ = Task.Run(() => ReconcileAsync(life));
            }
        }

        PublishStatus();
    }

    /// <summary>Publishes the state if it, or a counter that a trader should see, has changed.</summary>
    public void PublishStatus()
    {
        lock (_gate)
        {
            var status = ComputeStatus();
            if (ConnectionStates.IsSame(status, _published))
                return;
            if (status.State == _published.State)
                status = status with { Since = _published.Since };
            _published = status;
            try
            {
                _parts.OnStatus(status);
            }
            catch (Exception e)
            {
                ConnectionLog.WorkFailed(_parts.Logger, e, "publishing the status");
            }
        }
    }

    private void Unready(string reason)
    {
        _reconciled = false;
        _refusal = null;
        _trouble = null;
        _reconciling?.Cancel();
        _reconciling = null;
        _parts.Orders.OnConnectionLost(reason);
    }

    /// <summary>Compares until it has ended well, or a socket is lost and it must begin anew.</summary>
    private async Task ReconcileAsync(CancellationTokenSource life)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _parts.Random ?? Random.Shared.NextDouble);
        try
        {
            while (true)
            {
                var error = await _parts.Compare(life.Token).ConfigureAwait(false);
                var refused = error is not null && _parts.IsRefusal(error);
                lock (_gate)
                {
                    if (_reconciling != life)
                        return;
                    _trouble = error?.Message;
                    _refusal = refused ? error : null;
                    if (error is null)
                    {
                        _reconciled = true;
                        _reconciling = null;
                        _parts.Orders.SetReady(OrderReadiness.Ready);
                    }
                }

                PublishStatus();
                _firstAttempt.TrySetResult();
                if (error is null || refused)
                    return;
                ConnectionLog.QueryFailed(_parts.Logger, $"{_parts.Connection}: comparing with the venue", error.Message);
                await Task.Delay(backoff.Next(), _parts.Time, life.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // A socket was lost, or we stop; whoever cancelled says so.
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_parts.Logger, e, $"{_parts.Connection}: comparing with the venue");
            OnLost(e.Message);
            foreach (var session in _needed)
                session.Recycle(e.Message);
        }
    }

    private ConnectionStatus ComputeStatus()
    {
        if (_needed.Length == 0)
            return ConnectionStates.Sum(_earlier, _idle) with { ClockOffset = _parts.ClockOffset() };
        var all = _needed.Concat(_helpful).Select(s => s.Status).ToList();
        var worst = all[0];
        foreach (var one in all.Take(_needed.Length))
            worst = Severity(one.State) > Severity(worst.State) ? one : worst;
        var lame = all.Skip(_needed.Length).FirstOrDefault(s => !s.IsReady);
        var (state, reason) = _stopping ? (ConnectionState.Stopping, "settling what is in flight")
            : _refusal is not null ? (ConnectionState.Refused, _refusal.Message)
            : worst.State != ConnectionState.Ready ? (worst.State == ConnectionState.Stopped ? ConnectionState.Connecting : worst.State, worst.Reason)
            : !_reconciled ? (ConnectionState.Reconciling, _trouble)
            : (ConnectionState.Ready, lame is null ? null : $"mark prices: {lame.State} {lame.Reason}");
        return ConnectionStates.Sum(_earlier, worst with
        {
            State = state,
            Reason = reason,
            Since = worst.State == ConnectionState.Ready && _reconcilingSince > worst.Since ? _reconcilingSince : worst.Since,
            NextAttempt = state == ConnectionState.Waiting ? worst.NextAttempt : null,
            Generation = all.Sum(s => s.Generation),
            Reconnects = all.Sum(s => s.Reconnects),
            UnreadableMessages = all.Sum(s => s.UnreadableMessages),
            UnknownMessages = all.Sum(s => s.UnknownMessages),
            LastDataTime = all.Max(s => s.LastDataTime),
            ClockOffset = _parts.ClockOffset(),
        });
    }

    private static int Severity(ConnectionState state) => state switch
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
