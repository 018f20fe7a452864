using System.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>
/// Keeps one socket of a venue open: connects, authenticates, subscribes, watches that data comes, replaces the socket before
/// the venue's time limit, and reconnects with growing waits.
/// </summary>
/// <remarks>
/// One owner of the state: the task that <see cref="Start"/> starts is the only one that opens, replaces and gives up links
/// and that changes the state. Everything else signals to it: the end of a link, <see cref="Recycle"/>, <see cref="StopAsync"/>.
/// Frames do not pass through it: they go from the receiving thread straight to the protocol.
/// </remarks>
public sealed partial class SocketSession : IAsyncDisposable
{
    private static readonly TimeSpan _watchPeriod = TimeSpan.FromSeconds(1);

    private readonly SocketSessionOptions _options;
    private readonly SocketProtocol _protocol;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IFrameTap? _tap;
    private readonly Action<ConnectionStatus> _onStatus;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ExchangeError?> _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _starting = new();
    private Task? _running;
    private volatile ConnectionStatus _status;
    private volatile SocketLink? _current;
    private volatile TaskCompletionSource<string> _recycle = NewSignal();
    private int _generation;
    private long _reconnects;
    private long _unreadable;
    private long _unknown;
    private long _lastLogged;
    private long _lastDataTicks;

    /// <summary>Creates a session; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="protocol">What is spoken.</param>
    /// <param name="time">The clock of all waits.</param>
    /// <param name="logger">The log.</param>
    /// <param name="onStatus">Is told every change of state, one at a time.</param>
    /// <param name="tap">Sees every frame, or null.</param>
    /// <param name="random">Gives numbers from 0 up to 1 for the jitter; null for a random source.</param>
    public SocketSession(
        SocketSessionOptions options,
        SocketProtocol protocol,
        TimeProvider time,
        ILogger logger,
        Action<ConnectionStatus> onStatus,
        IFrameTap? tap = null,
        Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _protocol = protocol;
        _time = time;
        _logger = logger;
        _onStatus = onStatus;
        _tap = tap;
        _backoff = new Backoff(options.FirstBackoff, options.LongestBackoff, random ?? Random.Shared.NextDouble);
        _status = new ConnectionStatus { Connection = options.Connection, State = ConnectionState.Stopped, Since = time.GetUtcNow() };
    }

    /// <summary>The link that is in service, or null while there is none.</summary>
    public SocketLink? Current => _current;

    /// <summary>Where the session stands, with its counters as of now.</summary>
    public ConnectionStatus Status => _status with
    {
        LastDataTime = Interlocked.Read(ref _lastDataTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
        UnreadableMessages = Interlocked.Read(ref _unreadable),
        UnknownMessages = Interlocked.Read(ref _unknown),
    };

    /// <summary>
    /// Starts the session, once; completes when it is ready (null) or the first attempt has failed. Later attempts go on by
    /// themselves.
    /// </summary>
    public Task<ExchangeError?> Start()
    {
        lock (_starting)
            _running ??= Task.Run(RunAsync);
        return _firstAttempt.Task;
    }

    /// <summary>Sends a request on the link in service; when there is none, it is not sent.</summary>
    public Task<SocketReply> RequestAsync(
        Func<long, ReadOnlyMemory<byte>> makeFrame, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _current is { } link
            ? link.RequestAsync(makeFrame, timeout, cancellationToken)
            : Task.FromResult(SocketReply.NotSent(ExchangeErrorCode.NotReady, $"the connection is {_status.State}"));

    /// <summary>Gives the link in service up and connects again: data that should come does not, or is wrong.</summary>
    /// <param name="reason">Why, for the status.</param>
    public void Recycle(string reason) => _recycle.TrySetResult(reason);

    /// <summary>Closes the socket and ends the session for good.</summary>
    public async Task StopAsync()
    {
        Task? running;
        lock (_starting)
            running = _running ??= Task.CompletedTask;
        await _stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static TaskCompletionSource<string> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnFrame(SocketLink link, ReadOnlyMemory<byte> frame)
    {
        var receivedAt = _time.GetUtcNow();
        var span = frame.Span;
        _tap?.OnFrame(_options.Name, _options.Url, outgoing: false, span, receivedAt);
        FrameKind kind;
        long replyTo = 0;
        if (span.Length > _options.LargestFrame)
        {
            kind = FrameKind.Unreadable;
        }
        else
        {
            try
            {
                kind = _protocol.OnFrame(link, span, receivedAt, out replyTo);
            }
            catch (Exception e)
            {
                SocketLog.HandlerFailed(_logger, e, _options.Name);
                kind = FrameKind.Unreadable;
            }
        }

        switch (kind)
        {
            case FrameKind.Data:
                link.SawData();
                Interlocked.Exchange(ref _lastDataTicks, receivedAt.UtcTicks);
                break;
            case FrameKind.Reply when !link.Complete(replyTo, span):
                _protocol.OnUnmatchedReply(link, replyTo, span);
                break;
            case FrameKind.Unknown:
                var unknown = Interlocked.Increment(ref _unknown);
                if (MayLog())
                    SocketLog.Unknown(_logger, _options.Connection.ToString(), _options.Name, unknown, Excerpt(span));
                break;
            case FrameKind.Unreadable:
                var unreadable = Interlocked.Increment(ref _unreadable);
                if (MayLog())
                    SocketLog.Unreadable(_logger, _options.Connection.ToString(), _options.Name, unreadable, Excerpt(span));
                break;
        }
    }

    /// <summary>One excerpt a second: a venue gone mad must not fill the disk.</summary>
    private bool MayLog()
    {
        var now = _time.GetTimestamp();
        var last = Interlocked.Read(ref _lastLogged);
        return (last == 0 || _time.GetElapsedTime(last, now) >= TimeSpan.FromSeconds(1))
            && Interlocked.CompareExchange(ref _lastLogged, now, last) == last;
    }

    private string Excerpt(ReadOnlySpan<byte> frame) =>
        _protocol.Redact(Encoding.UTF8.GetString(frame[..Math.Min(frame.Length, 200)]));
}
