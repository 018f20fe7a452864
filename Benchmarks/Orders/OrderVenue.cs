using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http;
using System.Text.Json;
using Exchange.Simulator;

namespace Exchange.Benchmarks.Orders;

/// <summary>
/// The simulator as the venue of orders, with the moments at which a command's bytes arrived there and at which the event of a fill left. An
/// order is known by the number in its client order id: <c>bm-0000042</c>.
/// </summary>
internal sealed class OrderVenue : IAsyncDisposable
{
    public const string Symbol = "BTCUSDT";
    public const int Most = 1_000_000;
    private static readonly byte[] _mark = "bm-"u8.ToArray();

    private readonly long[] _arrived = new long[Most];
    private readonly long[] _eventSent = new long[Most];
    private long _commands;

    private OrderVenue(SimulatorHost host)
    {
        Host = host;
        host.Context.Probe = OnFrame;
    }

    public SimulatorHost Host { get; }

    /// <summary>Commands of the benchmark that arrived.</summary>
    public long Commands => Volatile.Read(ref _commands);

    public static async Task<OrderVenue> StartAsync()
    {
        var host = await SimulatorHost.StartAsync(new SimulatorOptions { Runs = false, Symbols = [Symbol], OrdersPerTenSeconds = Most, OrdersPerMinute = Most });
        host.Step(2_000);
        return new OrderVenue(host);
    }

    public static string NameOf(int number) => $"bm-{number:D7}";

    /// <summary>The number in the first such name; -1 when there is none.</summary>
    public static int NumberIn(ReadOnlySpan<byte> frame)
    {
        var at = frame.IndexOf(_mark);
        return at >= 0 && Utf8Parser.TryParse(frame[(at + _mark.Length)..], out int number, out _) && number < Most ? number : -1;
    }

    /// <summary>When the command's bytes were there, in stopwatch ticks; 0 while they are not.</summary>
    public long Arrived(int number) => Volatile.Read(ref _arrived[number]);

    /// <summary>When the fill's event was handed to its sockets.</summary>
    public long EventSent(int number) => Volatile.Read(ref _eventSent[number]);

    /// <summary>A listen key of the account, for a relay of its private stream.</summary>
    public async Task<string> GetListenKeyAsync()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Host.BinanceRestUri, "/fapi/v1/listenKey"));
        request.Headers.Add("X-MBX-APIKEY", "demo-key");
        using var response = await http.SendAsync(request);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("listenKey").GetString()!;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private void OnFrame(string route, bool outgoing, ReadOnlySpan<byte> frame)
    {
        var now = Stopwatch.GetTimestamp();
        if (!outgoing && route == "ws-fapi" && NumberIn(frame) is >= 0 and var command)
        {
            Interlocked.CompareExchange(ref _arrived[command], now, 0);
            Interlocked.Increment(ref _commands);
        }
        else if (outgoing && route == "private" && frame.IndexOf("\"X\":\"FILLED\""u8) >= 0 && frame.IndexOf("ORDER_TRADE_UPDATE"u8) >= 0
            && NumberIn(frame) is >= 0 and var filled)
        {
            Interlocked.CompareExchange(ref _eventSent[filled], now, 0);
        }
    }
}
