using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class FaultTests : SimulatorTest
{
    private const string Deltas = "btcusdt@depth@100ms";

    [Fact]
    public async Task Drop_socket_at_once_cuts_the_route_chosen_and_no_other()
    {
        var dropped = await StreamAsync("/public/ws", Deltas);
        var kept = await StreamAsync("/market/ws", "btcusdt@aggTrade");
        Host.AddFault(new Fault { Kind = FaultKind.DropSocket, Connection = "public" });
        await dropped.AssertCutAsync();
        await kept.AssertNothingCameAsync();

        // And it is over: a new connection lives.
        await (await StreamAsync("/public/ws", Deltas)).AssertNothingCameAsync();
    }

    [Fact]
    public async Task Drop_socket_waits_for_as_many_frames_as_told()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.DropSocket, After = 3 });
        for (var i = 0; i < 4; i++)
        {
            StepAndPublish();
            if (i < 3)
            {
                await socket.ReceiveAsync("delta");
            }
        }

        await socket.AssertCutAsync();
    }

    [Fact]
    public async Task Drop_before_request_leaves_it_undone()
    {
        var socket = await ConnectAsync("/public/ws");
        Host.AddFault(new Fault { Kind = FaultKind.DropBeforeRequest });
        await socket.SendAsync($"{{\"method\":\"SUBSCRIBE\",\"params\":[\"{Deltas}\"],\"id\":1}}");
        await socket.AssertCutAsync();
        Assert.DoesNotContain(Deltas, await StateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drop_after_request_does_it_and_never_answers()
    {
        var socket = await ConnectAsync("/public/ws");
        Host.AddFault(new Fault { Kind = FaultKind.DropAfterRequest });
        await socket.SendAsync($"{{\"method\":\"SUBSCRIBE\",\"params\":[\"{Deltas}\"],\"id\":1}}");
        await socket.AssertCutAsync();
        Assert.Contains(Deltas, await StateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swallowed_ack_is_all_that_is_missing()
    {
        var socket = await ConnectAsync("/public/ws");
        var fault = Host.AddFault(new Fault { Kind = FaultKind.SwallowAck });
        await socket.SendAsync($"{{\"method\":\"SUBSCRIBE\",\"params\":[\"{Deltas}\"],\"id\":1}}");
        await fault.Exhausted.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        StepAndPublish();
        Assert.Equal("depthUpdate", (await socket.ReceiveAsync("delta"))["e"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_delayed_ack_comes_when_its_time_has_come()
    {
        var socket = await ConnectAsync("/public/ws");
        Host.AddFault(new Fault { Kind = FaultKind.DelayAck, DelayMs = 500 });
        await socket.SendAsync($"{{\"method\":\"SUBSCRIBE\",\"params\":[\"{Deltas}\"],\"id\":1}}");
        await Host.WhenSubscribed(Deltas);
        StepAndPublish();
        Assert.Equal("depthUpdate", (await socket.ReceiveAsync("delta"))["e"]!.GetValue<string>());
        Host.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal("{\"result\":null,\"id\":1}", await socket.ReceiveTextAsync("ack"));
    }

    [Fact]
    public async Task Frames_are_lost_doubled_and_exchanged_one_by_one()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        var witness = await StreamAsync("/public/ws", Deltas);
        var connection = Host.Binance.Connections[0].Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Host.AddFault(new Fault { Kind = FaultKind.LoseFrame, Connection = connection, After = 1 });
        Host.AddFault(new Fault { Kind = FaultKind.DuplicateFrame, Connection = connection, After = 3 });
        Host.AddFault(new Fault { Kind = FaultKind.ReorderFrames, Connection = connection, After = 5 });
        var sent = new List<long>();
        for (var i = 0; i < 9; i++)
        {
            StepAndPublish();
            sent.Add(await Id(witness));
        }

        var received = new List<long>();
        for (var i = 0; i < 9; i++)
        {
            received.Add(await Id(socket));
        }

        Assert.Equal([sent[0], sent[2], sent[3], sent[3], sent[4], sent[6], sent[5], sent[7], sent[8]], received);
        await socket.AssertNothingCameAsync();

        static async Task<long> Id(RawSocket socket) => (await socket.ReceiveAsync("delta"))["u"]!.GetValue<long>();
    }

    [Fact]
    public async Task A_skipped_sequence_breaks_the_chain_once()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.SkipSequence, Stream = Deltas, After = 2 });
        long? before = null;
        var breaks = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            StepAndPublish();
            var delta = await socket.ReceiveAsync("delta");
            if (before is not null && before != delta["pu"]!.GetValue<long>())
            {
                breaks.Add(i);
            }

            before = delta["u"]!.GetValue<long>();
        }

        Assert.Equal([2], breaks);
    }

    [Fact]
    public async Task Silence_swallows_frames_but_not_answers_until_it_is_deleted()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.Silence, Count = 0 });
        for (var i = 0; i < 5; i++)
        {
            StepAndPublish();
        }

        await socket.AssertNothingCameAsync();
        Assert.Equal(1, Host.ClearFaults());
        StepAndPublish();
        await socket.ReceiveAsync("delta");
    }

    [Theory]
    [InlineData(nameof(FaultKind.MalformedFrame))]
    [InlineData(nameof(FaultKind.TruncatedJson))]
    public async Task A_broken_frame_is_no_json(string kind)
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = Enum.Parse<FaultKind>(kind) });
        StepAndPublish();
        var broken = await socket.ReceiveTextAsync("broken frame");
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(broken));
        StepAndPublish();
        await socket.ReceiveAsync("delta");
    }

    [Theory]
    [InlineData("/public/ws", nameof(FaultKind.UnknownEvent), 20, 1000)]
    [InlineData("/public/stream", nameof(FaultKind.UnknownEvent), 20, 1000)]
    [InlineData("/public/ws", nameof(FaultKind.HugeFrame), 2 << 20, 3 << 20)]
    [InlineData("/public/ws", nameof(FaultKind.NestedJson), 20_000, 21_000)]
    public async Task A_strange_frame_comes_ahead_of_the_true_one(string path, string kind, int atLeast, int atMost)
    {
        var socket = await StreamAsync(path, Deltas);
        Host.AddFault(new Fault { Kind = Enum.Parse<FaultKind>(kind) });
        StepAndPublish();
        var strange = await socket.ReceiveTextAsync("strange frame");
        Assert.InRange(strange.Length, atLeast, atMost);
        Assert.Contains("\"e\":\"unheardOf\"", strange, StringComparison.Ordinal);
        Assert.Contains("\"e\":\"depthUpdate\"", await socket.ReceiveTextAsync("delta"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_turn_null_or_into_another_type()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.NullFields, Field = "b" });
        StepAndPublish();
        var frame = await socket.ReceiveAsync("frame");
        Assert.True(frame.AsObject().ContainsKey("b") && frame["b"] is null && frame["a"] is not null);

        Host.AddFault(new Fault { Kind = FaultKind.NumberAsText });
        StepAndPublish();
        Assert.Equal(JsonValueKind.String, (await socket.ReceiveAsync("frame"))["u"]!.GetValueKind());

        Host.AddFault(new Fault { Kind = FaultKind.TextAsNumber });
        StepAndPublish();
        frame = await socket.ReceiveAsync("frame");
        Assert.Equal(JsonValueKind.Number, frame["a"]!.AsArray().Concat(frame["b"]!.AsArray()).First()![0]!.GetValueKind());
        Assert.Equal("BTCUSDT", frame["s"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("btcusdt@depth@100ms")]
    [InlineData("btcusdt@depth20@100ms")]
    public async Task A_crossed_book_has_a_bid_above_every_ask(string stream)
    {
        var socket = await StreamAsync("/public/ws", stream);
        Host.AddFault(new Fault { Kind = FaultKind.CrossedBook });
        StepAndPublish();
        var frame = await socket.ReceiveAsync("frame");
        Assert.True(Levels(frame["b"])[0].Price > Levels(TrueBook("BTCUSDT").Asks)[0].Price);
        StepAndPublish();
        Assert.True(Levels((await socket.ReceiveAsync("frame"))["b"]).All(level => level.Price < 100_000m));
    }

    [Fact]
    public async Task A_stale_snapshot_is_older_than_anything_on_the_stream()
    {
        var before = TrueBook("BTCUSDT");
        Host.AddFault(new Fault { Kind = FaultKind.StaleSnapshot, Symbol = "BTCUSDT" });
        Host.Step(200);
        Assert.Equal(TrueBook("ETHUSDT").LastUpdateId, await SnapshotId("ETHUSDT"));
        Assert.Equal(before.LastUpdateId - 1_000_000, await SnapshotId("BTCUSDT"));
        Assert.Equal(TrueBook("BTCUSDT").LastUpdateId, await SnapshotId("BTCUSDT"));

        async Task<long> SnapshotId(string symbol) =>
            (await GetAsync($"/fapi/v1/depth?symbol={symbol}&limit=1000"))["lastUpdateId"]!.GetValue<long>();
    }

    [Theory]
    [InlineData(null, null, 503, -1000)]
    [InlineData(429, null, 429, -1003)]
    [InlineData(418, null, 418, -1003)]
    [InlineData(408, null, 408, -1007)]
    [InlineData(503, -1008, 503, -1008)]
    public async Task Rest_answers_an_error_where_told_to(int? status, int? code, int expectedStatus, int expectedCode)
    {
        Host.AddFault(new Fault { Kind = FaultKind.RestError, Path = "/depth", Status = status, Code = code, Count = 2 });
        Assert.Equal(200, (await TryGetAsync("/fapi/v1/time")).Status);
        for (var i = 0; i < 2; i++)
        {
            var (answered, body) = await TryGetAsync("/fapi/v1/depth?symbol=BTCUSDT");
            Assert.Equal((expectedStatus, expectedCode), (answered, body["code"]!.GetValue<int>()));
        }

        Assert.Equal(200, (await TryGetAsync("/fapi/v1/depth?symbol=BTCUSDT")).Status);
    }

    [Fact]
    public async Task Rest_is_slow_or_never_answers()
    {
        var slow = Host.AddFault(new Fault { Kind = FaultKind.RestSlow, DelayMs = 700 });
        var answer = TryGetAsync("/fapi/v1/time");
        await slow.Exhausted.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Host.Advance(TimeSpan.FromMilliseconds(690));
        Assert.False(answer.IsCompleted);
        Host.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(200, (await answer).Status);

        var hang = Host.AddFault(new Fault { Kind = FaultKind.RestHang });
        using var giveUp = new CancellationTokenSource();
        var hanging = Http.GetAsync(new Uri("/fapi/v1/time", UriKind.Relative), giveUp.Token);
        await hang.Exhausted.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Host.Advance(TimeSpan.FromMinutes(1));
        Assert.False(hanging.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        Assert.Equal(200, (await TryGetAsync("/fapi/v1/time")).Status);
    }

    [Fact]
    public void A_burst_multiplies_the_flow_for_its_time()
    {
        Host.AddFault(new Fault { Kind = FaultKind.Burst, Factor = 10, DurationMs = 300 });
        var before = Decisions();
        Host.Step(100);
        Assert.Equal(1000, Decisions() - before);
        Host.Advance(TimeSpan.FromMilliseconds(300));
        Host.Step(100);
        Assert.Equal(1100, Decisions() - before);

        long Decisions() => ((Exchange.Simulator.Binance.LiveMarket)Host.Binance.Market).Decisions;
    }

    [Fact]
    public async Task The_tick_changes_in_session_and_the_book_follows()
    {
        Host.Step(200);
        Host.AddFault(new Fault { Kind = FaultKind.TickSizeChange, Symbol = "BTCUSDT", TickSize = "1" });
        Host.Step(2000);
        var info = await GetAsync("/fapi/v1/exchangeInfo");
        Assert.Equal("1", info["symbols"]![0]!["filters"]![0]!["tickSize"]!.GetValue<string>());
        var book = TrueBook("BTCUSDT");
        Assert.All(Levels(book.Bids).Concat(Levels(book.Asks)), level => Assert.Equal(0, level.Price % 1));
        Assert.True(book.Bids.Count >= 35);
    }

    [Fact]
    public async Task A_delisted_instrument_empties_and_says_so()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        var book = new DiffBook(await GetAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=1000"));
        Host.AddFault(new Fault { Kind = FaultKind.Delist, Symbol = "BTCUSDT" });
        StepAndPublish();
        book.Apply(await socket.ReceiveAsync("delta"));
        Assert.Empty(book.Bids);
        Assert.Empty(book.Asks);
        Assert.Equal("SETTLING", (await GetAsync("/fapi/v1/exchangeInfo"))["symbols"]![0]!["status"]!.GetValue<string>());
        StepAndPublish();
        await socket.AssertNothingCameAsync();
    }

    [Fact]
    public async Task The_daily_cut_can_come_now()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.SessionCut });
        await socket.AssertClosedAsync(1001);
    }

    [Fact]
    public async Task A_skewed_clock_shows_in_times_and_touches_no_session()
    {
        var socket = await StreamAsync("/public/ws", Deltas);
        Host.AddFault(new Fault { Kind = FaultKind.ClockSkew, OffsetMs = -3_600_000 });
        StepAndPublish();
        Assert.Equal((FrozenTime.Start + Tick).AddHours(-1).ToUnixTimeMilliseconds(), (await socket.ReceiveAsync("delta"))["E"]!.GetValue<long>());
        Host.ClearFaults();
        Assert.Equal((FrozenTime.Start + Tick).ToUnixTimeMilliseconds(), (await GetAsync("/fapi/v1/time"))["serverTime"]!.GetValue<long>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(503)]
    public async Task Connections_are_refused_as_many_times_as_told(int? status)
    {
        Host.AddFault(new Fault { Kind = FaultKind.RefuseConnection, Connection = "public", Count = 2, Status = status });
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync("/public/ws"));
        }

        await ConnectAsync("/public/ws");
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_and_the_state_says_why()
    {
        await StreamAsync("/public/ws", Deltas);
        var connection = Host.Binance.Connections.Single();
        Host.AddFault(new Fault { Kind = FaultKind.HugeFrame, Bytes = 4 << 20, Count = 0 });
        for (var i = 0; i < 12; i++)
        {
            StepAndPublish();
        }

        await Host.WhenConnections(0).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Contains("slow", connection.Ended, StringComparison.Ordinal);
        Assert.Contains("its send queue was full", await StateAsync(), StringComparison.Ordinal);
    }

    private async Task<string> StateAsync()
    {
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        return await control.GetStringAsync(new Uri("/state", UriKind.Relative), TestContext.Current.CancellationToken);
    }
}
