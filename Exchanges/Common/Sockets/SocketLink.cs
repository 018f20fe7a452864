using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Websocket.Client;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>
/// One socket of a session, from its opening to its end: a generation. A command is bound to one link, and what was
/// pending on a link that ended is of unknown outcome; it is never carried over to the next one.
/// </summary>
public sealed class SocketLink : IDisposable
{
    private static int _lastSerial;

    private readonly SocketSessionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFrameTap? _tap;
    private readonly WebsocketClient _client;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<byte[]>> _pending = new();
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _ended;
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable[] _observers;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private volatile ClientWebSocket? _socket;
    private long _lastId;
    private long _lastData;
    private long _nextWrite;
    private int _disposed;

    internal SocketLink(
        SocketSessionOptions options,
        Uri url,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        int generation,
        TimeProvider time,
        ILogger logger,
        IFrameTap? tap,
        Action<SocketLink, ReadOnlyMemory<byte>> onFrame)
    {
        _headers = headers;
        _options = options;
        _time = time;
        _logger = logger;
        _tap = tap;
        _ended = _life.Token;
        Generation = generation;
        CreatedAt = time.GetTimestamp();
        _client = new WebsocketClient(url, NewSocket)
        {
            Name = $"{options.Connection} {options.Name} #{generation}",
            ConnectTimeout = options.ConnectTimeout,

            // The session owns reconnection; a library that reconnects by itself would put commands on sockets of another generation.
            IsReconnectionEnabled = false,
            ReconnectTimeout = null,
            ErrorReconnectTimeout = null,
            LostReconnectTimeout = null,
            IsTextMessageConversionEnabled = false,
            IsStreamDisposedAutomatically = false,
        };
        _observers =
        [
            _client.MessageReceived.Subscribe(message => Receive(message, onFrame)),
            _client.DisconnectionHappened.Subscribe(info =>
            {
                if (!_end.Task.IsCompleted)
                    CloseStatus = info.CloseStatus;
                End(Describe(info));
            }),
        ];
    }

    /// <summary>Counts the sockets of the session, from 1.</summary>
    public int Generation { get; }

    /// <summary>Counts the links of the process, from 1: tells the links of several sessions apart.</summary>
    public int Serial { get; } = Interlocked.Increment(ref _lastSerial);

    /// <summary>Completes with the reason when the link has ended.</summary>
    public Task<string> Ended => _end.Task;

    /// <summary>True from opening to end.</summary>
    public bool IsOpen => !_end.Task.IsCompleted && _client.NativeClient?.State == WebSocketState.Open;

    /// <summary>With what the venue closed the link; null when it did not, or not properly.</summary>
    public WebSocketCloseStatus? CloseStatus { get; private set; }

    /// <summary>Cancelled when the link has ended.</summary>
    public CancellationToken EndedToken => _ended;

    /// <summary>The id of the request made last; 0 when none was.</summary>
    public long LastRequestId => Interlocked.Read(ref _lastId);

    /// <summary>Requests that have no reply yet.</summary>
    public int PendingRequests => _pending.Count;

    /// <summary>When it was made, as a timestamp of the session's clock.</summary>
    internal long CreatedAt { get; }

    /// <summary>When data last came, as a timestamp of the session's clock; 0 when none did.</summary>
    internal long LastData => Volatile.Read(ref _lastData);

    /// <summary>Sends one text frame, waiting for its turn and for the session's pace.</summary>
    /// <param name="frame">The frame in UTF-8.</param>
    /// <param name="cancellationToken">Ends the wait for the turn only: a write that has begun is not cancelled, since that would end the socket.</param>
    public async Task<SendOutcome> SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
            await _writing.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                await Pace(either.Token).ConfigureAwait(false);
                if (_client.NativeClient is not { State: WebSocketState.Open } socket || _end.Task.IsCompleted)
                    return SendOutcome.NotSent;
                return await Write(socket, frame).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return SendOutcome.NotSent;
        }
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <param name="makeFrame">Makes the frame for the id that it is given: a number above 0, used once a link.</param>
    /// <param name="timeout">How long the reply may take, from the sending on; null for the session's default.</param>
    /// <param name="cancellationToken">Gives the wait up. What was sent stays sent: the outcome is then unknown.</param>
    public async Task<SocketReply> RequestAsync(
        Func<long, ReadOnlyMemory<byte>> makeFrame, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(makeFrame);
        var id = Interlocked.Increment(ref _lastId);
        var reply = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = reply;
        try
        {
            var sent = await SendAsync(makeFrame(id), cancellationToken).ConfigureAwait(false);
            if (sent == SendOutcome.NotSent)
            {
                return cancellationToken.IsCancellationRequested
                    ? SocketReply.NotSent(ExchangeErrorCode.Timeout, "the request was given up before it was sent")
                    : SocketReply.NotSent(ExchangeErrorCode.ConnectionLost, "the connection was lost before the request was sent");
            }

            var limit = timeout ?? _options.RequestTimeout;
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended);
                return new SocketReply(sent, await reply.Task.WaitAsync(limit, _time, either.Token).ConfigureAwait(false), null);
            }
            catch (TimeoutException)
            {
                return SocketReply.Unknown(sent, ExchangeErrorCode.Timeout, $"no reply within {limit.TotalSeconds:0.###} s");
            }
            catch (OperationCanceledException) when (reply.Task.IsCompletedSuccessfully)
            {
                return new SocketReply(sent, await reply.Task.ConfigureAwait(false), null);
            }
            catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
            {
                return SocketReply.Unknown(sent, ExchangeErrorCode.Timeout, "the wait for the reply was given up");
            }
            catch (OperationCanceledException)
            {
                return SocketReply.Unknown(sent, ExchangeErrorCode.ConnectionLost, "the connection was lost before the reply came");
            }
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>Ends the link at once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        End("closed by us");
        foreach (var observer in _observers)
            observer.Dispose();
        _client.Dispose();
        _life.Dispose();
    }

    /// <summary>The HTTP status that the opening handshake was answered with; null when there was no answer.</summary>
    internal HttpStatusCode? HandshakeStatus => _socket?.HttpStatusCode is { } status and not 0 ? status : null;

    internal async Task OpenAsync()
    {
        await _client.StartOrFail().ConfigureAwait(false);
        _tap?.OnOpened(_options.Name, _options.Url, _time.GetUtcNow());
    }

    internal void SawData() => Volatile.Write(ref _lastData, _time.GetTimestamp());

    internal bool Complete(long id, ReadOnlySpan<byte> frame) =>
        _pending.TryRemove(id, out var reply) && reply.TrySetResult(frame.ToArray());

    /// <summary>Closes with a handshake, as far as the peer plays along.</summary>
    internal async Task CloseAsync()
    {
        End("closed by us");
        if (_client.IsRunning && _client.NativeClient?.State == WebSocketState.Open)
        {
            try
            {
                await _client.Stop(WebSocketCloseStatus.NormalClosure, "").WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                SocketLog.CloseFailed(_logger, _client.Name ?? "", e.Message);
            }
        }

        Dispose();
    }

    internal void End(string reason)
    {
        if (!_end.TrySetResult(reason))
            return;
        try
        {
            _life.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Disposed of at the same moment; nobody waits any more.
        }
    }

    private static string Describe(DisconnectionInfo info)
    {
        var reason = info.Type switch
        {
            DisconnectionType.ByServer => "closed by the venue",
            DisconnectionType.ByUser or DisconnectionType.Exit => "closed by us",
            DisconnectionType.Error => "could not connect",
            _ => "connection lost",
        };
        var status = info.CloseStatus is { } code ? $" ({(int)code} {info.CloseStatusDescription})" : "";
        return info.Exception is { } e ? $"{reason}{status}: {e.GetBaseException().Message}" : reason + status;
    }

    private ClientWebSocket NewSocket()
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = _options.KeepAliveInterval;
        socket.Options.KeepAliveTimeout = _options.KeepAliveInterval;
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in _headers)
            socket.Options.SetRequestHeader(name, value);
        return _socket = socket;
    }

    private async Task Pace(CancellationToken cancellationToken)
    {
        if (_options.MessageInterval <= TimeSpan.Zero)
            return;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), _nextWrite);
        if (_nextWrite != 0 && wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        _nextWrite = _time.GetTimestamp() + (long)(_options.MessageInterval.TotalSeconds * _time.TimestampFrequency);
    }

    private async Task<SendOutcome> Write(ClientWebSocket socket, ReadOnlyMemory<byte> frame)
    {
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            _tap?.OnFrame(_options.Name, _options.Url, outgoing: true, frame.Span, _time.GetUtcNow());
            return SendOutcome.Sent;
        }
        catch (Exception e)
        {
            End($"sending failed: {e.GetBaseException().Message}");
            return SendOutcome.MaybeSent;
        }
    }

    private void Receive(ResponseMessage message, Action<SocketLink, ReadOnlyMemory<byte>> onFrame)
    {
        using var stream = message.Stream;
        try
        {
            if (_end.Task.IsCompleted)
                return;
            if (stream is null)
                onFrame(this, message.Binary ?? []);
            else if (stream.TryGetBuffer(out var buffer))
                onFrame(this, buffer.AsMemory(0, (int)stream.Length));
            else
                onFrame(this, stream.ToArray());
        }
        catch (Exception e)
        {
            // The session counts what its protocol throws; this is a defect of the session itself.
            SocketLog.HandlerFailed(_logger, e, _client.Name ?? "");
        }
    }
}
