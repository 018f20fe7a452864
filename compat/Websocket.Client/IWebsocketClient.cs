using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Websocket.Client;

/// <summary>A WebSocket client that receives by push, sends from a queue and reconnects by itself.</summary>
public interface IWebsocketClient : IDisposable
{
    /// <summary>The server's address. A change counts from the next connection.</summary>
    Uri Url { get; set; }

    /// <summary>Every message, one at a time, on the receive loop.</summary>
    IObservable<ResponseMessage> MessageReceived { get; }

    /// <summary>Every connection that was made, the first one included.</summary>
    IObservable<ReconnectionInfo> ReconnectionHappened { get; }

    /// <summary>Every connection that ended, and every attempt that failed.</summary>
    IObservable<DisconnectionInfo> DisconnectionHappened { get; }

    /// <summary>How long an attempt to connect may take. Default: 5 seconds.</summary>
    TimeSpan ConnectTimeout { get; set; }

    /// <summary>After how long without any message to reconnect, looked at once a second; null: never. Default: 1 minute.</summary>
    TimeSpan? ReconnectTimeout { get; set; }

    /// <summary>How long to wait after a failed attempt to connect; null: no further attempt. Default: 1 minute.</summary>
    TimeSpan? ErrorReconnectTimeout { get; set; }

    /// <summary>How long to wait before reconnecting after a connection broke; null: not at all. Default: null.</summary>
    TimeSpan? LostReconnectTimeout { get; set; }

    /// <summary>Whether to reconnect. Default: true.</summary>
    bool IsReconnectionEnabled { get; set; }

    /// <summary>A name for the log.</summary>
    string? Name { get; set; }

    /// <summary>Whether the client was started and not stopped since.</summary>
    bool IsStarted { get; }

    /// <summary>Whether the client is connected.</summary>
    bool IsRunning { get; }

    /// <summary>Whether the loop that sends queued text runs.</summary>
    bool TextSenderRunning { get; }

    /// <summary>Whether the loop that sends queued bytes runs.</summary>
    bool BinarySenderRunning { get; }

    /// <summary>Whether a send or a reconnection is under way.</summary>
    bool IsInsideLock { get; }

    /// <summary>Whether text frames become strings; if not, they are handed out as binary. Default: true.</summary>
    bool IsTextMessageConversionEnabled { get; set; }

    /// <summary>Whether bytes are copied out of the pooled stream; if not, the receiver gets the stream. Default: true.</summary>
    bool IsStreamDisposedAutomatically { get; set; }

    /// <summary>The encoding of text; null: UTF-8.</summary>
    Encoding? MessageEncoding { get; set; }

    /// <summary>The socket of the current connection.</summary>
    ClientWebSocket? NativeClient { get; }

    /// <summary>Queues a text frame. True if it was queued, which says nothing of whether it will be sent.</summary>
    bool Send(string message);

    /// <summary>Queues a binary frame. True if it was queued.</summary>
    bool Send(byte[] message);

    /// <summary>Queues a binary frame. True if it was queued.</summary>
    bool Send(ArraySegment<byte> message);

    /// <summary>Queues a binary frame. True if it was queued.</summary>
    bool Send(ReadOnlySequence<byte> message);

    /// <summary>Sends a text frame past the queue. While disconnected it does nothing and returns normally.</summary>
    Task SendInstant(string message);

    /// <summary>Sends a binary frame past the queue. While disconnected it does nothing and returns normally.</summary>
    Task SendInstant(byte[] message);

    /// <summary>Queues a text frame that is encoded already. True if it was queued.</summary>
    bool SendAsText(byte[] message);

    /// <summary>Queues a text frame that is encoded already. True if it was queued.</summary>
    bool SendAsText(ArraySegment<byte> message);

    /// <summary>Queues a text frame that is encoded already. True if it was queued.</summary>
    bool SendAsText(ReadOnlySequence<byte> message);

    /// <summary>Hands a message to <see cref="MessageReceived"/> as if the server had sent it.</summary>
    void StreamFakeMessage(ResponseMessage message);

    /// <summary>Ends the connection without a close handshake, and completes the observables.</summary>
    new void Dispose();

    /// <summary>Connects. A failure is told by <see cref="DisconnectionHappened"/> and does not throw.</summary>
    Task Start();

    /// <summary>Connects, or throws <see cref="Exceptions.WebsocketException"/>.</summary>
    Task StartOrFail();

    /// <summary>Closes the connection with a handshake. True if it was closed; a failure does not throw.</summary>
    Task<bool> Stop(WebSocketCloseStatus status, string statusDescription);

    /// <summary>Closes the connection with a handshake, or throws <see cref="Exceptions.WebsocketException"/>.</summary>
    Task<bool> StopOrFail(WebSocketCloseStatus status, string statusDescription);

    /// <summary>Drops the connection and makes a new one. A failure does not throw; it is tried again.</summary>
    Task Reconnect();

    /// <summary>Drops the connection and makes a new one, or throws <see cref="Exceptions.WebsocketException"/>.</summary>
    Task ReconnectOrFail();
}
