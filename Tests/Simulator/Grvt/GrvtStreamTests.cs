using System.Text.Json.Nodes;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>Sockets, subscriptions, sequence numbers, both encodings (sheet, sections 4, 7, 9 and 12).</summary>
public sealed class GrvtStreamTests : GrvtSimulatorTest
{
    [Fact]
    public async Task A_delta_book_is_a_snapshot_and_what_changes_linked_by_numbers()
    {
        var socket = await MarketSocketAsync();
        var subscribed = await socket.SubscribeAsync("v1.book.d", $"{Btc}@50");
        Assert.Equal(1, subscribed["num_snapshots"]![0]!.GetValue<int>());
        var last = long.Parse(subscribed["latest_sequence_number"]![0]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(last + 1, Number(subscribed["first_sequence_number"]![0]));
        var book = new Dictionary<(string Side, decimal Price), decimal>();
        var snapshot = await socket.FeedAsync("v1.book.d");
        Assert.Equal(("0", "0", $"{Btc}@50"), (S(snapshot, "sequence_number"), S(snapshot, "prev_sequence_number"), S(snapshot, "selector")));
        Apply(snapshot);
        for (var i = 0; i < 20; i++)
        {
            StepAndPublish(50);
            var delta = await socket.FeedAsync("v1.book.d");
            Assert.Equal(last, Number(delta["prev_sequence_number"]));
            Assert.Equal(last = last + 1, Number(delta["sequence_number"]));
            Apply(delta);
        }

        var truth = Host.Book(Btc);
        Assert.Equal(
            truth.Bids.Select(level => ("bids", Number(level.Price), Number(level.Quantity))).Concat(truth.Asks.Select(level => ("asks", Number(level.Price), Number(level.Quantity)))).Order(),
            book.Select(level => (level.Key.Side, level.Key.Price, level.Value)).Order());

        void Apply(JsonNode frame)
        {
            foreach (var side in (ReadOnlySpan<string>)["bids", "asks"])
            {
                foreach (var level in frame["feed"]![side]!.AsArray())
                {
                    var key = (side, Number(level!["price"]));
                    if (Number(level["size"]) == 0)
                    {
                        Assert.Equal(0, level["num_orders"]!.GetValue<int>());
                        book.Remove(key);
                    }
                    else
                    {
                        book[key] = Number(level["size"]);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Snapshot_streams_have_no_numbers()
    {
        var socket = await MarketSocketAsync();
        await socket.SubscribeAsync("v1.book.s", $"{Btc}@500-10");
        for (var i = 0; i < 2; i++)
        {
            var frame = await socket.FeedAsync("v1.book.s");
            Assert.Equal(("0", "0"), (S(frame, "sequence_number"), S(frame, "prev_sequence_number")));
            Assert.Equal((10, 10), (frame["feed"]!["bids"]!.AsArray().Count, frame["feed"]!["asks"]!.AsArray().Count));
            StepAndPublish(500);
        }
    }

    [Fact]
    public async Task Tickers_tell_what_changed()
    {
        var socket = await MarketSocketAsync();
        await socket.SubscribeAsync("v1.ticker.d", $"{Btc}@100");
        var whole = (await socket.FeedAsync("v1.ticker.d"))["feed"]!.AsObject();
        Assert.True(whole.Count > 20);
        Venue.SetMark(Btc, 60_000m);
        Host.Advance(TimeSpan.FromMilliseconds(100));
        var delta = (await socket.FeedAsync("v1.ticker.d"))["feed"]!.AsObject();
        Assert.Equal(["event_time", "instrument", "mark_price"], delta.Select(member => member.Key));
        Assert.Equal("60000.0", S(delta, "mark_price"));
        await socket.SubscribeAsync("v1.mini.s", $"{Btc}@200");
        Assert.Equal(11, (await socket.FeedAsync("v1.mini.s"))["feed"]!.AsObject().Count);
    }

    [Fact]
    public async Task Recent_trades_come_first_and_live_ones_then()
    {
        Host.Step(800);
        var socket = await MarketSocketAsync();
        var subscribed = await socket.SubscribeAsync("v1.trade", $"{Btc}@50");
        var count = subscribed["num_snapshots"]![0]!.GetValue<int>();
        Assert.InRange(count, 1, 50);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal("0", S(await socket.FeedAsync("v1.trade"), "sequence_number"));
        }

        Venue.SetLast(Btc, 60_001m);
        var live = await socket.FeedAsync("v1.trade");
        Assert.Equal(S(subscribed["first_sequence_number"]![0] is { } first ? new JsonObject { ["n"] = first.DeepClone() } : null, "n"), S(live, "sequence_number"));
        Assert.Equal("60001.0", S(live["feed"], "price"));
        Assert.Contains('-', S(live["feed"], "trade_id"));
        await socket.SubscribeAsync("v1.candle", $"{Btc}@CI_1_M-TRADE");
        Assert.Equal("60001.0", S((await socket.FeedAsync("v1.candle"))["feed"] is { } bar && bar["open_time"] is not null ? await LastBarAsync() : null, "close"));

        async Task<JsonNode?> LastBarAsync()
        {
            JsonNode? feed = null;
            for (var i = 0; i < 4; i++)
            {
                feed = (await socket.FeedAsync("v1.candle"))["feed"];
            }

            return feed;
        }
    }

    [Theory]
    [InlineData("v1.book.d", "BTC_USDT_Perp", 1101)]
    [InlineData("v1.book.s", "BTC_USDT_Perp@500-100-10", 1103)]
    [InlineData("v1.book.s", "PERPETUAL-BTC-USDT@500-10", 1102)]
    [InlineData("v1.book.d", "BTC_USDT_Perp@7", 3030)]
    [InlineData("v1.book.s", "BTC_USDT_Perp@500-20", 3031)]
    [InlineData("v1.book.d", "XYZ_USDT_Perp@50", 3000)]
    [InlineData("v1.trade", "BTC_USDT_Perp@51", 3011)]
    [InlineData("v1.candle", "BTC_USDT_Perp@CI_9_M-TRADE", 3040)]
    [InlineData("v1.candle", "BTC_USDT_Perp@CI_1_M-BID", 3041)]
    [InlineData("v1.unheard", "BTC_USDT_Perp@1", 3001)]
    public async Task A_selector_that_is_wrong_is_refused(string stream, string selector, int code)
    {
        var socket = await MarketSocketAsync();
        var answer = await socket.RequestAsync("subscribe", new JsonObject { ["stream"] = stream, ["selectors"] = new JsonArray(selector) });
        Assert.Equal(code, answer["error"]!["code"]!.GetValue<int>());
        Assert.Equal("subscribe", S(answer, "method"));
    }

    [Fact]
    public async Task Another_rate_takes_the_place_of_the_first()
    {
        var socket = await MarketSocketAsync();
        await socket.SubscribeAsync("v1.book.d", $"{Btc}@50");
        var second = await socket.SubscribeAsync("v1.book.d", $"{Btc}@100");
        Assert.Equal($"{Btc}@50", second["unsubs"]![0]!.GetValue<string>());
        var gone = await socket.RequestAsync("unsubscribe", new JsonObject { ["stream"] = "v1.book.d", ["selectors"] = new JsonArray($"{Btc}@100", $"{Btc}@50") });
        Assert.Equal([$"{Btc}@100"], gone["result"]!["unsubs"]!.AsArray().Select(text => text!.GetValue<string>()));
        Assert.False(Host.Grvt.Api.Streams.IsWanted("v1.book.d"));
    }

    [Fact]
    public async Task Global_numbers_are_linked_and_not_contiguous()
    {
        var socket = await MarketSocketAsync();
        var answer = await socket.RequestAsync("subscribe", new JsonObject
        {
            ["stream"] = "v1.book.d",
            ["selectors"] = new JsonArray($"{Btc}@50"),
            ["use_global_sequence_number"] = true,
        });
        var last = Number(answer["result"]!["latest_sequence_number"]![0]);
        await socket.FeedAsync("v1.book.d");
        StepAndPublish(50);
        var delta = await socket.FeedAsync("v1.book.d");
        Assert.Equal(last, Number(delta["prev_sequence_number"]));
        Assert.True(Number(delta["sequence_number"]) > last + 1);
    }

    [Fact]
    public async Task An_order_is_told_whole_by_its_state_and_by_its_fills()
    {
        var socket = await TradingSocketAsync();
        foreach (var stream in (string[])["v1.order", "v1.state", "v1.fill", "v1.position"])
        {
            await socket.SubscribeAsync(stream, stream == "v1.fill" ? $"{Sub}-{Btc}" : Sub);
        }

        var made = Order(new TestOrder(0.01m, 50_000m));
        var answer = await socket.RequestAsync("v1/create_order", new JsonObject { ["order"] = made.DeepClone() });
        Assert.Equal("0x00", S(answer["result"]!["result"], "order_id"));
        var open = await socket.FeedAsync("v1.order");
        Assert.Equal(("OPEN", ClientId(made), Sub), (S(open["feed"]!["state"], "status"), ClientId(open["feed"]!), S(open, "selector")));
        var state = await socket.FeedAsync("v1.state");
        Assert.Equal(("OPEN", S(open["feed"], "order_id")), (S(state["feed"]!["order_state"], "status"), S(state["feed"], "order_id")));
        Venue.Fill(ClientId(made), 0.004m);
        var fill = await socket.FeedAsync("v1.fill");
        Assert.Equal(("0.004", "50000.0", $"{Sub}-{Btc}"), (S(fill["feed"], "size"), S(fill["feed"], "price"), S(fill, "selector")));
        var part = await socket.FeedAsync("v1.order");
        Assert.Equal(("OPEN", "0.006", "0.004"), (S(part["feed"]!["state"], "status"), part["feed"]!["state"]!["book_size"]![0]!.GetValue<string>(), part["feed"]!["state"]!["traded_size"]![0]!.GetValue<string>()));
        Assert.Equal(S(open, "sequence_number"), S(part, "prev_sequence_number"));
        var position = await socket.FeedAsync("v1.position");
        Assert.Equal("0.004", S(position["feed"], "size"));
        var other = await TradingSocketAsync();
        Assert.Equal(1, (await other.SubscribeAsync("v1.position", Sub))["num_snapshots"]![0]!.GetValue<int>());
        Assert.Equal("0", S(await other.FeedAsync("v1.position"), "sequence_number"));
    }

    [Fact]
    public async Task The_short_names_say_the_same()
    {
        var socket = await TradingSocketAsync("/ws/lite");
        await socket.SendAsync("""{"j":"2.0","m":"subscribe","p":{"s":"v1.order","s1":["1000000000000001"]},"i":7}""");
        var subscribed = await socket.ReceiveAsync("answer");
        Assert.Equal(7, subscribed["i"]!.GetValue<int>());
        Assert.Equal("v1.order", S(subscribed["r"], "s"));
        Assert.Equal(["s", "s1", "u", "ns", "fs", "ls"], subscribed["r"]!.AsObject().Select(member => member.Key));
        var full = Order(new TestOrder(0.01m, 50_000m));
        var signature = full["signature"]!;
        var lite = new JsonObject
        {
            ["j"] = "2.0",
            ["m"] = "v1/create_order",
            ["i"] = 8,
            ["p"] = new JsonObject
            {
                ["o"] = new JsonObject
                {
                    ["sa"] = Sub,
                    ["im"] = false,
                    ["ti"] = "GOOD_TILL_TIME",
                    ["po"] = false,
                    ["ro"] = false,
                    ["l"] = new JsonArray(new JsonObject { ["i"] = Btc, ["s"] = "0.01", ["lp"] = "50000", ["ib"] = true }),
                    ["s"] = new JsonObject
                    {
                        ["s"] = S(signature, "signer"),
                        ["r"] = S(signature, "r"),
                        ["s1"] = S(signature, "s"),
                        ["v"] = signature["v"]!.DeepClone(),
                        ["e"] = S(signature, "expiration"),
                        ["n"] = signature["nonce"]!.DeepClone(),
                        ["ci"] = "326",
                    },
                    ["m"] = new JsonObject { ["co"] = ClientId(full) },
                },
            },
        };
        await socket.SendAsync(lite.ToJsonString());
        var answer = await socket.ReceiveAsync("answer");
        Assert.True(answer["r"]?["r"] is not null, answer.ToJsonString());
        Assert.Equal("0x00", S(answer["r"]!["r"], "oi"));
        var frame = await socket.ReceiveAsync("order");
        Assert.Equal(["s", "s1", "sn", "f", "ps"], frame.AsObject().Select(member => member.Key));
        var order = frame["f"]!;
        Assert.Equal(["oi", "sa", "im", "ti", "po", "ro", "l", "s", "m", "s1", "b", "bf"], order.AsObject().Select(member => member.Key));
        Assert.Equal(["i", "s", "lp", "ib"], order["l"]![0]!.AsObject().Select(member => member.Key));
        Assert.Equal(["s", "r", "s1", "v", "e", "n", "ci"], order["s"]!.AsObject().Select(member => member.Key));
        Assert.Equal(["s", "rr", "bs", "ts", "ut", "af"], order["s1"]!.AsObject().Select(member => member.Key));
        var (status, history) = await CallAsync("/lite/v1/open_orders", new JsonObject { ["sa"] = Sub });
        Assert.Equal(200, status);
        Assert.Equal(ClientId(full), history["r"]![0]!["m"]!["co"]!.GetValue<string>());
        (status, history) = await CallAsync("/lite/v1/cancel_order", new JsonObject { ["sa"] = Sub });
        Assert.Equal((400, 3021), (status, history["c"]!.GetValue<int>()));
    }

    [Fact]
    public async Task The_old_frames_are_lite_unless_asked_otherwise()
    {
        var socket = await MarketSocketAsync("/ws");
        await socket.SendAsync($$"""{"request_id":1,"stream":"v1.book.s","feed":["{{Btc}}@500-10"],"method":"subscribe"}""");
        Assert.Equal(1, (await socket.ReceiveAsync("answer"))["request_id"]!.GetValue<int>());
        Assert.NotNull((await socket.ReceiveAsync("lite"))["f"]!["b"]);
        await socket.SendAsync($$"""{"request_id":2,"stream":"v1.book.s","feed":["{{Btc}}@1000-10"],"method":"subscribe","is_full":true}""");
        Assert.Equal($"{Btc}@500-10", (await socket.ReceiveAsync("answer"))["unsubs"]![0]!.GetValue<string>());
        Assert.NotNull((await socket.ReceiveAsync("full"))["feed"]!["bids"]);
        await socket.SendAsync("""{"request_id":3,"stream":"v1.book.s","feed":["nothing"],"method":"subscribe"}""");
        Assert.Equal(1101, (await socket.ReceiveAsync("error"))["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_text_of_ping_is_malformed_and_harms_nobody()
    {
        var socket = await TradingSocketAsync();
        await socket.SendAsync("ping");
        var answer = await socket.ReceiveAsync("error");
        Assert.Equal(1003, answer["error"]!["code"]!.GetValue<int>());
        Assert.Null(answer["id"]);
        Assert.NotNull((await socket.RequestAsync("v1/positions", new JsonObject { ["sub_account_id"] = Sub }))["result"]!["result"]);
    }

    [Fact]
    public async Task Public_calls_answer_over_both_channels()
    {
        Assert.Equal("0x031501", S((await PublicAsync("instrument", new JsonObject { ["instrument"] = "SUI_USDT_Perp" }))["result"], "instrument_hash"));
        Assert.Equal(4, (await PublicAsync("all_instruments", new JsonObject { ["is_active"] = true }))["result"]!.AsArray().Count);
        Assert.Equal(50, (await PublicAsync("book", new JsonObject { ["instrument"] = Btc, ["depth"] = 50 }))["result"]!["bids"]!.AsArray().Count);
        Assert.NotEmpty((await PublicAsync("currency", new JsonObject { [""] = "" }))["result"]!.AsArray());
        Assert.NotEmpty((await PublicAsync("kline", new JsonObject { ["instrument"] = Btc, ["interval"] = "CI_1_M", ["type"] = "TRADE", ["limit"] = 5 }))["result"]!.AsArray());
        foreach (var name in (string[])["mini", "ticker", "trade", "trade_history", "funding", "margin_rules"])
        {
            Assert.NotNull((await PublicAsync(name, new JsonObject { ["instrument"] = Btc }))["result"]);
        }

        Assert.Equal(400, (await CallAsync("/full/v1/book", new JsonObject { ["instrument"] = Btc, ["depth"] = 20 }, host: Host.GrvtMarketDataUri)).Status);
        var socket = await MarketSocketAsync();
        Assert.Equal(Btc, S((await socket.RequestAsync("v1/mini", new JsonObject { ["instrument"] = Btc }))["result"]!["result"], "instrument"));
    }

    [Theory]
    [InlineData("SkipSequence")]
    [InlineData("LoseFrame")]
    public async Task A_gap_can_be_seen(string kind)
    {
        var socket = await MarketSocketAsync();
        var subscribed = await socket.SubscribeAsync("v1.book.d", $"{Btc}@50");
        var last = Number(subscribed["latest_sequence_number"]![0]);
        await socket.FeedAsync("v1.book.d");
        Host.AddFault(new Fault { Venue = "grvt", Kind = Enum.Parse<FaultKind>(kind), Connection = "public", Stream = "v1.book.d" });
        StepAndPublish(50);
        StepAndPublish(50);
        Assert.Equal(last + 1, Number((await socket.FeedAsync("v1.book.d"))["prev_sequence_number"]));
    }
}
