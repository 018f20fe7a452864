using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>The owner of the state: one task from start to stop.</summary>
public sealed partial class SocketSession
{
    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LiveOnceAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                SocketLog.SessionFailed(_logger, e, _options.Connection.ToString(), _options.Name);
                if (Interlocked.Exchange(ref _current, null) is { } broken)
                    await broken.CloseAsync().ConfigureAwait(false);
                await WaitAsync(e.Message).ConfigureAwait(false);
            }
        }

        _firstAttempt.TrySetResult(new ExchangeError { Code = ExchangeErrorCode.Stopping, Message = "the connection was closed" });
        if (_current is { } link)
        {
            SetState(ConnectionState.Stopping, null);
            _current = null;
            await link.CloseAsync().ConfigureAwait(false);
        }

        SetState(ConnectionState.Stopped, null);
    }

    /// <summary>One attempt to connect and, if it succeeds, the life of the connection until it is lost.</summary>
    private async Task LiveOnceAsync()
    {
        _recycle = NewSignal();
        var (link, error) = await OpenAsync(isReplacement: false).ConfigureAwait(false);
        string reason;
        if (error is null && link is not null)
        {
            _current = link;
            SetState(ConnectionState.Ready, null);
            _firstAttempt.TrySetResult(null);
            (link, reason) = await WatchAsync(link).ConfigureAwait(false);
            if (_stop.IsCancellationRequested)
                return;
            _current = null;
            _reconnects++;

            // From here on no frame of this link is let through, though its socket may take a moment to close.
            link.End(reason);
            _protocol.OnLost(link, reason);
            if (_time.GetElapsedTime(link.CreatedAt) >= _options.StableAfter && _status.State != ConnectionState.Stale)
                _backoff.Reset();
        }
        else
        {
            reason = error!.Message;
        }

        if (link is not null)
            await link.CloseAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
        if (error is not null && _protocol.IsRefusal(error))
        {
            SetState(ConnectionState.Refused, error.Message);
            _firstAttempt.TrySetResult(error);
            await Signalled(_recycle.Task).ConfigureAwait(false);
            return;
        }

        _firstAttempt.TrySetResult(error);
        await WaitAsync(reason).ConfigureAwait(false);
    }

    /// <summary>One attempt to bring a link into service. The link, when one was made, is the caller's to close.</summary>
    private async Task<(SocketLink? Link, ExchangeError? Error)> OpenAsync(bool isReplacement)
    {
        var generation = ++_generation;
        if (!isReplacement && !_stop.IsCancellationRequested)
            SetState(ConnectionState.Connecting, null);
        Result<Uri> url;
        using (var timeout = new CancellationTokenSource(_options.HandshakeTimeout, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token))
        {
            try
            {
                url = await _protocol.LocateAsync(_options.Url, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                url = new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = _stop.IsCancellationRequested ? "stopping" : "the address could not be had in time", Retryable = true };
            }
        }

        if (!url.IsSuccess)
            return (null, url.Error);
        var link = new SocketLink(_options, url.Value, _protocol.HandshakeHeaders, generation, _time, _logger, _tap, OnFrame);
        return (link, await OpenAsync(link, isReplacement).ConfigureAwait(false));
    }

    private async Task<ExchangeError?> OpenAsync(SocketLink link, bool isReplacement)
    {
        try
        {
            await link.OpenAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var failure = new ExchangeError { Code = ExchangeErrorCode.ConnectFailed, Message = $"could not connect to {_options.Url}: {e.GetBaseException().Message}", Retryable = true };
            return link.HandshakeStatus is { } status ? _protocol.OnHandshakeRefused(status, failure) : failure;
        }

        using var timeout = new CancellationTokenSource(_options.HandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token, link.EndedToken);
        try
        {
            Tell(ConnectionState.Authenticating);
            var error = await _protocol.AuthenticateAsync(link, either.Token).ConfigureAwait(false);
            if (error is not null)
                return error;
            Tell(ConnectionState.Subscribing);
            error = await _protocol.SubscribeAsync(link, either.Token).ConfigureAwait(false);
            if (error is not null)
                return error;
            Tell(ConnectionState.Reconciling);
            error = await _protocol.ReconcileAsync(link, either.Token).ConfigureAwait(false);
            if (error is not null || !link.Ended.IsCompleted)
                return error;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"not ready within {_options.HandshakeTimeout.TotalSeconds:0.###} s", Retryable = true };
        }
        catch (OperationCanceledException)
        {
            // The link ended, or the session stops; told below.
        }
        catch (Exception e)
        {
            SocketLog.SessionFailed(_logger, e, _options.Connection.ToString(), _options.Name);
            return new ExchangeError { Code = ExchangeErrorCode.Internal, Message = e.Message, Retryable = true };
        }

        return new ExchangeError
        {
            Code = ExchangeErrorCode.ConnectionLost,
            Message = link.Ended.IsCompleted ? await link.Ended.ConfigureAwait(false) : "stopping",
            Retryable = true,
        };

        // While a socket is being replaced, the old one serves: the session stays ready.
        void Tell(ConnectionState state)
        {
            if (!isReplacement && !_stop.IsCancellationRequested)
                SetState(state, null);
        }
    }

    /// <summary>Watches the link in service until it is lost, replacing it when its time has come.</summary>
    private async Task<(SocketLink Link, string Reason)> WatchAsync(SocketLink link)
    {
        var readyAt = _time.GetTimestamp();
        var rotateAt = _options.RotateAfter;
        var notBefore = TimeSpan.Zero;
        while (true)
        {
            using (var tick = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
            {
                var wait = Task.Delay(_watchPeriod, _time, tick.Token);
                await Task.WhenAny(link.Ended, _recycle.Task, wait).ConfigureAwait(false);
                await tick.CancelAsync().ConfigureAwait(false);
            }

            if (_stop.IsCancellationRequested)
                return (link, "stopped");
            if (link.Ended.IsCompleted)
                return (link, await link.Ended.ConfigureAwait(false));
            if (_recycle.Task.IsCompleted)
            {
                var reason = await _recycle.Task.ConfigureAwait(false);
                SetState(ConnectionState.Stale, reason);
                return (link, reason);
            }

            if (IsSilent(link, readyAt, out var silence))
            {
                var reason = $"no data for {silence.TotalSeconds:0} s though the socket is open";
                SetState(ConnectionState.Stale, reason);
                return (link, reason);
            }

            var age = _time.GetElapsedTime(link.CreatedAt);
            var isOld = rotateAt > TimeSpan.Zero && age >= rotateAt;
            if (age < notBefore || !(isOld || _protocol.IsDueForReplacement(link)))
                continue;
            if (await ReplaceAsync(link).ConfigureAwait(false) is { } replacement)
            {
                link = replacement;
                readyAt = _time.GetTimestamp();
                rotateAt = _options.RotateAfter;
                notBefore = TimeSpan.Zero;
            }
            else
            {
                // The old socket still serves; the next try comes in a minute.
                notBefore = _time.GetElapsedTime(link.CreatedAt) + TimeSpan.FromMinutes(1);
            }
        }
    }

    private bool IsSilent(SocketLink link, long readyAt, out TimeSpan silence)
    {
        silence = TimeSpan.Zero;
        if (_options.StaleAfter <= TimeSpan.Zero || _protocol.ExpectsDataSince is not { } since)
            return false;
        silence = _time.GetElapsedTime(Math.Max(Math.Max(link.LastData, since), readyAt));
        return silence >= _options.StaleAfter;
    }

    /// <summary>Opens the next socket before the old one is closed, so that no message is lost in between.</summary>
    private async Task<SocketLink?> ReplaceAsync(SocketLink old)
    {
        var (next, error) = await OpenAsync(isReplacement: true).ConfigureAwait(false);
        if (error is not null || next is null)
        {
            SocketLog.Trouble(_logger, _options.Connection.ToString(), _options.Name, _generation, "could not replace the socket", ": " + error?.Message);
            if (next is not null)
                await next.CloseAsync().ConfigureAwait(false);
            return null;
        }

        _current = next;
        SetState(ConnectionState.Ready, "the socket was replaced before the venue's time limit");

        // Requests that wait for a reply get the time that they were promised.
        var drain = _time.GetTimestamp();
        while (old.PendingRequests > 0 && !old.Ended.IsCompleted && _time.GetElapsedTime(drain) < _options.RequestTimeout && !_stop.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, CancellationToken.None).ConfigureAwait(false);
        await old.CloseAsync().ConfigureAwait(false);
        return next;
    }

    private async Task WaitAsync(string reason)
    {
        var wait = _backoff.Next();
        SetState(ConnectionState.Waiting, reason, _time.GetUtcNow() + wait);
        try
        {
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting; the caller looks.
        }
    }

    private async Task Signalled(Task signal)
    {
        try
        {
            await signal.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting; the caller looks.
        }
    }

    private void SetState(ConnectionState state, string? reason, DateTimeOffset? nextAttempt = null)
    {
        _status = new ConnectionStatus
        {
            Connection = _options.Connection,
            State = state,
            Since = _time.GetUtcNow(),
            Generation = _generation,
            Reason = reason,
            NextAttempt = nextAttempt,
            Reconnects = _reconnects,
        };
        var why = reason is null ? "" : ": " + reason;
        if (state is ConnectionState.Waiting or ConnectionState.Stale or ConnectionState.Refused)
            SocketLog.Trouble(_logger, _options.Connection.ToString(), _options.Name, _generation, state.ToString(), why);
        else
            SocketLog.State(_logger, _options.Connection.ToString(), _options.Name, _generation, state.ToString(), why);
        try
        {
            _onStatus(Status);
        }
        catch (Exception e)
        {
            SocketLog.SessionFailed(_logger, e, _options.Connection.ToString(), _options.Name);
        }
    }
}
