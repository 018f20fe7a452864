using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>What can be made to go wrong at the simulated GRVT, and what of it happened all the same.</summary>
public sealed class GrvtFaultTests : GrvtSimulatorTest
{
    private const string Create = "v1/create_order";

    [Fact]
    public async Task A_socket_dropped_before_leaves_no_order_and_after_leaves_one()
    {
        foreach (var (kind, placed) in ((FaultKind, bool)[])[(FaultKind.DropBeforeRequest, false), (FaultKind.DropAfterRequest, true)])
        {
            await DroppedAsync(kind, placed);
        }

        async Task DroppedAsync(FaultKind kind, bool placed)
        {
            var socket = await TradingSocketAsync();
            var order = Order(new TestOrder(0.01m, 50_000m));
            Add(kind, ClientId(order));
            await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
            await socket.AssertCutAsync();
            Assert.Equal(placed, Venue.Order(ClientId(order)) is not null);
            Assert.Equal(placed ? CommandFate.Executed : CommandFate.NotExecuted, Venue.Commands.Last(command => command.ClientOrderId == ClientId(order)).Fate);
        }
    }

    [Fact]
    public async Task A_swallowed_answer_is_of_an_order_that_works()
    {
        var socket = await TradingSocketAsync();
        var order = Order(new TestOrder(0.01m, 50_000m));
        Add(FaultKind.SwallowAck, ClientId(order));
        await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        await Venue.WhenOrder(ClientId(order), "OPEN").WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.NotNull((await socket.RequestAsync("v1/order", new JsonObject { ["sub_account_id"] = Sub, ["client_order_id"] = ClientId(order) }))["result"]);
    }

    [Fact]
    public async Task A_held_answer_comes_when_the_fault_goes()
    {
        var socket = await TradingSocketAsync();
        await socket.SubscribeAsync("v1.state", Sub);
        var order = Order(new TestOrder(0.01m, 50_000m));
        var fault = Add(FaultKind.HoldAck, ClientId(order));
        var id = await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        Assert.Equal("OPEN", S((await socket.FeedAsync("v1.state"))["feed"]!["order_state"], "status"));
        Host.RemoveFault(fault);
        Assert.Equal("0x00", S((await socket.AnswerAsync(id, Create))["result"]!["result"], "order_id"));
    }

    [Fact]
    public async Task A_delayed_answer_comes_late()
    {
        var socket = await TradingSocketAsync();
        var order = Order(new TestOrder(0.01m, 50_000m));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.DelayAck, Method = Create, DelayMs = 300 });
        var id = await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        await Venue.WhenOrder(ClientId(order), "OPEN").WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Host.Advance(TimeSpan.FromMilliseconds(300));
        Assert.NotNull((await socket.AnswerAsync(id, Create))["result"]);
    }

    [Fact]
    public async Task The_event_can_come_first()
    {
        var socket = await TradingSocketAsync();
        await socket.SubscribeAsync("v1.state", Sub);
        var order = Order(new TestOrder(0.01m, 50_000m));
        Add(FaultKind.EventFirst, ClientId(order));
        await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        Assert.Equal("v1.state", S(await socket.ReceiveAsync("event"), "stream"));
        Assert.NotNull((await socket.ReceiveAsync("answer"))["result"]);
    }

    [Theory]
    [InlineData(1002, null, 500)]
    [InlineData(1005, null, 500)]
    [InlineData(1009, null, 503)]
    [InlineData(1006, null, 429)]
    [InlineData(null, 503, 503)]
    public async Task An_error_may_hide_an_order_that_works(int? code, int? status, int expected)
    {
        foreach (var executed in (bool[])[true, false])
        {
            var order = Order(new TestOrder(0.01m, 50_000m));
            Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.CommandError, Method = Create, Code = code, Status = status, Executed = executed });
            var (answered, body) = await CallAsync("/full/v1/create_order", new JsonObject { ["order"] = order.DeepClone() });
            Assert.Equal((expected, code ?? 1009), (answered, body["code"]!.GetValue<int>()));
            Assert.Equal(executed, Venue.Order(ClientId(order)) is not null);
        }
    }

    [Fact]
    public async Task An_order_may_be_carried_out_late()
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        var socket = await TradingSocketAsync();
        var fault = Add(FaultKind.ExecuteLate, ClientId(order));
        await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        await Venue.WhenReceived(ClientId(order)).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Null(Venue.Order(ClientId(order)));
        Host.RemoveFault(fault);
        Assert.Equal("OPEN", Venue.Order(ClientId(order))!.Status);
    }

    [Fact]
    public async Task A_cancel_with_a_time_to_live_reaches_an_order_that_is_late()
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        var socket = await TradingSocketAsync();
        var fault = Add(FaultKind.ExecuteLate, ClientId(order));
        await socket.SendRequestAsync(Create, new JsonObject { ["order"] = order.DeepClone() });
        await socket.RequestAsync("v1/cancel_order", new JsonObject { ["sub_account_id"] = Sub, ["client_order_id"] = ClientId(order), ["time_to_live_ms"] = "5000" });
        Host.RemoveFault(fault);
        Assert.Equal("REJECTED", Venue.Order(ClientId(order))!.Status);
    }

    [Fact]
    public async Task A_hidden_order_is_not_found()
    {
        var id = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.HideOrder, ClientOrderId = id, Count = 2 });
        await AssertRefusedAsync(1004, "v1/order", new JsonObject { ["sub_account_id"] = Sub, ["client_order_id"] = id });
        Assert.Empty((await OkAsync("v1/open_orders"))["result"]!.AsArray());
        Assert.Single((await OkAsync("v1/open_orders"))["result"]!.AsArray());
    }

    [Fact]
    public async Task Events_are_held_lost_and_told_twice()
    {
        var socket = await TradingSocketAsync();
        await socket.SubscribeAsync("v1.state", Sub);
        var held = Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.HoldEvent, Stream = "v1.state" });
        var first = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        var second = await PlaceAsync(new TestOrder(0.01m, 50_001m));
        Assert.Equal(second, S((await socket.FeedAsync("v1.state"))["feed"], "client_order_id"));
        Host.RemoveFault(held);
        Assert.Equal(first, S((await socket.FeedAsync("v1.state"))["feed"], "client_order_id"));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.DuplicateFrame, Connection = "private" });
        Venue.Cancel(first);
        Assert.Equal(S(await socket.FeedAsync("v1.state"), "sequence_number"), S(await socket.FeedAsync("v1.state"), "sequence_number"));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.LoseFrame, Connection = "private" });
        Venue.Cancel(second);
        var third = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        Assert.Equal(third, S((await socket.FeedAsync("v1.state"))["feed"], "client_order_id"));
    }

    [Theory]
    [InlineData("MalformedFrame")]
    [InlineData("TruncatedJson")]
    [InlineData("HugeFrame")]
    [InlineData("NestedJson")]
    [InlineData("UnknownEvent")]
    public async Task Frames_come_damaged(string kind)
    {
        var socket = await TradingSocketAsync();
        await socket.SubscribeAsync("v1.state", Sub);
        Host.AddFault(new Fault { Venue = "grvt", Kind = Enum.Parse<FaultKind>(kind), Connection = "private", Bytes = 1 << 20 });
        await PlaceAsync(new TestOrder(0.01m, 50_000m));
        var text = await socket.RawAsync("a damaged frame");
        var isTheOrder = text!.Contains("order_state", StringComparison.Ordinal) && text.EndsWith('}');
        Assert.False(isTheOrder, text[..Math.Min(text.Length, 300)]);
    }

    [Fact]
    public async Task A_book_can_cross()
    {
        var socket = await MarketSocketAsync();
        await socket.SubscribeAsync("v1.book.s", $"{Btc}@500-10");
        await socket.FeedAsync("v1.book.s");
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.CrossedBook, Connection = "public" });
        StepAndPublish(500);
        var book = (await socket.FeedAsync("v1.book.s"))["feed"]!;
        Assert.True(Number(book["bids"]![0]!["price"]) > Number(book["asks"]![0]!["price"]));
    }

    [Fact]
    public async Task Silence_lets_answers_through()
    {
        var socket = await MarketSocketAsync();
        await socket.SubscribeAsync("v1.book.s", $"{Btc}@500-10");
        await socket.FeedAsync("v1.book.s");
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.Silence, Connection = "public", Count = 0 });
        StepAndPublish(500);
        Assert.NotNull((await socket.RequestAsync("v1/mini", new JsonObject { ["instrument"] = Btc }))["result"]);
        Host.ClearFaults();
        StepAndPublish(500);
        Assert.NotNull(await socket.FeedAsync("v1.book.s"));
    }

    [Fact]
    public async Task Sockets_are_cut_closed_and_refused()
    {
        var first = await TradingSocketAsync();
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.DropSocket, Connection = "private" });
        await first.AssertCutAsync();
        var second = await MarketSocketAsync();
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.SessionCut });
        await second.AssertClosedAsync(1001);
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.RefuseConnection, Connection = "private", Status = 503 });
        await Assert.ThrowsAsync<WebSocketException>(() => TradingSocketAsync());
        await TradingSocketAsync();
    }

    [Fact]
    public async Task A_proxy_may_answer_in_the_venues_place()
    {
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.RestError, Status = 502, Connection = "edge" });
        using var answer = await Http.PostAsync(new Uri(Host.GrvtEdgeUri, "/auth/api_key/login"), null, TestContext.Current.CancellationToken);
        Assert.Equal(502, (int)answer.StatusCode);
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.RestError, Code = 1009, Path = "/positions" });
        await AssertRefusedAsync(1009, "v1/positions", new JsonObject { ["sub_account_id"] = Sub });
    }

    [Fact]
    public async Task A_skewed_clock_refuses_signatures()
    {
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.ClockSkew, OffsetMs = 7_200_000, Count = 0 });
        await AssertOrderRefusedAsync(2001, new TestOrder(0.01m, 50_000m) { Expiration = Now - 1_000_000_000 });
        Host.ClearFaults();
        await PlaceAsync(new TestOrder(0.01m, 50_000m));
    }

    [Fact]
    public void What_the_venue_has_not_cannot_be_set() => Assert.Contains(
        "GRVT", Assert.Throws<ArgumentException>(() => Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.ExpireListenKey })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_new_grid_and_a_delisting_end_orders()
    {
        var off = await PlaceAsync(new TestOrder(0.01m, 50_000.1m));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.TickSizeChange, Symbol = Btc });
        Assert.Equal("INSTRUMENT_DEACTIVATED", Venue.Order(off)!.RejectReason);
        Assert.Equal("1.0", S((await PublicAsync("instrument", new JsonObject { ["instrument"] = Btc }))["result"], "tick_size"));
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.Delist, Symbol = Btc });
        await AssertOrderRefusedAsync(2060, new TestOrder(0.01m, 50_000m));
    }

    [Fact]
    public async Task The_control_port_acts_and_tells()
    {
        var id = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        using var body = new StringContent($$"""{"client_order_id":"{{id}}","size":"0.004"}""");
        using var done = await Http.PostAsync(new Uri(Host.ControlUri, "/grvt/fill"), body, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)done.StatusCode);
        var fills = JsonNode.Parse(await Http.GetStringAsync(new Uri(Host.ControlUri, "/grvt/fills"), TestContext.Current.CancellationToken))!;
        Assert.Equal(0.004m, fills[0]!["signed_size"]!.GetValue<decimal>());
        var commands = await Http.GetStringAsync(new Uri(Host.ControlUri, $"/grvt/commands?client_order_id={id}"), TestContext.Current.CancellationToken);
        Assert.Contains(Create, commands, StringComparison.Ordinal);
        Assert.DoesNotContain("signature", commands, StringComparison.Ordinal);
        var state = JsonNode.Parse(await Http.GetStringAsync(new Uri(Host.ControlUri, "/state"), TestContext.Current.CancellationToken))!;
        Assert.Equal(1, state["venues"]!["grvt"]!["open_orders"]!.GetValue<int>());
        Venue.Overfill(id, 0.5m);
        Assert.Equal(0.51m, Venue.Positions().Single().Size);
        Venue.Deposit("USDT", 1_000m);
        Assert.True(Venue.Balances()["USDT"] > 100_900m);
    }

    private Fault Add(FaultKind kind, string clientOrderId) =>
        Host.AddFault(new Fault { Venue = "grvt", Kind = kind, Method = Create, ClientOrderId = clientOrderId });
}
