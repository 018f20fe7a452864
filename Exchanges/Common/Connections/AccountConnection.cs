using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>What an <see cref="AccountConnection"/> is put together from.</summary>
internal sealed record AccountConnectionParts
{
    /// <summary>The connection.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>Makes the session, which tells each change of its state to what it is given. Nothing happens before it is started.</summary>
    public required Func<Action<ConnectionStatus>, SocketSession> MakeSession { get; init; }

    /// <summary>Work that goes on while the connection lasts, with its name; none of it ends by a failure.</summary>
    public required IReadOnlyList<(string What, Func<CancellationToken, Task> Work)> Upkeep { get; init; }

    /// <summary>The venue's clock against ours.</summary>
    public required Func<TimeSpan?> ClockOffset { get; init; }

    /// <summary>Is told every change of state, and of the counters that a trader should see.</summary>
    public required Action<ConnectionStatus> OnStatus { get; init; }

    /// <summary>The clock of all waits.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>A connection whose state is that of its one socket: connect, disconnect, upkeep, and what it tells of itself.</summary>
internal sealed class AccountConnection : IDisposable
{
    private readonly AccountConnectionParts _parts;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _life;
    private SocketSession? _session;
    private Task _upkeep = Task.CompletedTask;
    private ConnectionStatus _status;
    private ConnectionStatus _published;
    private ConnectionStatus? _earlier;

    /// <summary>Creates it; nothing happens before <see cref="ConnectAsync"/>.</summary>
    public AccountConnection(AccountConnectionParts parts)
    {
        _parts = parts;
        _published = _status = new ConnectionStatus { Connection = parts.Connection, State = ConnectionState.Stopped, Since = parts.Time.GetUtcNow() };
    }

    /// <summary>Cancelled when the connection is being closed.</summary>
    public CancellationToken Stop { get; private set; }

    /// <summary>Where it stands.</summary>
    public ConnectionStatus Status
    {
        get
        {
            lock (_gate)
            {
                // The counters move without a change of state.
                var now = _session is { } session ? session.Status with { State = _status.State, Since = _status.Since, Reason = _status.Reason, NextAttempt = _status.NextAttempt } : _status;
                return ConnectionStates.Sum(_earlier, now) with { ClockOffset = _parts.ClockOffset() };
            }
        }
    }

    /// <summary>Why nothing can be asked or done now; null when it is ready.</summary>
    public ExchangeError? NotReady
    {
        get
        {
            var status = Status;
            return status.IsReady ? null : new ExchangeError
            {
                Code = ExchangeErrorCode.NotReady,
                Message = $"{_parts.Connection} is {status.State}{(status.Reason is null ? "" : ": " + status.Reason)}",
                Retryable = true,
            };
        }
    }

    /// <summary>Begins, once, and tells what came of the first attempt.</summary>
    public async Task<Result<ConnectionStatus>> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<ExchangeError?> first;
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_life is null)
            {
                _life = new CancellationTokenSource();
                var stop = Stop = _life.Token;
                _session = _parts.MakeSession(OnSessionStatus);
                _upkeep = Task.WhenAll(_parts.Upkeep.Select(u => Upkeep.Loop(() => u.Work(stop), _parts.Time, _parts.Logger, u.What, stop)));
            }

            first = _session!.Start();
        }
        finally
        {
            _connecting.Release();
        }

        var refusal = await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(Status, refusal);
    }

    /// <summary>Ends.</summary>
    public async Task<ConnectionStatus> DisconnectAsync()
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_life is null)
                return Status;
            await _life.CancelAsync().ConfigureAwait(false);
            await _upkeep.ConfigureAwait(false);
            await _session!.StopAsync().ConfigureAwait(false);
            lock (_gate)
            {
                _earlier = ConnectionStates.Sum(_earlier, _session.Status);
                _status = ConnectionStates.WithoutCounts(_session.Status with { State = ConnectionState.Stopped });
            }

            await _session.DisposeAsync().ConfigureAwait(false);
            _session = null;
            _life.Dispose();
            _life = null;
            PublishStatus();
            return Status;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Publishes the state if it, or a counter that a trader should see, has changed.</summary>
    public void PublishStatus()
    {
        lock (_gate)
        {
            var status = Status;
            if (ConnectionStates.IsSame(status, _published))
                return;
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

    /// <inheritdoc/>
    public void Dispose() => _connecting.Dispose();

    private void OnSessionStatus(ConnectionStatus status)
    {
        lock (_gate)
            _status = status;
        PublishStatus();
    }
}
