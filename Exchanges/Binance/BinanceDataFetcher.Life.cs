using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Connect and disconnect: there is no socket, so being connected means that the venue answers, and the key is good if there is one.</summary>
public sealed partial class BinanceDataFetcher
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Func<double>? _random;
    private CancellationTokenSource? _life;
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ConnectionStatus _status;
    private volatile ExchangeError? _credentialsError;
    private volatile ExchangeError? _refusal;

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
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
                _running = Upkeep.Loop(() => RunAsync(stop), _time, _logger, $"{_connection}", stop);
            }
        }
        finally
        {
            _connecting.Release();
        }

        await _firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(_status with { ClockOffset = _access.Clock.Offset }, _refusal);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
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
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), _random ?? Random.Shared.NextDouble);
        while (true)
        {
            if (_status.State != ConnectionState.Ready)
                SetState(ConnectionState.Connecting, null);
            var error = await CheckAsync(stop).ConfigureAwait(false);
            if (error is null)
            {
                backoff.Reset();
                SetState(ConnectionState.Ready, _access.Private.Signer is null ? "without credentials: public calls only" : null);
                _firstAttempt.TrySetResult();
                await Task.Delay(TimeSpan.FromSeconds(_options.ClockSeconds), _time, stop).ConfigureAwait(false);
                continue;
            }

            if (BinanceErrors.IsRefusal(error))
            {
                _refusal = error;
                SetState(ConnectionState.Refused, error.Message);
                _firstAttempt.TrySetResult();
                return;
            }

            var wait = backoff.Next();
            SetState(ConnectionState.Waiting, error.Message, _time.GetUtcNow() + wait);
            _firstAttempt.TrySetResult();
            await Task.Delay(wait, _time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>The clock; and with a key, whether the venue takes it. Weight 8.</summary>
    private async Task<ExchangeError?> CheckAsync(CancellationToken stop)
    {
        if (_credentialsError is { } wrong)
            return wrong;
        if (await _access.Private.MeasureClockAsync().WaitAsync(stop).ConfigureAwait(false) is { } clockError)
            return clockError;
        return _access.Private.Signer is null ? null : (await _account.GetBalances(stop).ConfigureAwait(false)).Error;
    }

    private void SetState(ConnectionState state, string? reason, DateTimeOffset? nextAttempt = null)
    {
        var before = _status;
        if (before.State == state && before.Reason == reason && before.NextAttempt == nextAttempt)
            return;
        _status = before with { State = state, Reason = reason, NextAttempt = nextAttempt, Since = before.State == state ? before.Since : _time.GetUtcNow(), ClockOffset = _access.Clock.Offset };
        try
        {
            _onStatus(_status);
        }
        catch (Exception e)
        {
            BinanceLog.WorkFailed(_logger, e, "publishing the status");
        }
    }
}
