using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Exchange.Simulator.Sockets;

/// <summary>A whole message, or a control frame, from the client. The bytes are valid during the call only.</summary>
internal delegate void MessageReceived(Opcode opcode, ReadOnlySpan<byte> payload);

/// <summary>
/// The server's end of a WebSocket, by hand on Kestrel's upgraded stream: the base library's server socket shows neither
/// pings nor pongs and cannot be silent, torn or late on purpose, all of which a simulator must do.
/// </summary>
internal sealed class WebSocketConnection : IDisposable
{
    private const int MaximumMessage = 256 * 1024;
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(2);

    private readonly Stream _stream;
    private readonly HttpContext _http;
    private readonly OutgoingFrames _outgoing;
    private readonly CancellationTokenSource _ended = new();
    private int _closing;

    private WebSocketConnection(Stream stream, HttpContext http, int sendLimit)
    {
        _stream = stream;
        _http = http;
        _outgoing = new OutgoingFrames(sendLimit);
    }

    public int PendingBytes => _outgoing.PendingBytes;

    /// <summary>Answers the handshake; null (and a plain HTTP error) when the request is none.</summary>
    public static async Task<WebSocketConnection?> AcceptAsync(HttpContext http, int sendLimit)
    {
        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        if (upgrade is not { IsUpgradableRequest: true } || key.Length == 0)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 here; nothing secret depends on it.
        var accept = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(accept);
        return new WebSocketConnection(await upgrade.UpgradeAsync(), http, sendLimit);
    }

    /// <summary>Queues one frame. False when the client is too slow (its queue is full) or gone.</summary>
    public bool Send(Opcode opcode, ReadOnlySpan<byte> payload) => _outgoing.TryAdd(opcode, payload);

    /// <summary>Completes when everything queued so far has been handed to the network.</summary>
    public Task WhenDrained() => _outgoing.WhenDrained();

    /// <summary>Reads until either end closes. Never throws for what the network or the client does.</summary>
    public async Task RunAsync(MessageReceived received)
    {
        var sending = SendLoopAsync();
        try
        {
            await ReceiveLoopAsync(received);
        }
        catch (WebSocketProtocolException broken)
        {
            Close(broken.CloseCode, broken.Message);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer went, or we cut it: both are ordinary here, and the owner sees the end of this task.
        }

        // Ordinary end: what is queued (an answer to a close frame, say) still leaves, then the TCP connection ends by FIN.
        await _outgoing.WhenDrained().WaitAsync(_closeTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outgoing.Dispose();
        await sending;
        await _ended.CancelAsync();
    }

    /// <summary>Sends a close frame behind what is queued, and waits a while for the client's before it cuts.</summary>
    public void Close(int code, string reason)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        Span<byte> payload = stackalloc byte[125];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        var length = 2 + Encoding.UTF8.GetBytes(reason, payload[2..]);
        _outgoing.TryAdd(Opcode.Close, payload[..length]);
        _ = AbortAfterCloseTimeoutAsync();
    }

    /// <summary>Cuts the TCP connection without a close frame; what is queued is lost.</summary>
    public void Abort()
    {
        Interlocked.Exchange(ref _closing, 1);
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        _ended.Cancel();
        _outgoing.Dispose();
        try
        {
            _http.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The request has ended by itself meanwhile.
        }
    }

    public void Dispose() => Abort();

    private async Task AbortAfterCloseTimeoutAsync()
    {
        await Task.Delay(_closeTimeout, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Abort();
    }

    private async Task ReceiveLoopAsync(MessageReceived received)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        var partial = new ArrayBufferWriter<byte>();
        var partialOpcode = Opcode.Text;
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _stream.ReadAsync(buffer.AsMemory(length), _ended.Token);
                if (read == 0)
                {
                    return;
                }

                length += read;
                var start = 0;
                while (start < length)
                {
                    var taken = WebSocketFrame.TryRead(
                        buffer.AsSpan(start, length - start), MaximumMessage, out var opcode, out var final, out var payload);
                    if (taken == 0)
                    {
                        break;
                    }

                    start += taken;
                    if (opcode == Opcode.Close)
                    {
                        if (Interlocked.Exchange(ref _closing, 1) == 0)
                        {
                            _outgoing.TryAdd(Opcode.Close, payload);
                        }

                        return;
                    }

                    if (opcode is Opcode.Ping or Opcode.Pong || (final && opcode != Opcode.Continuation))
                    {
                        received(opcode, payload);
                        continue;
                    }

                    if (opcode != Opcode.Continuation)
                    {
                        partialOpcode = opcode;
                        partial.Clear();
                    }

                    if (partial.WrittenCount + payload.Length > MaximumMessage)
                    {
                        throw new WebSocketProtocolException(1009, "message too big");
                    }

                    partial.Write(payload);
                    if (final)
                    {
                        received(partialOpcode, partial.WrittenSpan);
                        partial.Clear();
                    }
                }

                buffer.AsSpan(start, length - start).CopyTo(buffer);
                length -= start;
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                var frames = await _outgoing.TakeAsync(_ended.Token);
                if (frames.IsEmpty)
                {
                    return;
                }

                await _stream.WriteAsync(frames, _ended.Token);
                await _stream.FlushAsync(_ended.Token);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // As above: the receiving side ends too, and the owner sees that.
            Abort();
        }
    }
}
