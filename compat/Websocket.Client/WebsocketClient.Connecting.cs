using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Websocket.Client.Exceptions;

namespace Websocket.Client;

public partial class WebsocketClient
{
    private CancellationTokenSource? _connection;
    private CancellationToken _connectionEnds;
    private Timer? _errorTimer;

    /// <inheritdoc />
    public Task Start() => StartClient(failFast: false);

    /// <inheritdoc />
    public Task StartOrFail() => StartClient(failFast: true);

    /// <inheritdoc />
    public Task<bool> Stop(WebSocketCloseStatus status, string statusDescription) =>
        StopByUser(status, statusDescription, failFast: false);

    /// <inheritdoc />
    public Task<bool> StopOrFail(WebSocketCloseStatus status, string statusDescription) =>
        StopByUser(status, statusDescription, failFast: true);

    /// <inheritdoc />
    public Task Reconnect() => ReconnectByUser(failFast: false);

    /// <inheritdoc />
    public Task ReconnectOrFail() => ReconnectByUser(failFast: true);

    private static Func<Uri, CancellationToken, Task<WebSocket>> ConnectBy(Func<ClientWebSocket>? clientFactory) =>
        async (url, cancellation) =>
        {
            var client = clientFactory?.Invoke() ?? new ClientWebSocket();
            try
            {
                await client.ConnectAsync(url, cancellation).ConfigureAwait(false);
                return client;
            }
            catch
            {
                client.Dispose();
                throw;
            }
        };

    private async Task StartClient(bool failFast)
    {
        ThrowIfDisposed("start");
        if (IsStarted)
        {
            _logger.LogDebug("Websocket {Name} is started already.", Name);
            return;
        }

        IsStarted = true;
        await Connect(ReconnectionType.Initial, failFast).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(_disposing, this);
        StartSenders();
    }

    private async Task Connect(ReconnectionType type, bool failFast)
    {
        StopWatchingSilence();
        var connection = new CancellationTokenSource();
        var ends = connection.Token;
        _connectionEnds = ends;
        Interlocked.Exchange(ref _connection, connection)?.Dispose();
        try
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ends);
            attempt.CancelAfter(_disposing ? TimeSpan.Zero : ConnectTimeout);
            var client = await _connect(_url, attempt.Token).ConfigureAwait(false);
            var before = Interlocked.Exchange(ref _client, client);
            before?.Dispose();
            if (_disposing)
            {
                client.Abort();
                client.Dispose();
                throw new OperationCanceledException("The client was disposed of while it connected.");
            }

            _lastReceived = Environment.TickCount64;
            IsRunning = true;
            IsStarted = true;
            _ = ReceiveLoop(client, ends);
            _reconnections.OnNext(ReconnectionInfo.Create(type));
            _lastReceived = Environment.TickCount64;
            WatchSilence();
        }
        catch (Exception error)
        {
            ConnectFailed(error, failFast);
        }
    }

    private void ConnectFailed(Exception error, bool failFast)
    {
        IsRunning = _client?.State == WebSocketState.Open;
        var info = DisconnectionInfo.Create(DisconnectionType.Error, _client, error);
        _disconnections.OnNext(info);
        _logger.LogError(error, "Websocket {Name} failed to connect: {Error}", Name, error.Message);
        if (info.CancelReconnection)
        {
            return;
        }

        if (failFast)
        {
            throw new WebsocketException($"Failed to start Websocket client {Name}, error: '{error.Message}'", error);
        }

        if (_disposing || ErrorReconnectTimeout is not { } wait)
        {
            return;
        }

        StopWaitingAfterError();
        _errorTimer = new Timer(ReconnectAfterError, error, wait, Timeout.InfiniteTimeSpan);
    }

    private void ReconnectAfterError(object? error)
    {
        if (_client is { } client && IsSuperseded(client))
        {
            return;
        }

        _ = Observe(ReconnectNow(ReconnectionType.Error, failFast: false, error as Exception));
    }

    private async Task<bool> StopByUser(WebSocketCloseStatus status, string statusDescription, bool failFast)
    {
        var stopped = await StopClient(_client, status, statusDescription, failFast, byServer: false, CancellationToken.None)
            .ConfigureAwait(false);
        _disconnections.OnNext(DisconnectionInfo.Create(DisconnectionType.ByUser, _client, null));
        return stopped;
    }

    private async Task<bool> StopClient(
        WebSocket? client,
        WebSocketCloseStatus status,
        string statusDescription,
        bool failFast,
        bool byServer,
        CancellationToken cancellation)
    {
        ThrowIfDisposed("stop");
        StopWatchingSilence();
        if (client is null || !IsRunning)
        {
            IsStarted = false;
            IsRunning = false;
            return false;
        }

        try
        {
            _stopping = true;
            var closing = byServer
                ? client.CloseOutputAsync(status, statusDescription, cancellation)
                : client.CloseAsync(status, statusDescription, cancellation);
            await closing.ConfigureAwait(false);
            return true;
        }
        catch (Exception error)
        {
            _logger.LogError(error, "Websocket {Name} failed to close: {Error}", Name, error.Message);
            return failFast
                ? throw new WebsocketException($"Failed to stop Websocket client {Name}, error: '{error.Message}'", error)
                : false;
        }
        finally
        {
            IsRunning = false;
            _stopping = false;
            if (!byServer || !IsReconnectionEnabled)
            {
                IsStarted = false;
            }
        }
    }

    private async Task ReconnectByUser(bool failFast)
    {
        if (!IsStarted)
        {
            _logger.LogDebug("Websocket {Name} is not started, so it does not reconnect.", Name);
            return;
        }

        await ReconnectInLock(ReconnectionType.ByUser, failFast, null).ConfigureAwait(false);
    }

    private async Task ReconnectInLock(ReconnectionType type, bool failFast, Exception? cause)
    {
        await _lock.WaitAsync().ConfigureAwait(false);
        try
        {
            await ReconnectNow(type, failFast, cause).ConfigureAwait(false);
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task ReconnectNow(ReconnectionType type, bool failFast, Exception? cause)
    {
        IsRunning = false;
        if (_disposing || !IsStarted)
        {
            return;
        }

        _reconnecting = true;
        try
        {
            var info = DisconnectionInfo.Create((DisconnectionType)type, _client, cause);
            var toldAlready = _client?.State is WebSocketState.CloseReceived or WebSocketState.Closed;
            if (type != ReconnectionType.Error && !toldAlready)
            {
                _disconnections.OnNext(info);
            }

            EndConnection();
            if (type != ReconnectionType.Error && (!IsReconnectionEnabled || info.CancelReconnection))
            {
                IsStarted = false;
                return;
            }

            await Connect(type, failFast).ConfigureAwait(false);
        }
        finally
        {
            _reconnecting = false;
        }
    }

    private void EndConnection()
    {
        var connection = Interlocked.Exchange(ref _connection, null);
        try
        {
            connection?.Cancel();
            _client?.Abort();
            _client?.Dispose();
        }
        catch (Exception error)
        {
            _logger.LogError(error, "Websocket {Name} failed to drop its socket: {Error}", Name, error.Message);
        }

        connection?.Dispose();
    }

    /// <summary>Whether something else deals already with the end of this socket.</summary>
    private bool IsSuperseded(WebSocket client) => _disposing || _reconnecting || _stopping || client != _client;

    private async Task Observe(Task reconnection)
    {
        try
        {
            await reconnection.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _logger.LogError(error, "Websocket {Name} failed while it reconnected: {Error}", Name, error.Message);
        }
    }

    private void StopWaitingAfterError() => Interlocked.Exchange(ref _errorTimer, null)?.Dispose();

    private void ThrowIfDisposed(string what)
    {
        if (_disposing)
        {
            throw new WebsocketException($"Client {Name} is disposed of already; it cannot {what}.");
        }
    }
}
