using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Exchange.Simulator.Control;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

public sealed class DeribitFaultTests : DeribitTest
{
    private const string Orders = "user.orders.any.any.raw";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_socket_is_cut_at_a_command(bool behind)
    {
        var (kind, fate) = behind ? (FaultKind.DropAfterRequest, CommandFate.Executed) : (FaultKind.DropBeforeRequest, CommandFate.NotExecuted);
        var socket = await LogInAsync();
        Fault(kind, "private/buy");
        await socket.SendAsync("private/buy", Limit("a", Bid - 10));
        await socket.Raw.AssertCutAsync();
        Assert.Equal(fate, Trading.Commands.Single(command => command.ClientOrderId == "a").Fate);
        Assert.Equal(fate == CommandFate.Executed, Trading.Order("a") is not null);
    }

    [Fact]
    public async Task An_answer_is_swallowed_or_held_while_events_come()
    {
        var socket = await WatchAsync(Orders);
        Fault(FaultKind.SwallowAck, "private/buy");
        await socket.SendAsync("private/buy", Limit("a", Bid - 10));
        Assert.Equal("a", S(await socket.DataAsync(Orders), "label"));
        var held = Fault(FaultKind.HoldAck, "private/buy");
        var id = await socket.SendAsync("private/buy", Limit("b", Bid - 10));
        Assert.Equal("b", S(await socket.DataAsync(Orders), "label"));
        Host.RemoveFault(held);
        Assert.NotNull((await socket.AnswerAsync(id, "private/buy"))["result"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_and_event_come_in_either_order(bool eventFirst)
    {
        var socket = await WatchAsync(Orders);
        Fault(eventFirst ? FaultKind.EventFirst : FaultKind.ResponseFirst, "private/buy");
        var id = await socket.SendAsync("private/buy", Limit("a", Bid - 10));
        var first = await socket.Raw.ReceiveAsync("the first");
        var second = await socket.Raw.ReceiveAsync("the second");
        var (answer, happened) = eventFirst ? (second, first) : (first, second);
        Assert.Equal((id, "subscription"), (answer["id"]!.GetValue<long>(), S(happened, "method")));
    }

    [Theory]
    [InlineData(11094, "internal_server_error", true)]
    [InlineData(13028, "temporarily_unavailable", false)]
    public async Task An_error_does_not_say_what_became_of_the_order(int code, string text, bool executed)
    {
        var socket = await LogInAsync();
        Host.AddFault(new Fault { Venue = "deribit", Kind = FaultKind.CommandError, Method = "private/buy", Code = code, Executed = executed });
        var error = await socket.RefusedAsync(code, "private/buy", Limit("a", Bid - 10));
        Assert.Equal(text, S(error, "message"));
        Assert.Equal(executed, Trading.Order("a") is not null);
    }

    [Fact]
    public async Task A_late_order_minds_its_deadline()
    {
        var socket = await LogInAsync();
        var late = Fault(FaultKind.ExecuteLate, "private/buy", count: 2);
        await socket.SendAsync("private/buy", new { instrument_name = Perpetual, amount = 10, price = Bid - 10, label = "a", valid_until = Now + 1000 });
        await socket.SendAsync("private/buy", new { instrument_name = Perpetual, amount = 10, price = Bid - 10, label = "b", valid_until = Now + 5000 });
        await socket.CallAsync("public/get_time");
        Host.Advance(TimeSpan.FromSeconds(2));
        Host.RemoveFault(late);
        Assert.Equal((CommandFate.Refused, 13888), Trading.Commands.Where(c => c.ClientOrderId == "a").Select(c => (c.Fate, c.Code!.Value)).Single());
        Assert.Equal("open", Trading.Order("b")!.State);
    }

    [Fact]
    public async Task Events_are_doubled_lost_held_and_damaged()
    {
        var socket = await WatchAsync(Orders);
        Fault(FaultKind.DuplicateFrame);
        await socket.CallAsync("private/buy", Limit("a", Bid - 10));
        Assert.Equal((await socket.DataAsync(Orders)).ToJsonString(), (await socket.DataAsync(Orders)).ToJsonString());
        Fault(FaultKind.LoseFrame);
        await socket.CallAsync("private/buy", Limit("b", Bid - 10));
        var hold = Fault(FaultKind.HoldEvent);
        await socket.CallAsync("private/buy", Limit("c", Bid - 10));
        await socket.CallAsync("private/buy", Limit("d", Bid - 10));
        Assert.Equal("d", S(await socket.DataAsync(Orders), "label"));
        Host.RemoveFault(hold);
        Assert.Equal("c", S(await socket.DataAsync(Orders), "label"));

        Fault(FaultKind.UnknownEvent);
        await socket.CallAsync("private/buy", Limit("e", Bid - 10));
        Assert.Equal("unheard.of", S((await socket.NextAsync("unknown"))["params"], "channel"));
        Assert.Equal("e", S(await socket.DataAsync(Orders), "label"));
        Fault(FaultKind.NullFields);
        await socket.CallAsync("private/buy", Limit("f", Bid - 10));
        Assert.Null((await socket.DataAsync(Orders))["label"]);
        Fault(FaultKind.NumberAsText);
        await socket.CallAsync("private/buy", Limit("g", Bid - 10));
        Assert.Equal("100.0", S(await socket.DataAsync(Orders), "amount"));
        Fault(FaultKind.MalformedFrame);
        await socket.SendAsync("private/buy", Limit("h", Bid - 10));
        await socket.Raw.ReceiveAsync("the answer is whole");
        Assert.StartsWith("<html>", await socket.Raw.ReceiveTextAsync("html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_damaged_where_a_method_is_named()
    {
        var socket = await LogInAsync();
        Fault(FaultKind.MalformedFrame, "private/buy");
        await socket.CallAsync("public/get_time");
        await socket.SendAsync("private/buy", Limit("h", Bid - 10));
        Assert.StartsWith("<html>", await socket.Raw.ReceiveTextAsync("html"), StringComparison.Ordinal);
        Assert.Equal("open", Trading.Order("h")!.State);
    }

    [Fact]
    public async Task A_book_skips_an_id_crosses_and_goes_silent()
    {
        var socket = await LogInAsync();
        const string Channel = $"book.{Perpetual}.100ms";
        await socket.CallAsync("public/subscribe", new { channels = new[] { Channel } });
        var snapshot = await socket.DataAsync(Channel);
        Fault(FaultKind.SkipSequence);
        Next();
        Assert.Equal(snapshot["change_id"]!.GetValue<long>() + 1, (await socket.DataAsync(Channel))["prev_change_id"]!.GetValue<long>());
        Fault(FaultKind.CrossedBook);
        Next();
        var crossed = await socket.DataAsync(Channel);
        Assert.True(crossed["bids"]![0]![1]!.GetValue<decimal>() > Ask);
        var silence = Fault(FaultKind.Silence, count: 0);
        Next();
        await socket.AssertNothingCameAsync();
        Host.RemoveFault(silence);
        Next();
        await socket.DataAsync(Channel);

        void Next()
        {
            Host.Step(200);
            Host.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task Tokens_expire_and_are_revoked_and_logins_refused()
    {
        var socket = await LogInAsync();
        Fault(FaultKind.ExpireToken);
        await socket.RefusedAsync(13009, "private/get_positions");
        Fault(FaultKind.RefuseLogon);
        var credentials = new { grant_type = "client_credentials", client_id = "demo-id", client_secret = "demo-secret" };
        await socket.RefusedAsync(13004, "public/auth", credentials);
        await socket.CallAsync("public/auth", credentials);
        Fault(FaultKind.RevokeSession);
        await socket.RefusedAsync(13009, "private/get_positions");
    }

    [Fact]
    public async Task Hidden_orders_are_not_found()
    {
        var socket = await LogInAsync();
        var order = (await socket.CallAsync("private/buy", Limit("a", Bid - 10)))["order"]!;
        var hiding = Host.AddFault(new Fault { Venue = "deribit", Kind = FaultKind.HideOrder, ClientOrderId = "a", Count = 0 });
        await socket.RefusedAsync(10004, "private/get_order_state", new { order_id = S(order, "order_id") });
        Assert.Empty((await socket.CallAsync("private/get_order_state_by_label", new { currency = "BTC", label = "a" })).AsArray());
        Assert.Empty((await socket.CallAsync("private/get_open_orders")).AsArray());
        Host.RemoveFault(hiding);
        Assert.Single((await socket.CallAsync("private/get_open_orders")).AsArray());
    }

    [Fact]
    public async Task Sockets_are_refused_and_the_network_is_down()
    {
        Host.AddFault(new Fault { Venue = "deribit", Kind = FaultKind.RefuseConnection, Status = 503 });
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(ConnectAsync);
        Host.AddFault(new Fault { Venue = "deribit", Kind = FaultKind.RestError, Status = 502 });
        using var response = await Http.GetAsync(new Uri("/api/v2/public/get_time", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var socket = await ConnectAsync();
        Host.AddFault(new Fault { Venue = "deribit", Kind = FaultKind.ClockSkew, OffsetMs = 90_000, Count = 0 });
        Assert.Equal(FrozenTime.Start.ToUnixTimeMilliseconds() + 90_000, (await socket.CallAsync("public/get_time")).GetValue<long>());
        Host.ClearFaults();
        Fault(FaultKind.DropSocket);
        await socket.Raw.AssertCutAsync();
    }

    [Fact]
    public async Task The_control_port_does_and_tells()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", Limit("a", Bid - 10));
        using var control = new HttpClient { BaseAddress = Host.ControlUri };
        var cancellation = TestContext.Current.CancellationToken;
        using var filled = await control.PostAsJsonAsync(new Uri("/deribit/fill", UriKind.Relative), new { client_order_id = "a", amount = "40" }, cancellation);
        Assert.Equal(HttpStatusCode.OK, filled.StatusCode);
        var manual = new { order = new { instrument_name = Linear, direction = "sell", amount = "1", type = "market" } };
        using var placed = await control.PostAsJsonAsync(new Uri("/deribit/manual-order", UriKind.Relative), manual, cancellation);
        Assert.StartsWith("web_", S(await placed.Content.ReadFromJsonAsync<JsonNode>(cancellation), "client_order_id"), StringComparison.Ordinal);
        var positions = await control.GetFromJsonAsync<JsonArray>(new Uri("/deribit/positions", UriKind.Relative), cancellation);
        Assert.Equal([40m, -1m], positions!.Select(position => D(position, "amount")));
        var state = await control.GetFromJsonAsync<JsonNode>(new Uri("/state", UriKind.Relative), cancellation);
        Assert.Equal(1, state!["venues"]!["deribit"]!["open_orders"]!.GetValue<int>());
        using var refused = await control.PostAsJsonAsync(new Uri("/deribit/fill", UriKind.Relative), new { client_order_id = "nobody" }, cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var closed = Trading.CloseBySystem(Perpetual);
        Assert.Equal("filled", Trading.Order(closed)!.State);
        Trading.Overfill("a", 10);
        Assert.Equal(110m, Trading.Order("a")!.Filled);
    }
}
