using System.Collections.Concurrent;
using Exchange.Client.Protocol;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Client.Trader;

/// <summary>
/// A trader's connection to the gateway: calls that return results, and updates by handlers or by reading. Holes in a
/// topic's numbers are found and, where the topic is not complete in itself, filled by a replay; a gateway that was started anew
/// is noticed and everything is asked for again.
/// </summary>
public sealed partial class TraderClient : TraderFeed, IAsyncDisposable
{
    private readonly TraderClientOptions _options;
    private readonly TimeProvider _time;
    private readonly DealerSocket _commands = new();
    private readonly SubscriberSocket _updates = new();
    private readonly NetMQQueue<byte[]> _outgoing = new();
    private readonly NetMQPoller _poller = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<byte[]>> _calls = new();
    private Task _heartbeats = Task.CompletedTask;
    private Msg _frame;
    private int _isDisposed;

    private TraderClient(TraderClientOptions options, TimeProvider time)
        : base(options.ReaderLimit)
    {
        _options = options;
        _time = time;
    }

    /// <summary>What the gateway said in its hello: a JSON object, see docs/trader-protocol.md.</summary>
    public System.Text.Json.JsonElement Hello { get; private set; }

    /// <summary>The gateway that answers; null before the first hello.</summary>
    public string? Gateway { get; private set; }

    /// <summary>Updates and replies that could not be read. The last one's reason is in <see cref="LastUnreadable"/>.</summary>
    public long Unreadable => Volatile.Read(ref _unreadable);

    /// <summary>Why the last unreadable message was unreadable.</summary>
    public string? LastUnreadable { get; private set; }

    /// <summary>Updates of topics that merely begin like a subscribed one: ZeroMQ matches prefixes.</summary>
    public long OtherTopics => Volatile.Read(ref _otherTopics);

    /// <summary>Connects and says hello.</summary>
    /// <exception cref="TimeoutException">No gateway answered within <see cref="TraderClientOptions.CallTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The gateway refused: it speaks another version of the protocol.</exception>
    public static async Task<TraderClient> ConnectAsync(TraderClientOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var client = new TraderClient(options, time ?? TimeProvider.System);
        try
        {
            client.Start();
            var hello = await client.SayHelloAsync(cancellationToken);
            if (!hello.IsSuccess)
            {
                throw hello.Error.Code == Grains.Interfaces.ExchangeErrorCode.Timeout
                    ? new TimeoutException($"No gateway answered at {options.CommandEndpoint} within {options.CallTimeout.TotalSeconds:0.#} s. Is it running there?")
                    : new InvalidOperationException($"The gateway at {options.CommandEndpoint} refused: {hello.Error}");
            }

            client._heartbeats = client.BeatAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the session's subscriptions back and closes the sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _heartbeats;
        if (Gateway is not null)
            await Call<Grains.Interfaces.Unit>("session.goodbye", timeout: TimeSpan.FromSeconds(1));
        _poller.Dispose();
        foreach (var call in _calls.Values)
            call.TrySetCanceled();
        _outgoing.Dispose();
        _commands.Dispose();
        _updates.Dispose();
        _frame.Close();
        _stopping.Dispose();
        EndReaders();
    }

    private void Start()
    {
        _frame.InitEmpty();
        _commands.Options.Linger = TimeSpan.Zero;
        _commands.Options.MaxMsgSize = _options.MaxFrameBytes;
        _updates.Options.Linger = TimeSpan.Zero;
        _updates.Options.MaxMsgSize = _options.MaxFrameBytes;
        _updates.Options.ReceiveHighWatermark = _options.ReceiveHighWatermark;
        _commands.Connect(_options.CommandEndpoint);
        _updates.Connect(_options.UpdateEndpoint);
        _commands.ReceiveReady += (_, _) => ReceiveReplies();
        _updates.ReceiveReady += (_, _) => ReceiveUpdates();
        _outgoing.ReceiveReady += (_, _) => SendCalls();
        _poller.Add(_commands);
        _poller.Add(_updates);
        _poller.Add(_outgoing);
        Listen(TopicName.GatewayNotice, new NoticeTopic(OnNotice, _time));
        _poller.RunAsync("trader client", isBackgroundThread: true);
    }

    private void CountUnreadable(string reason)
    {
        LastUnreadable = reason;
        Interlocked.Increment(ref _unreadable);
    }

    private long _unreadable;
    private long _otherTopics;
}
