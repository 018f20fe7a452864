using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>Connect, the housekeeping while connected, disconnect, and the connection's state.</summary>
public abstract partial class MarketSubscriber
{
    private static readonly TimeSpan _housekeepingPeriod = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Lock _statusGate = new();
    private CancellationTokenSource? _life;
    private CancellationToken _stop;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ConnectionStatus _base;
    private ConnectionStatus _published;
    private ConnectionStatus? _closed;
    private volatile bool _isUp;
    private long _resyncs;
    private volatile string? _notice;

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_life is null)
            {
                _life = new CancellationTokenSource();
                _firstAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var stop = _stop = _life.Token;
                _running = Task.Run(() => RunAsync(stop), CancellationToken.None);
            }
        }
        finally
        {
            _connecting.Release();
        }

        await _firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(ComputeStatus(), null);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_life is null)
                return ComputeStatus();
            SetBase(ConnectionState.Stopping, null);
            await _life.CancelAsync().ConfigureAwait(false);
            await _running.ConfigureAwait(false);
            _life.Dispose();
            _life = null;
            MarketStreams[] sockets;
            lock (_gate)
            {
                _isUp = false;
                sockets = _sockets;
                _sockets = [];
            }

            foreach (var socket in sockets)
            {
                socket.Abandon("disconnected");
                await CloseSocketAsync(socket).ConfigureAwait(false);
            }

            SetBase(ConnectionState.Stopped, null);
            return ComputeStatus();
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Loads what is needed, brings up what is subscribed to, and keeps house until stopped.</summary>
    private async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _random ?? Random.Shared.NextDouble);
        try
        {
            while (true)
            {
                SetBase(ConnectionState.Connecting, null);
                var error = await LoadAsync(stop).ConfigureAwait(false);
                if (error is null)
                    break;
                var wait = backoff.Next();
                var until = error.RetryAt is { } retryAt && retryAt > _time.GetUtcNow() + wait ? retryAt : _time.GetUtcNow() + wait;
                SetBase(ConnectionState.Waiting, error.Message, until);
                _firstAttempt.TrySetResult();
                await Task.Delay(TimeSpan.FromTicks(Math.Max(0, (until - _time.GetUtcNow()).Ticks)), _time, stop).ConfigureAwait(false);
            }

            await BringUpAsync(stop).ConfigureAwait(false);
            _firstAttempt.TrySetResult();
            await KeepHouseAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disconnect.
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_logger, e, _connection.ToString());
            SetBase(ConnectionState.Waiting, e.Message);
        }
        finally
        {
            _firstAttempt.TrySetResult();
        }
    }

    private async Task BringUpAsync(CancellationToken stop)
    {
        List<Task> first;
        lock (_gate)
        {
            _isUp = true;
            AssignStreams();
            first = [.. _sockets.Select(s => s.Session.Start())];
        }

        SetBase(ConnectionState.Ready, null);
        await Task.WhenAll(first).WaitAsync(stop).ConfigureAwait(false);
    }

    private async Task KeepHouseAsync(CancellationToken stop)
    {
        var clockAt = _time.GetTimestamp();
        var instrumentsAt = clockAt;
        using var timer = new PeriodicTimer(_housekeepingPeriod, _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            try
            {
                DropLapsed();
                CloseIdleSockets();
                WatchBooks();
                WatchTrades();
                if (_time.GetElapsedTime(clockAt).TotalSeconds >= _settings.ClockEvery.TotalSeconds)
                {
                    clockAt = _time.GetTimestamp();
                    _ = Task.Run(() => MeasureClockAsync(stop), stop);
                }

                if (_time.GetElapsedTime(instrumentsAt).TotalSeconds >= _settings.InstrumentsEvery.TotalSeconds)
                {
                    instrumentsAt = _time.GetTimestamp();
                    _ = Task.Run(() => ReloadInstrumentsAsync(stop), stop);
                }
            }
            catch (Exception e)
            {
                ConnectionLog.WorkFailed(_logger, e, "housekeeping");
            }
        }
    }

    private void DropLapsed()
    {
        foreach (var symbol in new[] { _books, _trades, _tops, _marks }.SelectMany(d => d.DropLapsed()).Distinct())
            ApplyDemand(symbol);
    }

    private void SetBase(ConnectionState state, string? reason, DateTimeOffset? nextAttempt = null)
    {
        _base = new ConnectionStatus { Connection = _connection, State = state, Since = _time.GetUtcNow(), Reason = reason, NextAttempt = nextAttempt };
        PublishStatus();
    }

    private void CountClosed(ConnectionStatus status)
    {
        lock (_statusGate)
        {
            _closed = ConnectionStates.Sum(_closed, status);
        }
    }

    /// <summary>Where the connection stands: its own state, or that of the socket which is worst off.</summary>
    private ConnectionStatus ComputeStatus()
    {
        lock (_statusGate)
        {
            var own = _base;
            var sockets = Array.ConvertAll(_sockets, s => s.Session.Status);
            var worst = own.State == ConnectionState.Ready ? sockets.Where(s => s.State != ConnectionState.Stopped).MaxBy(s => Severity(s.State)) : null;
            var shown = worst is null || worst.State == ConnectionState.Ready ? own : worst;
            return shown with
            {
                Generation = sockets.Sum(s => s.Generation) + (_closed?.Generation ?? 0),
                Reason = shown.Reason ?? (shown.State == ConnectionState.Ready ? _notice : null),
                LastDataTime = sockets.Max(s => s.LastDataTime) ?? _closed?.LastDataTime,
                UnreadableMessages = sockets.Sum(s => s.UnreadableMessages) + (_closed?.UnreadableMessages ?? 0),
                UnknownMessages = sockets.Sum(s => s.UnknownMessages) + (_closed?.UnknownMessages ?? 0),
                Reconnects = sockets.Sum(s => s.Reconnects) + (_closed?.Reconnects ?? 0),
                Resyncs = Interlocked.Read(ref _resyncs),
                ClockOffset = _clock.Offset,
            };
        }

        static int Severity(ConnectionState state) => state switch
        {
            ConnectionState.Ready => 0,
            ConnectionState.Reconciling => 1,
            ConnectionState.Subscribing => 2,
            ConnectionState.Authenticating => 3,
            ConnectionState.Connecting => 4,
            ConnectionState.Waiting => 5,
            ConnectionState.Stale => 6,
            _ => 7,
        };
    }

    /// <summary>Publishes the state if it, or a counter that a trader should see, has changed.</summary>
    private void PublishStatus()
    {
        lock (_statusGate)
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
