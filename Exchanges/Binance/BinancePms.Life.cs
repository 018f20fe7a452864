using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Connect, disconnect, the listen key's and the clock's upkeep, and the connection's state.</summary>
public sealed partial class BinancePms
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Lock _statusGate = new();
    private readonly Events _events;
    private CancellationTokenSource? _life;
    private CancellationToken _stop;
    private SocketSession? _session;
    private Task _upkeep = Task.CompletedTask;
    private ConnectionStatus _status;
    private ConnectionStatus _published;
    private ConnectionStatus? _earlier;

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        Task<ExchangeError?> first;
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_life is null)
                Open();
            first = _session!.Start();
        }
        finally
        {
            _connecting.Release();
        }

        var refusal = await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(ComputeStatus(), refusal);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_life is null)
                return ComputeStatus();
            await _life.CancelAsync().ConfigureAwait(false);
            await _upkeep.ConfigureAwait(false);

            // The listen key is left alone: the orders of the same account listen to it too.
            await _session!.StopAsync().ConfigureAwait(false);
            lock (_statusGate)
            {
                _earlier = ConnectionStates.Sum(_earlier, _session.Status);
                _status = _session.Status with { State = ConnectionState.Stopped };
                _status = ConnectionStates.WithoutCounts(_status);
            }

            await _session.DisposeAsync().ConfigureAwait(false);
            _session = null;
            _life.Dispose();
            _life = null;
            PublishStatus();
            return ComputeStatus();
        }
        finally
        {
            _connecting.Release();
        }
    }

    private void Open()
    {
        _life = new CancellationTokenSource();
        var stop = _stop = _life.Token;
        var key = new BinanceListenKey(_access.Private, _time, _logger, TimeSpan.FromMinutes(_options.ListenKeyMinutes));
        var stream = new BinanceUserStream(key, _events, _exchange, _time);
        var session = new SocketSession(
            BinanceSessions.UserStreamOptions(_connection, _options, _access.Urls),
            stream,
            _time,
            _logger,
            OnSessionStatus,
            random: _random);
        stream.Session = session;
        _session = session;
        _upkeep = Task.WhenAll(
            Upkeep.Loop(() => key.KeepAsync(session.Recycle, stop), _time, _logger, "keeping the listen key alive", stop),
            Upkeep.Loop(() => KeepComparedAsync(stop), _time, _logger, "comparing with the venue", stop),
            Upkeep.Loop(() => KeepClockAsync(stop), _time, _logger, "measuring the clock", stop));
    }

    /// <summary>An event may have been lost of which nothing tells. What is not ready is compared before it is.</summary>
    private async Task KeepComparedAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.CompareSeconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (NotReady() is null)
                _recheck.Ask(stop);
        }
    }

    private async Task KeepClockAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.ClockSeconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (await _access.Private.MeasureClockAsync().WaitAsync(stop).ConfigureAwait(false) is { } error)
                BinanceLog.QueryFailed(_logger, "the venue's clock", error.Message);
            PublishStatus();
        }
    }

    private void OnSessionStatus(ConnectionStatus status)
    {
        lock (_statusGate)
            _status = status;
        PublishStatus();
    }

    private ConnectionStatus ComputeStatus()
    {
        lock (_statusGate)
        {
            // The counters move without a change of state.
            var now = _session is { } session ? session.Status with { State = _status.State, Since = _status.Since, Reason = _status.Reason, NextAttempt = _status.NextAttempt } : _status;
            return ConnectionStates.Sum(_earlier, now) with { ClockOffset = _access.Clock.Offset };
        }
    }

    private void PublishStatus()
    {
        lock (_statusGate)
        {
            var status = ComputeStatus();
            if (ConnectionStates.IsSame(status, _published))
                return;
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
