using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Connect, disconnect, the clock's upkeep, and the connection's state.</summary>
public sealed partial class DeribitPms
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
        var events = new DeribitUserEvents(_events, _exchange, _time);
        var login = new DeribitLogin(_access, _options, "pms", ["account:read", "trade:read"], []);
        var socket = new DeribitAccountSocket(_access, _options, _time, _logger, login, events, FetchAsync);
        var session = new SocketSession(DeribitSessions.Private(_connection, "private", _options, _access.Urls), socket, _time, _logger, OnSessionStatus, random: _random);
        socket.Session = session;
        _session = session;
        _upkeep = Task.WhenAll(
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
                ConnectionLog.QueryFailed(_logger, "the venue's clock", error.Message);
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
                ConnectionLog.WorkFailed(_logger, e, "publishing the status");
            }
        }
    }
}
