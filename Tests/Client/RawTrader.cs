using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>A trader on bare ZeroMQ sockets: what it sends and gets is the protocol and nothing else.</summary>
internal sealed class RawTrader : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly NetMQSocket _commands;
    private int _lastId;

    public RawTrader(string commandEndpoint, string updateEndpoint, bool asRequester, int receiveHighWatermark)
    {
        _commands = asRequester ? new RequestSocket() : new DealerSocket();
        _commands.Options.Linger = TimeSpan.Zero;
        _commands.Connect(commandEndpoint);
        Updates.Options.Linger = TimeSpan.Zero;
        Updates.Options.ReceiveHighWatermark = receiveHighWatermark;
        // Set before connecting; a small kernel buffer makes a reader that lags one that is waited for.
        if (receiveHighWatermark < 1_000)
            Updates.Options.ReceiveBuffer = 16_384;
        Updates.Connect(updateEndpoint);
    }

    public SubscriberSocket Updates { get; } = new();

    /// <summary>Sends bytes as they are.</summary>
    public void Send(byte[] frame) => Assert.True(_commands.TrySendFrame(_patience, frame), "the command socket took nothing for 20 s");

    public void Send(string frame) => Send(Encoding.UTF8.GetBytes(frame));

    /// <summary>The next reply.</summary>
    public JsonElement Receive(string awaited)
    {
        Assert.True(_commands.TryReceiveFrameBytes(_patience, out var reply), $"waited 20 s for {awaited}");
        return JsonElement.Parse(reply!);
    }

    public JsonElement SendAndReceive(string frame)
    {
        Send(frame);
        return Receive($"the reply to {(frame.Length < 200 ? frame : frame[..200])}");
    }

    /// <summary>Calls a method; the whole reply.</summary>
    public JsonElement Call(string method, string parameters = "{}")
    {
        var id = $"c{++_lastId}";
        var reply = SendAndReceive($$"""{"v":1,"id":"{{id}}","method":"{{method}}","params":{{parameters}}}""");
        Assert.Equal(id, reply.GetProperty("id").GetString());
        Assert.Equal(1, reply.GetProperty("v").GetInt32());
        return reply;
    }

    /// <summary>Calls a method that succeeds; its result.</summary>
    public JsonElement Result(string method, string parameters = "{}")
    {
        var reply = Call(method, parameters);
        Assert.False(reply.TryGetProperty("error", out var error), $"{method} {parameters}: {error}");
        return reply.GetProperty("result");
    }

    /// <summary>Calls a method that fails; its error.</summary>
    public JsonElement Error(string method, string parameters = "{}")
    {
        var reply = Call(method, parameters);
        Assert.True(reply.TryGetProperty("error", out var error), $"{method} {parameters}: expected an error, got {reply}");
        Assert.False(reply.TryGetProperty("result", out _));
        return error;
    }

    public void Subscribe(string topic) => Updates.Subscribe(topic);

    /// <summary>The next update, of any topic.</summary>
    public (string Topic, JsonElement Update) NextUpdate(string awaited) => NextUpdate(awaited, _patience, "nothing");

    /// <summary>The next update of a topic that satisfies the condition; others are passed over.</summary>
    public JsonElement NextUpdate(string topic, string awaited, Func<JsonElement, bool>? condition = null)
    {
        var deadline = Stopwatch.StartNew();
        var passedOver = new List<string>();
        while (true)
        {
            // Heartbeats go on for ever: the whole search has one limit.
            var (name, update) = NextUpdate($"{topic}: {awaited}", _patience - deadline.Elapsed, string.Join('\n', passedOver.TakeLast(10)));
            if (name == topic && condition?.Invoke(update) != false)
                return update;
            passedOver.Add($"{name} {update}");
        }
    }

    private (string Topic, JsonElement Update) NextUpdate(string awaited, TimeSpan patience, string passedOver)
    {
        string? topic = null;
        var more = false;
        Assert.True(
            patience > TimeSpan.Zero && Updates.TryReceiveFrameString(patience, out topic, out more),
            $"waited {_patience.TotalSeconds} s for {awaited}; came last: {passedOver}");
        Assert.True(more, "an update has two frames");
        var update = Updates.ReceiveFrameBytes(out more);
        Assert.False(more, "an update has two frames");
        return (topic!, JsonElement.Parse(update));
    }

    public void Dispose()
    {
        _commands.Dispose();
        Updates.Dispose();
    }
}
