using System.Net.WebSockets;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Benchmarks.Orders;

/// <summary>
/// The floor of the order paths: a ROUTER whose frames are copied unparsed to the venue's command socket, and the account's private stream copied
/// unparsed to a publisher. It checks, signs, journals and remembers nothing; nothing between ZeroMQ and a WebSocket can do less.
/// </summary>
internal sealed class OrderFloor : IAsyncDisposable
{
    private static readonly byte[] _topic = Encoding.UTF8.GetBytes("order.binance");

    private readonly CancellationTokenSource _stopping = new();
    private readonly ClientWebSocket _commandSocket = new();
    private readonly ClientWebSocket _userSocket = new();
    private readonly RouterSocket _router = new();
    private readonly PublisherSocket _publisher = new();
    private readonly List<Task> _running = [];

    public string Commands { get; private set; } = "";

    public string Updates { get; private set; } = "";

    public static async Task<OrderFloor> StartAsync(OrderVenue venue)
    {
        var floor = new OrderFloor();
        var streams = venue.Host.BinanceStreamUri;
        await floor._commandSocket.ConnectAsync(new Uri(streams, "/ws-fapi/v1"), CancellationToken.None);
        await floor._userSocket.ConnectAsync(new Uri(streams, $"/private/ws/{await venue.GetListenKeyAsync()}"), CancellationToken.None);
        floor.Commands = $"tcp://127.0.0.1:{floor._router.BindRandomPort("tcp://127.0.0.1")}";
        floor.Updates = $"tcp://127.0.0.1:{floor._publisher.BindRandomPort("tcp://127.0.0.1")}";
        floor._running.Add(Task.Factory.StartNew(floor.RelayCommands, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        floor._running.Add(Task.Run(floor.ReadRepliesAsync));
        floor._running.Add(Task.Run(floor.RelayEventsAsync));
        return floor;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        _commandSocket.Dispose();
        _userSocket.Dispose();
        _router.Dispose();
        _publisher.Dispose();
        _stopping.Dispose();
    }

    private void RelayCommands()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (!_router.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(50), out _, out var more) || !more)
                continue;
            var frame = _router.ReceiveFrameBytes();
            _commandSocket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <summary>The venue answers what it does not understand; it must not fill the socket.</summary>
    private Task ReadRepliesAsync() => ReadAsync(_commandSocket, static (_, _) => { });

    private Task RelayEventsAsync() => ReadAsync(_userSocket, (buffer, length) => _publisher.SendMoreFrame(_topic).SendFrame(buffer, length));

    private async Task ReadAsync(ClientWebSocket socket, Action<byte[], int> take)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), _stopping.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                take(buffer, length);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The round is over.
        }
    }
}
