#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>A small Binance: answers control messages and REST, and sends what a test tells it to. Its faults are the test's to switch on.</summary>
internal sealed class FakeBinance : IAsyncDisposable
{
    private readonly FakeVenue _venue;
    private readonly EventLog<StreamSocket> _sockets = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private FakeBinance(FakeVenue venue)
    {
        _venue = venue;
        venue.Answer("/fapi/v1/time", _ => $$"""{"serverTime":{{ServerTime.ToUnixTimeMilliseconds()}}}""");
        venue.Answer("/fapi/v1/exchangeInfo", _ => ExchangeInfo);
        venue.Handle("/fapi/v1/depth", context => AnswerAsync(context, Depth));
        venue.Handle("/fapi/v1/aggTrades", context => AnswerAsync(context, AggTrades));
        _accepting = AcceptAsync();
    }

    /// <summary>What <c>GET depth</c> answers, by symbol and limit; null answers 503.</summary>
    public Func<string, int, string?> Depth { get; set; } = (_, _) => null;

    /// <summary>What <c>GET aggTrades</c> answers, by symbol and limit; null answers 503.</summary>
    public Func<string, int, string?> AggTrades { get; set; } = (_, _) => "[]";

    /// <summary>What <c>GET exchangeInfo</c> answers.</summary>
    public string ExchangeInfo { get; set; } = Info("BTCUSDT", "ETHUSDT", "币安人生USDT");

    /// <summary>The venue's clock.</summary>
    public DateTimeOffset ServerTime { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Requests over HTTP.</summary>
    public EventLog<string> Requests => _venue.Requests;

    /// <summary>Every socket so far.</summary>
    public IReadOnlyList<StreamSocket> Sockets => _sockets.All;

    /// <summary>Decides what becomes of a control message, by its method; the default carries it out and acknowledges.</summary>
    public Func<StreamSocket, string, Fate> OnControl { get; set; } = (_, _) => Fate.Normal;

    /// <summary>What the fake does with a control message.</summary>
    internal enum Fate
    {
        Normal,
        DoneUnacknowledged,
        Ignored,
        Refused,
    }

    public static async Task<FakeBinance> StartAsync() => new(await FakeVenue.StartAsync());

    /// <summary>Settings that point here; control messages are not paced, so that tests need not drive the clock for them.</summary>
    public BinanceOptions Options() => new() { RestUrl = _venue.Http, StreamUrl = _venue.Ws, ControlIntervalMs = 0 };

    /// <summary>The <paramref name="number"/>-th socket (from 1) of a route.</summary>
    public async Task<StreamSocket> Socket(string route, int number = 1)
    {
        var seen = 0;
        return await _sockets.First(s => s.Path == $"/{route}/stream" && ++seen == number, $"socket {number} of /{route}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await _venue.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>An exchangeInfo that lists these as trading, and <c>OLDUSDT</c> as settling.</summary>
    public static string Info(params string[] symbols) =>
        $$"""{"rateLimits":[],"symbols":[{{string.Join(",", symbols.Select(s => Entry(s, "TRADING", "0.10")).Append(Entry("OLDUSDT", "SETTLING", "0.10")))}}]}""";

    public static string Entry(string symbol, string status, string tick) =>
        $$"""{"symbol":"{{symbol}}","contractType":"PERPETUAL","deliveryDate":4133404800000,"status":"{{status}}","baseAsset":"{{symbol[..^4]}}","quoteAsset":"USDT","marginAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","minPrice":"0","maxPrice":"4529764","tickSize":"{{tick}}"},{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"1000","stepSize":"0.001"}]}""";

    /// <summary>The body of a depth snapshot.</summary>
    public static string Snapshot(long id, string bids, string asks) => $$"""{"lastUpdateId":{{id}},"E":1780000000000,"T":1780000000000,"bids":[{{bids}}],"asks":[{{asks}}]}""";

    /// <summary>A depth message.</summary>
    public static string DepthFrame(string stream, long first, long last, long previous, string bids, string asks, int scope = 1) =>
        $$$"""{"stream":"{{{stream}}}","data":{"e":"depthUpdate","E":1780000000105,"T":1780000000101,"s":"X","ps":"X","U":{{{first}}},"u":{{{last}}},"pu":{{{previous}}},"b":[{{{bids}}}],"a":[{{{asks}}}],"st":{{{scope}}}}}""";

    /// <summary>An aggregated trade.</summary>
    public static string TradeFrame(string stream, long id) => $$"""{"stream":"{{stream}}","data":{{TradeBody(id)}}}""";

    /// <summary>An aggregated trade as REST tells it.</summary>
    public static string TradeBody(long id) =>
        $$"""{"e":"aggTrade","E":1780000000210,"a":{{id}},"s":"BTCUSDT","p":"61240.10","q":"0.050","nq":"0.050","f":1,"l":2,"T":1780000000150,"m":false,"st":1}""";

    private static async Task AnswerAsync(HttpContext context, Func<string, int, string?> answer)
    {
        var query = context.Request.Query;
        if (answer(query["symbol"]!, int.Parse(query["limit"]!, CultureInfo.InvariantCulture)) is { } body)
            await context.Response.WriteAsync(body);
        else
            context.Response.StatusCode = 503;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var socket = new StreamSocket(this, await _venue.NextSocketOrStop(_stop.Token));
                _sockets.Add(socket);
                _ = socket.RunAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>The venue's end of one stream socket.</summary>
    internal sealed class StreamSocket(FakeBinance owner, FakeSocket socket)
    {
        private readonly ConcurrentDictionary<string, bool> _streams = new();

        public string Path => socket.Path;

        /// <summary>Control messages as <c>METHOD a,b</c>, in order.</summary>
        public EventLog<string> Control { get; } = new();

        public IEnumerable<string> Streams => _streams.Keys.Order();

        public Task Closed => socket.Closed;

        public Task Send(string frame) => socket.Send(frame);

        public void Cut() => socket.Cut();

        /// <summary>Forgets a stream, as if the venue had lost it.</summary>
        public void Forget(string stream) => _streams.TryRemove(stream, out _);

        /// <summary>Completes when a control message with this method and stream has been answered.</summary>
        public Task<string> Saw(string method, string stream = "") =>
            Control.First(c => c.StartsWith(method + " ", StringComparison.Ordinal) && c.Contains(stream, StringComparison.Ordinal), $"{method} {stream} on {Path}");

        public async Task RunAsync()
        {
            await foreach (var text in socket.ReadAllAsync())
            {
                using var json = JsonDocument.Parse(text);
                var method = json.RootElement.GetProperty("method").GetString()!;
                var id = json.RootElement.GetProperty("id").GetInt64();
                var streams = json.RootElement.TryGetProperty("params", out var list) ? list.EnumerateArray().Select(s => s.GetString()!).ToList() : [];
                var fate = owner.OnControl(this, method);
                if (fate is Fate.Normal or Fate.DoneUnacknowledged)
                {
                    foreach (var stream in streams)
                    {
                        if (method == "SUBSCRIBE")
                            _streams[stream] = true;
                        else
                            _streams.TryRemove(stream, out _);
                    }
                }

                var result = method == "LIST_SUBSCRIPTIONS" ? JsonSerializer.Serialize(_streams.Keys) : "null";
                if (fate == Fate.Normal)
                    await socket.Send($$"""{"result":{{result}},"id":{{id}}}""");
                else if (fate == Fate.Refused)
                    await socket.Send("""{"code":2,"msg":"Invalid request: invalid stream"}""");
                Control.Add($"{method} {string.Join(",", streams)}");
            }
        }
    }
}
