using System.Net.WebSockets;
using System.Text;
using NetMQ;
using NetMQ.Sockets;

namespace Exchange.Benchmarks.Market;

/// <summary>
/// The floor that the gateway is measured against: one socket of the venue, each frame copied unparsed to a ZeroMQ
/// publisher. Nothing that reads a WebSocket and serves ZeroMQ can do less.
/// </summary>
internal sealed class FloorRelay : IAsyncDisposable
{
    private static readonly byte[] _topic = Encoding.UTF8.GetBytes($"book.binance.{Feed.Symbol}");

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PublisherSocket _publisher = new();
    private Task _running = Task.CompletedTask;

    public string Endpoint { get; private set; } = "";

    public static async Task<FloorRelay> StartAsync(Feed feed)
    {
        var relay = new FloorRelay();
        relay._publisher.Options.SendHighWatermark = 1_000_000;
        var port = relay._publisher.BindRandomPort("tcp://127.0.0.1");
        relay.Endpoint = $"tcp://127.0.0.1:{port}";
        await relay._socket.ConnectAsync(new Uri(feed.StreamUri, $"/public/ws/{Feed.Stream}"), CancellationToken.None);
        relay._running = Task.Run(relay.RunAsync);
        await feed.Host.WhenSubscribed(Feed.Stream);
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _socket.Dispose();
        _publisher.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stopping.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                _publisher.SendMoreFrame(_topic).SendFrame(buffer, length);
            }
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }
}
