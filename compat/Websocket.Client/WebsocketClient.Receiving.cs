using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.IO;

namespace Websocket.Client;

public partial class WebsocketClient
{
    private async Task ReceiveLoop(WebSocket client, CancellationToken connectionEnds)
    {
        Exception? cause = null;
        try
        {
            do
            {
                // An id of one's own for each stream would cost a random number a message.
                var stream = _streams.GetStream(Guid.Empty);
                var handedOut = false;
                try
                {
                    var type = await ReceiveMessage(client, stream, connectionEnds).ConfigureAwait(false);
                    if (type == WebSocketMessageType.Close)
                    {
                        if (await ServerCloses(client, connectionEnds).ConfigureAwait(false))
                        {
                            return;
                        }

                        continue;
                    }

                    var message = ToMessage(type, stream);
                    handedOut = message.Stream is not null;
                    Volatile.Write(ref _lastReceived, Environment.TickCount64);
                    _messages.OnNext(message);
                }
                finally
                {
                    if (!handedOut)
                    {
                        await stream.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }
            while (client.State == WebSocketState.Open && !connectionEnds.IsCancellationRequested);
        }
        catch (Exception error)
        {
            cause = error;
            if (error is not (OperationCanceledException or ObjectDisposedException))
            {
                _logger.LogError(error, "Websocket {Name} failed to receive: {Error}", Name, error.Message);
            }
        }

        await ConnectionLost(client, cause, connectionEnds).ConfigureAwait(false);
    }

    private static async ValueTask<WebSocketMessageType> ReceiveMessage(
        WebSocket client,
        RecyclableMemoryStream stream,
        CancellationToken cancellation)
    {
        while (true)
        {
            var part = await client.ReceiveAsync(stream.GetMemory(), cancellation).ConfigureAwait(false);
            stream.Advance(part.Count);
            if (part.EndOfMessage)
            {
                stream.Position = 0;
                return part.MessageType;
            }
        }
    }

    private ResponseMessage ToMessage(WebSocketMessageType type, RecyclableMemoryStream stream)
    {
        if (type == WebSocketMessageType.Text && IsTextMessageConversionEnabled)
        {
            return ResponseMessage.TextMessage(TextEncoding.GetString(stream.GetReadOnlySequence()));
        }

        if (!IsStreamDisposedAutomatically)
        {
            return ResponseMessage.BinaryStreamMessage(stream);
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return ResponseMessage.BinaryMessage(bytes);
    }

    /// <summary>Answers a close of the server. False: an observer wants it left unanswered.</summary>
    private async Task<bool> ServerCloses(WebSocket client, CancellationToken connectionEnds)
    {
        if (!IsStarted || _stopping)
        {
            return true;
        }

        var info = DisconnectionInfo.Create(DisconnectionType.ByServer, client, null);
        _disconnections.OnNext(info);
        if (info.CancelClosing)
        {
            return IsReconnectionEnabled
                ? throw new OperationCanceledException($"Websocket connection was closed by server (client: {Name})")
                : false;
        }

        await StopClient(client, WebSocketCloseStatus.NormalClosure, "Closing", failFast: false, byServer: true, connectionEnds)
            .ConfigureAwait(false);
        if (IsReconnectionEnabled && !IsSuperseded(client))
        {
            _ = Observe(ReconnectInLock(ReconnectionType.ByServer, failFast: false, null));
        }

        return true;
    }

    private async Task ConnectionLost(WebSocket client, Exception? cause, CancellationToken connectionEnds)
    {
        if (IsSuperseded(client) || !IsStarted)
        {
            return;
        }

        if (LostReconnectTimeout is { } wait)
        {
            try
            {
                await Task.Delay(wait, connectionEnds).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        await Observe(ReconnectInLock(ReconnectionType.Lost, failFast: false, cause)).ConfigureAwait(false);
    }
}
