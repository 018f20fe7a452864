using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Websocket.Client;

public partial class WebsocketClient
{
    private readonly Channel<Outgoing> _textQueue = NewQueue();
    private readonly Channel<Outgoing> _binaryQueue = NewQueue();

    /// <inheritdoc />
    public bool TextSenderRunning { get; private set; }

    /// <inheritdoc />
    public bool BinarySenderRunning { get; private set; }

    /// <inheritdoc />
    public bool Send(string message)
    {
        RequireInput(message, nameof(message));
        return _textQueue.Writer.TryWrite(Outgoing.OfText(message));
    }

    /// <inheritdoc />
    public bool Send(byte[] message)
    {
        RequireInput(message, nameof(message));
        return Queue(new ReadOnlySequence<byte>(message), WebSocketMessageType.Binary);
    }

    /// <inheritdoc />
    public bool Send(ArraySegment<byte> message)
    {
        RequireInput(message.Array, nameof(message));
        return Queue(new ReadOnlySequence<byte>(message), WebSocketMessageType.Binary);
    }

    /// <inheritdoc />
    public bool Send(ReadOnlySequence<byte> message)
    {
        RequireInput(message.Start.GetObject(), nameof(message));
        return Queue(message, WebSocketMessageType.Binary);
    }

    /// <inheritdoc />
    public Task SendInstant(string message)
    {
        RequireInput(message, nameof(message));
        return SendInLock(Outgoing.OfText(message));
    }

    /// <inheritdoc />
    public Task SendInstant(byte[] message) =>
        SendInLock(Outgoing.OfBytes(new ReadOnlySequence<byte>(message), WebSocketMessageType.Binary));

    /// <inheritdoc />
    public bool SendAsText(byte[] message)
    {
        RequireInput(message, nameof(message));
        return Queue(new ReadOnlySequence<byte>(message), WebSocketMessageType.Text);
    }

    /// <inheritdoc />
    public bool SendAsText(ArraySegment<byte> message)
    {
        RequireInput(message.Array, nameof(message));
        return Queue(new ReadOnlySequence<byte>(message), WebSocketMessageType.Text);
    }

    /// <inheritdoc />
    public bool SendAsText(ReadOnlySequence<byte> message)
    {
        RequireInput(message.Start.GetObject(), nameof(message));
        return Queue(message, WebSocketMessageType.Text);
    }

    private bool Queue(ReadOnlySequence<byte> message, WebSocketMessageType type)
    {
        var queue = type == WebSocketMessageType.Text ? _textQueue : _binaryQueue;
        return queue.Writer.TryWrite(Outgoing.OfBytes(message, type));
    }

    private static Channel<Outgoing> NewQueue() =>
        Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });

    private void StartSenders()
    {
        if (!TextSenderRunning)
        {
            TextSenderRunning = true;
            _ = Task.Run(async () =>
            {
                await SendFromQueue(_textQueue.Reader).ConfigureAwait(false);
                TextSenderRunning = false;
            });
        }

        if (!BinarySenderRunning)
        {
            BinarySenderRunning = true;
            _ = Task.Run(async () =>
            {
                await SendFromQueue(_binaryQueue.Reader).ConfigureAwait(false);
                BinarySenderRunning = false;
            });
        }
    }

    private void CompleteQueues()
    {
        _textQueue.Writer.TryComplete();
        _binaryQueue.Writer.TryComplete();
    }

    private async Task SendFromQueue(ChannelReader<Outgoing> queue)
    {
        while (await queue.WaitToReadAsync().ConfigureAwait(false))
        {
            while (queue.TryRead(out var message))
            {
                try
                {
                    await SendInLock(message).ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    _logger.LogError(error, "Websocket {Name} failed to send a {Type} message: {Error}", Name, message.Type, error.Message);
                }
            }
        }
    }

    private async Task SendInLock(Outgoing message)
    {
        await _lock.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_client is not { State: WebSocketState.Open } client)
            {
                _logger.LogDebug("Websocket {Name} is not connected; a {Type} message is dropped.", Name, message.Type);
            }
            else if (message.Text is not null)
            {
                await SendText(client, message.Text).ConfigureAwait(false);
            }
            else
            {
                await SendBytes(client, message.Bytes, message.Type).ConfigureAwait(false);
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task SendText(WebSocket client, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(TextEncoding.GetMaxByteCount(text.Length));
        try
        {
            var length = TextEncoding.GetBytes(text, buffer);
            await client.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Text, true, _connectionEnds)
                .ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendBytes(WebSocket client, ReadOnlySequence<byte> bytes, WebSocketMessageType type)
    {
        while (!bytes.IsSingleSegment)
        {
            var part = bytes.First;
            await client.SendAsync(part, type, false, _connectionEnds).ConfigureAwait(false);
            bytes = bytes.Slice(part.Length);
        }

        await client.SendAsync(bytes.First, type, true, _connectionEnds).ConfigureAwait(false);
    }

    /// <summary>A queued message: a text yet to be encoded, or bytes.</summary>
    private readonly record struct Outgoing(string? Text, ReadOnlySequence<byte> Bytes, WebSocketMessageType Type)
    {
        public static Outgoing OfText(string text) => new(text, default, WebSocketMessageType.Text);

        public static Outgoing OfBytes(ReadOnlySequence<byte> bytes, WebSocketMessageType type) => new(null, bytes, type);
    }
}
