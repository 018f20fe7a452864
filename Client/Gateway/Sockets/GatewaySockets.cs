using System.Collections.Concurrent;
using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Client.Gateway.Sockets;

/// <summary>
/// The two sockets and the one thread that owns them. Whatever comes from elsewhere reaches it through the outbox or the
/// reply queue, with one wake-up however much waits.
/// </summary>
internal sealed partial class GatewaySockets : IDisposable
{
    /// <summary>Sent in a row before the other socket gets its turn.</summary>
    private const int Batch = 256;

    /// <summary>A subscription's prefix is at most this long; a longer frame cuts the peer off.</summary>
    private const int MaxSubscriptionBytes = 4096;

    private const int BindAttempts = 30;

    private static readonly TimeSpan _bindDelay = TimeSpan.FromMilliseconds(100);

    private readonly GatewayOptions _options;
    private readonly UpdateOutbox _outbox;
    private readonly NoticeFeed _notices;
    private readonly GatewayCounters _counters;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<Reply> _replies = new();
    private readonly RouterSocket _commands = new();
    private readonly XPublisherSocket _updates = new();
    private readonly NetMQQueue<byte> _wake = new();
    private readonly NetMQPoller _poller = new();
    private int _isAwake;
    private volatile bool _isRunning;

    public GatewaySockets(GatewayOptions options, UpdateOutbox outbox, NoticeFeed notices, GatewayCounters counters, ILogger logger)
    {
        _options = options;
        _outbox = outbox;
        _notices = notices;
        _counters = counters;
        _logger = logger;
        outbox.Wake = Wake;
    }

    /// <summary>Called on the socket's thread with each command; must return at once.</summary>
    public Action<CommandFrame> CommandReceived { get; set; } = static _ => { };

    /// <summary>Called on the socket's thread with the prefix of each new subscription; must return at once.</summary>
    public Action<byte[]> Subscribed { get; set; } = static _ => { };

    public string CommandEndpoint { get; private set; } = "";

    public string UpdateEndpoint { get; private set; } = "";

    /// <summary>Replies that wait for the socket's thread.</summary>
    public int PendingReplies => _replies.Count;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _commands.Options.MaxMsgSize = _options.HardMaxFrameBytes;
        _commands.Options.SendHighWatermark = _options.ReplyHighWatermark;
        _commands.Options.ReceiveHighWatermark = _options.MaxCommandsInFlight;
        _commands.Options.Linger = _options.StopTimeout;
        // A reply that cannot be delivered is told to us, and counted, instead of vanishing.
        _commands.Options.RouterMandatory = true;
        _updates.Options.MaxMsgSize = MaxSubscriptionBytes;
        _updates.Options.SendHighWatermark = _options.SubscriberHighWatermark;
        _updates.Options.Linger = _options.StopTimeout;
        // Or the second subscriber of a topic is never seen, and gets no snapshot.
        _updates.Options.XPubVerbose = true;
        CommandEndpoint = await BindAsync(_commands, _options.CommandEndpoint, nameof(_options.CommandEndpoint), cancellationToken);
        UpdateEndpoint = await BindAsync(_updates, _options.UpdateEndpoint, nameof(_options.UpdateEndpoint), cancellationToken);

        _commands.ReceiveReady += (_, _) => Guard(ReceiveCommands);
        _updates.ReceiveReady += (_, _) => Guard(ReceiveSubscriptions);
        _wake.ReceiveReady += (_, _) => Guard(Drain);
        _poller.Add(_commands);
        _poller.Add(_updates);
        _poller.Add(_wake);
        _isRunning = true;
        _poller.RunAsync("gateway sockets", isBackgroundThread: true);
        Wake();
    }

    /// <summary>Sends a reply, from any thread.</summary>
    public void Reply(Reply reply)
    {
        _replies.Enqueue(reply);
        Wake();
    }

    /// <summary>Runs something on the socket's thread and waits for it.</summary>
    public Task InvokeAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _poller.Run(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Sends what waits, as far as the time suffices, and closes the sockets.</summary>
    public async Task StopAsync(TimeProvider time)
    {
        if (!_isRunning)
            return;
        _outbox.Close();
        try
        {
            await InvokeAsync(() =>
            {
                while (SendReply() || SendUpdate())
                {
                }
            }).WaitAsync(_options.StopTimeout, time);
        }
        catch (TimeoutException)
        {
            LogNotFlushed(_logger, _replies.Count, _outbox.Count);
        }

        _isRunning = false;
        _poller.Stop();
    }

    public void Dispose()
    {
        _isRunning = false;
        _poller.Dispose();
        _wake.Dispose();
        _commands.Dispose();
        _updates.Dispose();
    }

    private static async Task<string> BindAsync(NetMQSocket socket, string endpoint, string key, CancellationToken cancellationToken)
    {
        // ZeroMQ gives a port back some time after its socket was closed: a gateway that follows another waits for that.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Bind(socket, endpoint);
            }
            catch (AddressAlreadyInUseException) when (attempt < BindAttempts)
            {
                await Task.Delay(_bindDelay, cancellationToken);
            }
            catch (NetMQException e)
            {
                throw new InvalidOperationException(
                    $"{GatewayOptions.Section}:{key}: cannot bind {endpoint}: {e.Message}. Is another gateway running? Give another port, or 0 for a free one.", e);
            }
        }
    }

    private static string Bind(NetMQSocket socket, string endpoint)
    {
        if (GatewayEndpoint.TakesFreePort(endpoint))
        {
            var address = endpoint[..endpoint.LastIndexOf(':')];
            return $"{address}:{socket.BindRandomPort(address)}";
        }

        socket.Bind(endpoint);
        return endpoint;
    }

    private void Wake()
    {
        if (_isRunning && Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Enqueue(0);
    }

    private void Drain()
    {
        while (_wake.TryDequeue(out _, TimeSpan.Zero))
        {
        }

        // From here on a producer wakes this thread anew, so nothing that is queued after the last look stays behind.
        Volatile.Write(ref _isAwake, 0);
        for (var i = 0; i < Batch; i++)
        {
            var repliedNow = SendReply();
            if (!SendUpdate() && !repliedNow)
                return;
        }

        Wake();
    }

    private bool SendReply()
    {
        if (!_replies.TryDequeue(out var reply))
            return false;
        try
        {
            var isSent = _commands.TrySendFrame(reply.To.RoutingId, more: true);
            if (isSent && reply.To.HasDelimiter)
                isSent = _commands.TrySendFrame([], more: true);
            isSent = isSent && _commands.TrySendFrame(reply.Body, reply.Length);
            (isSent ? _counters.Replies : _counters.RepliesUndeliverable).Add();
        }
        catch (NetMQException)
        {
            // The peer is gone.
            _counters.RepliesUndeliverable.Add();
        }

        return true;
    }

    private bool SendUpdate()
    {
        if (!_outbox.TryDequeue(out var message))
            return false;
        var lane = message.Lane;
        if (message.IsDropNotice)
        {
            _notices.WriteDropped(message);
            lane = _notices.Lane;
        }
        else if (message.Missed > 0)
        {
            UpdateEnvelope.AddMissed(message.Body, message.Missed);
        }

        // XPUB never blocks: what does not fit for one subscriber is left out for that one, which sees it by the numbers.
        if (_updates.TrySendFrame(lane.NameUtf8, more: true))
            _updates.TrySendFrame(message.Body.Array, message.Body.Length);
        _outbox.Return(message);
        return true;
    }

    private void ReceiveCommands()
    {
        for (var i = 0; i < Batch; i++)
        {
            if (!_commands.TryReceiveFrameBytes(out var routingId, out var more))
                return;
            var hasDelimiter = false;
            byte[]? body = null;
            while (more)
            {
                var frame = _commands.ReceiveFrameBytes(out more);
                if (body is null && !hasDelimiter && frame.Length == 0 && more)
                    hasDelimiter = true;
                else
                    body ??= frame;
            }

            if (body is null)
            {
                _counters.EmptyMessages.Add();
                continue;
            }

            _counters.CommandFrames.Add();
            _counters.CommandBytes.Add(body.Length);
            CommandReceived(new CommandFrame(new ReplyAddress(routingId, hasDelimiter), body));
        }
    }

    private void ReceiveSubscriptions()
    {
        for (var i = 0; i < Batch; i++)
        {
            if (!_updates.TryReceiveFrameBytes(out var frame, out var more))
                return;
            while (more)
                _updates.ReceiveFrameBytes(out more);
            switch (frame)
            {
                case [1, .. var prefix]:
                    _counters.TopicSubscriptions.Add();
                    Subscribed(prefix);
                    break;
                case [0, ..]:
                    break;
                default:
                    _counters.UnknownSubscriberFrames.Add();
                    break;
            }
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // The thread serves everybody: one message must not end it.
            _counters.Failures.Add();
            LogFailed(_logger, e);
        }
    }

    [LoggerMessage(20, LogLevel.Error, "The gateway's socket thread met a defect and goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(21, LogLevel.Warning, "The gateway stopped with {Replies} replies and {Updates} updates not sent")]
    private static partial void LogNotFlushed(ILogger logger, int replies, int updates);
}
