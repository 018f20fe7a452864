using System.Text.Json.Nodes;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>Every fault of the order path and the session, against raw sockets.</summary>
public sealed class CommandFaultTests : PrivateSideTest
{
    private const string Limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData((int)FaultKind.DropBeforeRequest, false)]
    [InlineData((int)FaultKind.DropAfterRequest, true)]
    public async Task The_socket_is_cut_before_or_after_the_order_is_handled(int kind, bool executed)
    {
        var socket = await WsApiAsync();
        var bystander = await WsApiAsync();
        await Host.WhenConnections(2);
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Connection = "ws-fapi", Method = "order.place" });
        Assert.Equal(-2013, (await AskAsync(socket, "order.status", ("symbol", "BTCUSDT"), ("origClientOrderId", "x")))["error"]!["code"]!.GetValue<int>());
        await PlaceOverAsync(socket, "x");
        await socket.AssertCutAsync();
        Assert.Equal(executed, Host.Trading.Order("x") is not null);
        Assert.Equal(executed ? CommandFate.Executed : CommandFate.NotExecuted, Host.Trading.Commands[^1].Fate);
        Assert.NotNull((await AskAsync(bystander, "order.status", ("symbol", "BTCUSDT"), ("origClientOrderId", "x")))["id"]);
    }

    [Theory]
    [InlineData((int)FaultKind.DropBeforeRequest, false)]
    [InlineData((int)FaultKind.DropAfterRequest, true)]
    public async Task So_it_is_over_rest(int kind, bool executed)
    {
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Connection = "rest", Method = "order.place" });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CallAsync("POST", "/fapi/v1/order", Limit + "&newClientOrderId=x"));
        Assert.Equal(executed, Host.Trading.Order("x") is not null);
    }

    [Fact]
    public async Task A_swallowed_acknowledgement_holds_up_nothing_else()
    {
        var stream = await UserStreamAsync();
        var socket = await WsApiAsync();
        Host.AddFault(new Fault { Kind = FaultKind.SwallowAck, ClientOrderId = "x" });
        await PlaceOverAsync(socket, "x");
        await OrderEventAsync(stream, "NEW", "NEW");
        var id = await PlaceOverAsync(socket, "y");
        Assert.Equal(id, S(await socket.ReceiveAsync("the other's answer"), "id"));
        Assert.Equal(["x", "y"], Host.Trading.OpenOrders().Select(order => order.ClientOrderId));
    }

    [Fact]
    public async Task A_held_acknowledgement_leaves_when_the_fault_is_deleted_and_a_delayed_one_in_time()
    {
        var stream = await UserStreamAsync();
        var socket = await WsApiAsync();
        var hold = Host.AddFault(new Fault { Kind = FaultKind.HoldAck, ClientOrderId = "x" });
        Host.AddFault(new Fault { Kind = FaultKind.DelayAck, ClientOrderId = "y", DelayMs = 500 });
        var x = await PlaceOverAsync(socket, "x");
        var y = await PlaceOverAsync(socket, "y");
        await OrderEventAsync(stream, "NEW", "NEW");
        await OrderEventAsync(stream, "NEW", "NEW");
        Host.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(y, S(await socket.ReceiveAsync("delayed answer"), "id"));
        Host.RemoveFault(hold);
        Assert.Equal(x, S(await socket.ReceiveAsync("held answer"), "id"));
    }

    [Theory]
    [InlineData((int)FaultKind.EventFirst)]
    [InlineData((int)FaultKind.ResponseFirst)]
    public async Task Event_and_answer_are_put_in_an_order(int kind)
    {
        var stream = await UserStreamAsync();
        var socket = await WsApiAsync();
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Count = 2 });
        var id = await PlaceOverAsync(socket, "x");
        Assert.Equal(id, S(await socket.ReceiveAsync("answer"), "id"));
        Assert.Equal("x", S(await OrderEventAsync(stream, "NEW", "NEW"), "c"));
        Assert.Equal("y", S(await PlaceAsync(Limit + "&newClientOrderId=y"), "clientOrderId"));
        Assert.Equal("y", S(await OrderEventAsync(stream, "NEW", "NEW"), "c"));
    }

    [Theory]
    [InlineData(-1006, null, null, 503, -1006)]
    [InlineData(-1007, null, null, 408, -1007)]
    [InlineData(-1008, null, null, 503, -1008)]
    [InlineData(-1021, null, null, 400, -1021)]
    [InlineData(null, 503, null, 503, -1000)]
    [InlineData(null, 503, "Service Unavailable.", 503, -1000)]
    [InlineData(null, 504, null, 504, -1001)]
    [InlineData(null, 429, null, 429, -1003)]
    [InlineData(null, 418, null, 418, -1003)]
    public async Task A_command_is_answered_with_an_error_whether_or_not_it_was_carried_out(int? code, int? status, string? message, int told, int toldCode)
    {
        var socket = await WsApiAsync();
        foreach (var executed in (bool[])[false, true])
        {
            var id = $"e-{executed}";
            Host.AddFault(new Fault { Kind = FaultKind.CommandError, Code = code, Status = status, Message = message, Executed = executed, Method = "order.place", Count = 2 });
            await PlaceOverAsync(socket, id);
            var answer = await socket.ReceiveAsync("error");
            Assert.Equal((told, toldCode), (answer["status"]!.GetValue<int>(), answer["error"]!["code"]!.GetValue<int>()));
            Assert.Equal(message ?? S(answer["error"], "msg"), S(answer["error"], "msg"));
            Assert.Equal(executed, Host.Trading.Order(id) is not null);
            var (restStatus, body) = await CallAsync("POST", "/fapi/v1/order", $"{Limit}&newClientOrderId={id}-r");
            Assert.Equal((told, toldCode), (restStatus, body["code"]!.GetValue<int>()));
            Assert.Equal(executed, Host.Trading.Order(id + "-r") is not null);
            if (told == 418)
            {
                Assert.Contains($"banned until {Now + 120_000}", S(body, "msg"), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_late_command_is_carried_out_after_so_many_others_or_on_command()
    {
        var stream = await UserStreamAsync();
        var socket = await WsApiAsync();
        Host.AddFault(new Fault { Kind = FaultKind.ExecuteLate, ClientOrderId = "x", Method = "order.place", Code = -1007, Messages = 3 });
        await PlaceOverAsync(socket, "x");
        Assert.Equal(-1007, (await socket.ReceiveAsync("time-out"))["error"]!["code"]!.GetValue<int>());
        Assert.Equal(CommandFate.Pending, Host.Trading.Commands[^1].Fate);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(-2013, (await StatusAsync("x"))["error"]!["code"]!.GetValue<int>());
        }

        Assert.Equal("NEW", S((await StatusAsync("x"))["result"], "status"));
        Assert.Equal("x", S(await OrderEventAsync(stream, "NEW", "NEW"), "c"));

        // With nothing told at all, and let go by hand.
        var late = Host.AddFault(new Fault { Kind = FaultKind.ExecuteLate, ClientOrderId = "y", Method = "order.place" });
        await PlaceOverAsync(socket, "y");
        await Host.Trading.WhenReceived("y").WaitAsync(_patience, TestContext.Current.CancellationToken);
        Assert.Null(Host.Trading.Order("y"));
        Host.RemoveFault(late);
        Assert.Equal("NEW", Host.Trading.Order("y")!.Status);

        Task<JsonNode> StatusAsync(string id) => AskAsync(socket, "order.status", ("symbol", "BTCUSDT"), ("origClientOrderId", id));
    }

    [Fact]
    public async Task A_late_command_whose_window_is_over_is_never_carried_out()
    {
        var socket = await WsApiAsync();
        Host.AddFault(new Fault { Kind = FaultKind.ExecuteLate, DelayMs = 5001, Method = "order.place" });
        await PlaceOverAsync(socket, "x");
        await Host.Trading.WhenReceived("x").WaitAsync(_patience, TestContext.Current.CancellationToken);
        Host.Advance(TimeSpan.FromMilliseconds(5001));
        Assert.Null(Host.Trading.Order("x"));
        Assert.Equal((CommandFate.Refused, -5028), (Host.Trading.Commands[^1].Fate, Host.Trading.Commands[^1].Code));
    }

    [Fact]
    public async Task Queries_know_nothing_of_a_hidden_order_for_a_while()
    {
        await PlaceAsync(Limit + "&newClientOrderId=x");
        await PlaceAsync(Limit + "&newClientOrderId=y");
        Host.AddFault(new Fault { Kind = FaultKind.HideOrder, ClientOrderId = "x", Count = 3 });
        await AssertRefusedAsync(-2013, "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=x");
        Assert.Equal("NEW", S(await OkAsync("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=y"), "status"));
        Assert.Equal("y", S(Assert.Single((await OkAsync("GET", "/fapi/v1/openOrders")).AsArray()), "clientOrderId"));
        Assert.Equal("y", S(Assert.Single((await OkAsync("GET", "/fapi/v1/allOrders")).AsArray()), "clientOrderId"));
        Assert.Equal("NEW", S(await OkAsync("GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=x"), "status"));
    }

    [Fact]
    public async Task User_events_are_lost_doubled_held_and_silenced()
    {
        var stream = await UserStreamAsync();
        Host.AddFault(new Fault { Kind = FaultKind.LoseFrame, Event = "ORDER_TRADE_UPDATE", ClientOrderId = "lost" });
        Host.AddFault(new Fault { Kind = FaultKind.DuplicateFrame, Connection = "private", ClientOrderId = "twice" });
        await PlaceAsync(Limit + "&newClientOrderId=lost");
        await PlaceAsync(Limit + "&newClientOrderId=twice");
        Assert.Equal("twice", S(await OrderEventAsync(stream, "NEW", "NEW"), "c"));
        Assert.Equal("twice", S(await OrderEventAsync(stream, "NEW", "NEW"), "c"));

        var hold = Host.AddFault(new Fault { Kind = FaultKind.HoldEvent, Event = "TRADE_LITE", Count = 0 });
        Host.Trading.Fill("twice");
        await OrderEventAsync(stream, "TRADE", "FILLED");
        await EventAsync(stream, "ACCOUNT_UPDATE");
        Host.RemoveFault(hold);
        await EventAsync(stream, "TRADE_LITE");

        Host.AddFault(new Fault { Kind = FaultKind.Silence, Connection = "private", Count = 0 });
        Host.Trading.Fill("lost");
        await stream.AssertNothingCameAsync();
        Host.ClearFaults();
        Host.Trading.Deposit("USDT", 1);
        await EventAsync(stream, "ACCOUNT_UPDATE");
    }

    [Fact]
    public async Task A_logon_is_refused_and_a_session_is_revoked()
    {
        var socket = await WsApiAsync();
        Host.AddFault(new Fault { Kind = FaultKind.RefuseLogon });
        Assert.Equal(-2015, (await LogOnAsync("1"))["error"]!["code"]!.GetValue<int>());
        Assert.Equal(200, (await LogOnAsync("2"))["status"]!.GetValue<int>());
        Host.AddFault(new Fault { Kind = FaultKind.RevokeSession });
        await socket.SendAsync($$"""{"id":"o","method":"order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.010","timestamp":{{Now}} } }""");
        Assert.Equal("""{"id":null,"status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}}""", await socket.ReceiveTextAsync("revocation"));
        await socket.SendAsync("""{"id":"s","method":"session.status"}""");
        Assert.Null((await socket.ReceiveAsync("status"))["result"]!["apiKey"]);
        Assert.Empty(Host.Trading.Orders());

        async Task<JsonNode> LogOnAsync(string id)
        {
            var now = Now;
            var signature = SignEd25519($"apiKey=demo-ed25519&timestamp={now}");
            await socket.SendAsync(Envelope(id, "session.logon", new Dictionary<string, object> { ["apiKey"] = "demo-ed25519", ["timestamp"] = now, ["signature"] = signature }).ToJsonString());
            return await socket.ReceiveAsync("logon");
        }
    }

    [Fact]
    public async Task Answers_are_malformed_torn_huge_or_doubled()
    {
        var socket = await WsApiAsync();
        foreach (var kind in (FaultKind[])[FaultKind.MalformedFrame, FaultKind.TruncatedJson, FaultKind.HugeFrame, FaultKind.DuplicateFrame])
        {
            Host.AddFault(new Fault { Kind = kind, Connection = "ws-fapi", Bytes = 10_000_000 });
        }

        await PlaceOverAsync(socket, "a");
        Assert.StartsWith("<html>", await socket.ReceiveTextAsync("malformed answer"), StringComparison.Ordinal);
        await PlaceOverAsync(socket, "b");
        Assert.DoesNotContain("rateLimits", await socket.ReceiveTextAsync("half an answer"), StringComparison.Ordinal);
        await PlaceOverAsync(socket, "c");
        Assert.True((await socket.ReceiveTextAsync("huge frame")).Length >= 10_000_000 - 1);
        Assert.Equal("c", S((await socket.ReceiveAsync("answer"))["result"], "clientOrderId"));
        await PlaceOverAsync(socket, "d");
        Assert.Equal(await socket.ReceiveTextAsync("answer"), await socket.ReceiveTextAsync("answer again"));

        Host.AddFault(new Fault { Kind = FaultKind.MalformedFrame, Connection = "rest" });
        using var torn = await RawAsync("POST", "/fapi/v1/listenKey");
        Assert.StartsWith("<html>", await torn.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ws_api_socket_pings_lives_a_day_and_is_cut_on_command()
    {
        var socket = await WsApiAsync();
        await Host.WhenConnections(1);
        Host.Advance(TimeSpan.FromMinutes(3));
        var receiving = socket.ReceiveAsync("status");
        await Host.Context.When(() => Host.Binance.Connections[0].PongsReceived == 1).WaitAsync(_patience, TestContext.Current.CancellationToken);
        await socket.SendAsync("""{"id":"s","method":"session.status"}""");
        await receiving;
        Host.AddFault(new Fault { Kind = FaultKind.SessionCut, Connection = "ws-fapi" });
        await socket.AssertClosedAsync(1001);
        var other = await WsApiAsync();
        await Host.WhenConnections(1);
        Host.AddFault(new Fault { Kind = FaultKind.DropSocket, Connection = "ws-fapi" });
        await other.AssertCutAsync();
        Host.AddFault(new Fault { Kind = FaultKind.RefuseConnection, Connection = "ws-fapi", Status = 418 });
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => WsApiAsync());
    }

    private Task<string> PlaceOverAsync(RawSocket socket, string id) => RequestAsync(socket, "order.place",
        ("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "0.010"), ("price", "61000"), ("newClientOrderId", id));
}
