using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>What a <see cref="QueryConnection"/> asks of its venue.</summary>
internal sealed record QueryConnectionParts
{
    /// <summary>The connection.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>Whether the venue answers, and takes the key if there is one.</summary>
    public required Func<CancellationToken, Task<ExchangeError?>> Check { get; init; }

    /// <summary>Whether no further attempt mends an error.</summary>
    public required Func<ExchangeError, bool> IsRefusal { get; init; }

    /// <summary>What is to be said though it is ready; null for nothing.</summary>
    public required Func<string?> Remark { get; init; }

    /// <summary>The venue's clock against ours.</summary>
    public required Func<TimeSpan?> ClockOffset { get; init; }

    /// <summary>Time between two checks while all is well.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Is told every change of state.</summary>
    public required Action<ConnectionStatus> OnStatus { get; init; }

    /// <summary>The clock of all waits.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Gives numbers from 0 up to 1 for the jitter of waits; null for a random source.</summary>
    public Func<double>? Random { get; init; }
}

/// <summary>
/// A connection that has no socket: being connected means that the venue answers, and the key is good if there is one. It is looked after
/// now and then.
/// </summary>
internal sealed class QueryConnection : IDisposable
{
    private readonly QueryConnectionParts _parts;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private CancellationTokenSource? _life;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ConnectionStatus _status;
    private volatile ExchangeError? _refusal;

    /// <summary>Creates it; nothing happens before <see cref="ConnectAsync"/>.</summary>
    public QueryConnection(QueryConnectionParts parts)
    {
        _parts = parts;
        _status = new ConnectionStatus { Connection = parts.Connection, State = ConnectionState.Stopped, Since = parts.Time.GetUtcNow() };
    }

    /// <summary>Where it stands.</summary>
    public ConnectionStatus Status => _status with { ClockOffset = _parts.ClockOffset() };

    /// <summary>Begins, once, and tells what came of the first attempt.</summary>
    public async Task<Result<ConnectionStatus>> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A refusal holds until somebody tries again, perhaps with another key.
            if (_status.State == ConnectionState.Refused)
                await StopAsync().ConfigureAwait(false);
            if (_life is null)
            {
                _life = new CancellationTokenSource();
                _firstAttempt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var stop = _life.Token;
                _running = Upkeep.Loop(() => RunAsync(stop), _parts.Time, _parts.Logger, $"{_parts.Connection}", stop);
            }
        }
        finally
        {
            _connecting.Release();
        }

        await _firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(Status, _refusal);
    }

    /// <summary>Ends.</summary>
    public async Task<ConnectionStatus> DisconnectAsync()
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_life is not null)
            {
                await StopAsync().ConfigureAwait(false);
                SetState(ConnectionState.Stopped, null);
            }

            return _status;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connecting.Dispose();

    private async Task StopAsync()
    {
        if (_life is null)
            return;
        await _life.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _life.Dispose();
        _life = null;
        _firstAttempt.TrySetResult();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _parts.Random ?? Random.Shared.NextDouble);
        while (true)
        {
            if (_status.State != ConnectionState.Ready)
                SetState(ConnectionState.Connecting, null);
            var error = await _parts.Check(stop).ConfigureAwait(false);
            if (error is null)
            {
                backoff.Reset();
                SetState(ConnectionState.Ready, _parts.Remark());
                _firstAttempt.TrySetResult();
                await Task.Delay(_parts.Period, _parts.Time, stop).ConfigureAwait(false);
                continue;
            }

            if (_parts.IsRefusal(error))
            {
                _refusal = error;
                SetState(ConnectionState.Refused, error.Message);
                _firstAttempt.TrySetResult();
                return;
            }

            var wait = backoff.Next();
            SetState(ConnectionState.Waiting, error.Message, _parts.Time.GetUtcNow() + wait);
            _firstAttempt.TrySetResult();
            await Task.Delay(wait, _parts.Time, stop).ConfigureAwait(false);
        }
    }

    private void SetState(ConnectionState state, string? reason, DateTimeOffset? nextAttempt = null)
    {
        var before = _status;
        if (before.State == state && before.Reason == reason && before.NextAttempt == nextAttempt)
            return;
        _status = before with
        {
            State = state,
            Reason = reason,
            NextAttempt = nextAttempt,
            Since = before.State == state ? before.Since : _parts.Time.GetUtcNow(),
            ClockOffset = _parts.ClockOffset(),
        };
        try
        {
            _parts.OnStatus(_status);
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_parts.Logger, e, "publishing the status");
        }
    }
}
