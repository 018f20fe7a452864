using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class WsApiTests : PrivateSideTest
{
    [Fact]
    public async Task Orders_are_placed_asked_for_and_cancelled_in_their_envelope()
    {
        var socket = await WsApiAsync();
        var price = Text(Bid - 50);
        var placed = await AskAsync(socket, "order.place",
            ("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTX"), ("quantity", "0.010"), ("price", price), ("newClientOrderId", "w-1"));
        Assert.Equal(["id", "status", "result", "rateLimits"], placed.AsObject().Select(member => member.Key));
        Assert.Equal(200, placed["status"]!.GetValue<int>());
        Assert.Equal("GTX", S(placed["result"], "timeInForce"));
        Assert.Equal(
            [("REQUEST_WEIGHT", "MINUTE", 2400), ("ORDERS", "SECOND", 300), ("ORDERS", "MINUTE", 1200)],
            placed["rateLimits"]!.AsArray().Select(limit => (S(limit, "rateLimitType"), S(limit, "interval"), limit!["limit"]!.GetValue<int>())));
        Assert.Equal(1, placed["rateLimits"]![1]!["count"]!.GetValue<int>());

        var id = placed["result"]!["orderId"]!.GetValue<long>();
        var status = await AskAsync(socket, "order.status", ("symbol", "BTCUSDT"), ("orderId", id));
        Assert.Equal(("NEW", "w-1"), (S(status["result"], "status"), S(status["result"], "clientOrderId")));
        Assert.Single(status["rateLimits"]!.AsArray());

        Assert.Equal("CANCELED", S((await AskAsync(socket, "order.cancel", ("symbol", "BTCUSDT"), ("origClientOrderId", "w-1")))["result"], "status"));
        var again = await AskAsync(socket, "order.cancel", ("symbol", "BTCUSDT"), ("origClientOrderId", "w-1"));
        Assert.Equal((400, -2011), (again["status"]!.GetValue<int>(), again["error"]!["code"]!.GetValue<int>()));
        Assert.Equal("Unknown order sent.", S(again["error"], "msg"));
    }

    [Fact]
    public async Task Rate_limits_are_hidden_by_the_url_or_by_a_request()
    {
        var quiet = await WsApiAsync("?returnRateLimits=false");
        var refused = await AskAsync(quiet, "order.status", ("symbol", "BTCUSDT"), ("origClientOrderId", "none"));
        Assert.Equal(-2013, refused["error"]!["code"]!.GetValue<int>());
        Assert.False(refused.AsObject().ContainsKey("rateLimits"));

        var talkative = await WsApiAsync();
        await talkative.SendAsync("""{"id":1,"method":"userDataStream.start","params":{"apiKey":"demo-key","returnRateLimits":false}}""");
        var answer = await talkative.ReceiveAsync("listen key");
        Assert.Equal(1, answer["id"]!.GetValue<int>());
        Assert.False(answer.AsObject().ContainsKey("rateLimits"));
    }

    [Fact]
    public async Task A_session_is_for_ed25519_keys_and_spares_key_and_signature()
    {
        var socket = await WsApiAsync();
        var hmac = await AskAsync(socket, "session.logon");
        Assert.Equal(-4056, hmac["error"]!["code"]!.GetValue<int>());

        var opened = Now;
        await socket.SendAsync(Envelope("l1", "session.logon", LogOn("demo-ed25519")).ToJsonString());
        var logged = await socket.ReceiveAsync("logon");
        Assert.Equal(["apiKey", "authorizedSince", "connectedSince", "returnRateLimits", "serverTime"], logged["result"]!.AsObject().Select(member => member.Key));
        Assert.Equal(("demo-ed25519", opened), (S(logged["result"], "apiKey"), logged["result"]!["authorizedSince"]!.GetValue<long>()));

        await socket.SendAsync($$"""{"id":"o1","method":"order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.010","timestamp":{{Now}} } }""");
        Assert.Equal("NEW", S((await socket.ReceiveAsync("placed"))["result"], "status"));

        await socket.SendAsync("""{"id":"s1","method":"session.logout"}""");
        Assert.Null((await socket.ReceiveAsync("logout"))["result"]!["apiKey"]);
        await socket.SendAsync($$"""{"id":"o2","method":"order.place","params":{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.010","timestamp":{{Now}} } }""");
        Assert.Equal(-2014, (await socket.ReceiveAsync("refusal"))["error"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_is_no_request_is_told_so()
    {
        var socket = await WsApiAsync();
        await socket.SendAsync("nonsense");
        Assert.Equal(("null", 400), (Id(await socket.ReceiveAsync("refusal"), out var status), status));
        await socket.SendAsync("""{"id":7,"method":"order.invent"}""");
        Assert.Equal(("7", 400), (Id(await socket.ReceiveAsync("refusal"), out status), status));

        static string Id(JsonNode answer, out int status)
        {
            status = answer["status"]!.GetValue<int>();
            return answer["id"]?.ToJsonString() ?? "null";
        }
    }

    private Dictionary<string, object> LogOn(string key)
    {
        var now = Now;
        return new() { ["apiKey"] = key, ["timestamp"] = now, ["signature"] = SignEd25519($"apiKey={key}&timestamp={now}") };
    }
}
