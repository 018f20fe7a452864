#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Collections.Concurrent;
using System.Text.Json;
using Exchange.Exchanges.Deribit;
using Exchange.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>The public side of a small Deribit: answers calls and HTTP, and sends what a test tells it to. Its faults are the test's to switch on.</summary>
internal sealed class FakeDeribitMarket : IAsyncDisposable
{
    private readonly FakeVenue _venue;
    private readonly EventLog<PublicSocket> _sockets = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private FakeDeribitMarket(FakeVenue venue)
    {
        _venue = venue;
        venue.Answer("/api/v2/public/get_time", _ => Result(ServerTime.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture)));
        venue.Answer("/api/v2/public/get_instruments", _ => Result(Instruments));
        venue.Handle("/api/v2/public/get_order_book", context => AnswerAsync(context, Book));
        venue.Handle("/api/v2/public/get_last_trades_by_instrument", context => AnswerAsync(context, Trades));
        _accepting = AcceptAsync();
    }

    /// <summary>What <c>get_order_book</c> results in, by query; null answers 503.</summary>
    public Func<IQueryCollection, string?> Book { get; set; } = _ => null;

    /// <summary>What <c>get_last_trades_by_instrument</c> results in, by query; null answers 503.</summary>
    public Func<IQueryCollection, string?> Trades { get; set; } = _ => """{"trades":[],"has_more":false}""";

    /// <summary>What <c>get_instruments</c> results in.</summary>
    public string Instruments { get; set; } = $"[{Instrument("BTC-PERPETUAL")},{Instrument("ETH-PERPETUAL")},{Instrument("XRP_USDC-30JUN23-0d625-C")}]";

    /// <summary>The venue's clock.</summary>
    public DateTimeOffset ServerTime { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Requests over HTTP.</summary>
    public EventLog<string> Requests => _venue.Requests;

    /// <summary>Every socket so far.</summary>
    public IReadOnlyList<PublicSocket> Sockets => _sockets.All;

    /// <summary>Decides what becomes of a call, by its method; the default carries it out.</summary>
    public Func<PublicSocket, string, Fate> OnCall { get; set; } = (_, _) => Fate.Normal;

    /// <summary>Channels that the venue does not have: left out of its replies, without an error.</summary>
    public Func<string, bool> IsUnknown { get; set; } = c => c.Contains("NOPE", StringComparison.Ordinal);

    /// <summary>What the fake does with a call.</summary>
    internal enum Fate
    {
        Normal,
        Ignored,
        Unacknowledged,
        Refused,
    }

    public static async Task<FakeDeribitMarket> StartAsync() => new(await FakeVenue.StartAsync());

    /// <summary>Settings that point here, with credits enough that tests need not drive the clock for them.</summary>
    public DeribitOptions Options() => new()
    {
        RestUrl = _venue.Http,
        SocketUrl = new Uri(_venue.Ws, "/ws/api/v2"),
        SubscribeBurst = 1000,
        RequestBurst = 1000,
        SubscribeWaitMs = 60_000, // far from the time-out of a request, 5 s
    };

    /// <summary>The <paramref name="number"/>-th socket, from 1.</summary>
    public async Task<PublicSocket> Socket(int number = 1)
    {
        var seen = 0;
        return await _sockets.First(_ => ++seen == number, $"socket {number}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await _venue.DisposeAsync();
        _stop.Dispose();
    }

    public static string Instrument(string symbol) =>
        $$"""{"instrument_name":"{{symbol}}","instrument_id":7,"kind":"{{(symbol.EndsWith("-C", StringComparison.Ordinal) ? "option" : "future")}}","instrument_type":"reversed","base_currency":"{{symbol[..3]}}","quote_currency":"USD","counter_currency":"USD","settlement_currency":"{{symbol[..3]}}","settlement_period":"perpetual","tick_size":0.5,"tick_size_steps":[],"min_trade_amount":10.0,"contract_size":10.0,"is_active":true,"state":"open","expiration_timestamp":32503708800000,"creation_timestamp":1}""";

    /// <summary>A notification.</summary>
    public static string Frame(string channel, string data) => $$$"""{"jsonrpc":"2.0","method":"subscription","params":{"channel":"{{{channel}}}","data":{{{data}}}}}""";

    public static string Snapshot(string channel, long id, string bids, string asks) =>
        Frame(channel, $$"""{"type":"snapshot","timestamp":1789000031000,"instrument_name":"X","change_id":{{id}},"bids":[{{bids}}],"asks":[{{asks}}]}""");

    public static string Change(string channel, long previous, long id, string bids, string asks) =>
        Frame(channel, $$"""{"type":"change","timestamp":1789000031100,"instrument_name":"X","prev_change_id":{{previous}},"change_id":{{id}},"bids":[{{bids}}],"asks":[{{asks}}]}""");

    public static string Picture(string channel, long id, string bids, string asks) =>
        Frame(channel, $$"""{"timestamp":1789000031100,"instrument_name":"X","change_id":{{id}},"bids":[{{bids}}],"asks":[{{asks}}]}""");

    public static string Trade(long number) =>
        $$"""{"trade_id":"T{{number}}","trade_seq":{{number}},"instrument_name":"BTC-PERPETUAL","timestamp":1789000033000,"direction":"sell","price":61200.0,"amount":30.0}""";

    private static string Result(string result) => $$"""{"jsonrpc":"2.0","result":{{result}},"usIn":1,"usOut":2,"usDiff":1,"testnet":true}""";

    private static async Task AnswerAsync(HttpContext context, Func<IQueryCollection, string?> answer)
    {
        if (answer(context.Request.Query) is { } result)
            await context.Response.WriteAsync(Result(result));
        else
            context.Response.StatusCode = 503;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var socket = new PublicSocket(this, await _venue.NextSocketOrStop(_stop.Token));
                _sockets.Add(socket);
                _ = socket.RunAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>The venue's end of one socket.</summary>
    internal sealed class PublicSocket(FakeDeribitMarket owner, FakeSocket socket)
    {
        private readonly ConcurrentDictionary<string, bool> _channels = new();

        /// <summary>Calls as <c>method a,b</c>, in order, once they are answered.</summary>
        public EventLog<string> Calls { get; } = new();

        public IEnumerable<string> Channels => _channels.Keys.Order(StringComparer.Ordinal);

        public Task Closed => socket.Closed;

        public Task Send(string frame) => socket.Send(frame);

        public void Cut() => socket.Cut();

        /// <summary>Completes when a call of this method with this channel has been answered.</summary>
        public Task<string> Saw(string method, string channel = "", int from = 0) =>
            Calls.Next(from, c => c.StartsWith(method + " ", StringComparison.Ordinal) && c.Contains(channel, StringComparison.Ordinal), $"{method} {channel}");

        public async Task RunAsync()
        {
            await foreach (var text in socket.ReadAllAsync())
            {
                using var json = JsonDocument.Parse(text);
                var method = json.RootElement.GetProperty("method").GetString()!;
                var id = json.RootElement.GetProperty("id").GetInt64();
                var parameters = json.RootElement.GetProperty("params");
                List<string> channels = parameters.TryGetProperty("channels", out var list) ? [.. list.EnumerateArray().Select(c => c.GetString()!)] : [];
                var fate = owner.OnCall(this, method);
                var done = new List<string>();
                if (fate is Fate.Normal or Fate.Unacknowledged)
                    done = [.. channels.Where(c => method == "public/subscribe" ? !owner.IsUnknown(c) : _channels.ContainsKey(c))];
                foreach (var channel in done)
                {
                    if (method == "public/subscribe")
                        _channels[channel] = true;
                    else
                        _channels.TryRemove(channel, out _);
                }

                // In another order than it was asked for.
                done.Reverse();
                var result = method switch
                {
                    "public/subscribe" or "public/unsubscribe" => JsonSerializer.Serialize(done),
                    "public/auth" => """{"access_token":"a","expires_in":900,"refresh_token":"r","scope":"session:exchange-market mainaccount","token_type":"bearer"}""",
                    "public/test" => """{"version":"1.2.26"}""",
                    _ => "\"ok\"",
                };
                if (fate == Fate.Normal)
                    await socket.Send($$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}},"usIn":1}""");
                else if (fate == Fate.Refused)
                    await socket.Send($$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":13778,"message":"raw_subscriptions_not_available_for_unauthorized"}}""");
                Calls.Add($"{method} {string.Join(",", channels)}");
            }
        }
    }
}
