using System.Diagnostics;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Benchmarks.Orders;

/// <summary>The trader: a plain DEALER that sends the same bytes to whatever it is connected to, and a plain SUB that notes when a fill came.</summary>
internal sealed class OrderTrader : IDisposable
{
    private readonly DealerSocket _commands = new();
    private readonly long[] _seen = new long[OrderVenue.Most];
    private readonly string _updates;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _received;
    private long _replies;
    private long _errors;

    public OrderTrader(string commands, string updates)
    {
        _commands.Options.Linger = TimeSpan.Zero;
        _commands.Options.SendHighWatermark = 1_000_000;
        _commands.Options.ReceiveHighWatermark = 1_000_000;
        _commands.Connect(commands);
        _updates = updates;
        _thread = new Thread(Run) { IsBackground = true, Name = "benchmark trader" };
        _thread.Start();
    }

    /// <summary>Fills seen.</summary>
    public long Received => Volatile.Read(ref _received);

    public long Replies => Volatile.Read(ref _replies);

    /// <summary>Replies that were errors, and the last of them.</summary>
    public long Errors => Volatile.Read(ref _errors);

    public string? LastError { get; private set; }

    /// <summary>Sends a command; gives the moment before it was handed to ZeroMQ.</summary>
    public long Send(int number)
    {
        var frame = Encoding.UTF8.GetBytes(
            $"{{\"v\":1,\"id\":\"{number}\",\"method\":\"oms.place_limit_order\",\"params\":{{\"exchange\":\"binance\",\"symbol\":\"BTCUSDT\",\"side\":\"buy\"," +
            $"\"price\":\"60000.0\",\"quantity\":\"0.010\",\"client_order_id\":\"{OrderVenue.NameOf(number)}\"}}}}");
        var now = Stopwatch.GetTimestamp();
        _commands.SendFrame(frame);
        return now;
    }

    /// <summary>Takes the replies that have come.</summary>
    public void Drain()
    {
        while (_commands.TryReceiveFrameBytes(out var reply, out var more))
        {
            if (more)
                continue;
            _replies++;
            if (reply.AsSpan().IndexOf("\"error\""u8) >= 0)
            {
                _errors++;
                LastError = Encoding.UTF8.GetString(reply);
            }
        }
    }

    /// <summary>When the fill of an order was seen; 0 while it was not.</summary>
    public long Seen(int number) => Volatile.Read(ref _seen[number]);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _commands.Dispose();
    }

    private void Run()
    {
        using var socket = new SubscriberSocket();
        socket.Options.ReceiveHighWatermark = 1_000_000;
        socket.Connect(_updates);
        socket.Subscribe("order.binance");
        while (!_stopping)
        {
            if (!socket.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(50), out _, out var more) || !more)
                continue;
            var body = socket.ReceiveFrameBytes();
            var now = Stopwatch.GetTimestamp();
            // The venue's own frame, or the gateway's update of the same fill.
            var isFill = body.AsSpan().IndexOf("\"X\":\"FILLED\""u8) >= 0 || body.AsSpan().IndexOf("\"event\":\"filled\""u8) >= 0;
            if (isFill && OrderVenue.NumberIn(body) is >= 0 and var number && Interlocked.CompareExchange(ref _seen[number], now, 0) == 0)
                Interlocked.Increment(ref _received);
        }
    }
}
