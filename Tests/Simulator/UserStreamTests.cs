using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class UserStreamTests : PrivateSideTest
{
    [Fact]
    public async Task One_key_an_account_which_starting_again_and_pinging_keep()
    {
        var key = await ListenKeyAsync();
        Assert.Equal(64, key.Length);
        Assert.Equal(key, await ListenKeyAsync());
        Host.Advance(UserStreams.Life - TimeSpan.FromMinutes(1));
        Assert.Equal(key, (await SendAsync("PUT", "/fapi/v1/listenKey")).Body["listenKey"]!.GetValue<string>());
        Host.Advance(UserStreams.Life - TimeSpan.FromSeconds(1));
        Assert.Equal(key, Host.Trading.ListenKey());

        var socket = await WsApiAsync();
        await socket.SendAsync("""{"id":"u","method":"userDataStream.ping","params":{"apiKey":"demo-key"}}""");
        Assert.Equal(key, S((await socket.ReceiveAsync("ping"))["result"], "listenKey"));
        await socket.SendAsync("""{"id":"u","method":"userDataStream.stop","params":{"apiKey":"demo-key"}}""");
        Assert.Equal("{}", (await socket.ReceiveAsync("stop"))["result"]!.ToJsonString());
        await socket.SendAsync("""{"id":"u","method":"userDataStream.ping","params":{"apiKey":"demo-key"}}""");
        Assert.Equal(-1125, (await socket.ReceiveAsync("ping"))["error"]!["code"]!.GetValue<int>());
        Assert.Equal(-1125, (await SendAsync("PUT", "/fapi/v1/listenKey")).Body["code"]!.GetValue<int>());
        Assert.NotEqual(key, await ListenKeyAsync());
        Assert.Equal(-2014, (await SendAsync("POST", "/fapi/v1/listenKey", key: null)).Body["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_expired_key_is_told_once_and_then_there_is_silence()
    {
        var stream = await UserStreamAsync();
        var key = Host.Trading.ListenKey()!;
        Host.Advance(UserStreams.Life);
        var expired = await EventAsync(stream, "listenKeyExpired");
        Assert.Equal(["e", "E", "listenKey"], expired.AsObject().Select(member => member.Key));
        Assert.Equal(key, S(expired, "listenKey"));
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await stream.AssertNothingCameAsync();

        // A new key is another one, and the old socket is none the wiser.
        Assert.NotEqual(key, await ListenKeyAsync());
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await stream.AssertNothingCameAsync();
    }

    [Fact]
    public async Task A_key_is_expired_on_command()
    {
        var stream = await UserStreamAsync();
        Host.AddFault(new Fault { Kind = FaultKind.ExpireListenKey });
        await EventAsync(stream, "listenKeyExpired");
        Assert.Null(Host.Trading.ListenKey());
    }

    [Fact]
    public async Task A_wrong_key_completes_the_handshake_and_stays_silent()
    {
        await ListenKeyAsync();
        var stream = await ConnectAsync("/private/ws/" + new string('x', 64));
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await stream.AssertNothingCameAsync();
    }

    [Fact]
    public async Task A_key_is_heard_by_path_by_query_and_by_subscription()
    {
        var key = await ListenKeyAsync();
        var byQuery = await ConnectAsync($"/private/ws?listenKey={key}&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE");
        var live = await ConnectAsync("/private/stream");
        await live.SubscribeAsync(key);
        var combined = await ConnectAsync($"/private/stream?streams={key}");
        var unrouted = await ConnectAsync($"/ws/{key}");
        var wrongRoute = await ConnectAsync($"/public/ws/{key}");
        var ccxt = await ConnectAsync($"/private/ws/0?listenKey={key}");
        await Host.WhenConnections(6);
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002&newClientOrderId=q");
        await OrderEventAsync(byQuery, "NEW", "NEW");
        await OrderEventAsync(byQuery, "TRADE", "FILLED");
        await EventAsync(byQuery, "ACCOUNT_UPDATE");
        await byQuery.AssertNothingCameAsync();
        foreach (var socket in (RawSocket[])[live, combined])
        {
            var first = await socket.ReceiveAsync("an enveloped event");
            Assert.Equal((key, "ORDER_TRADE_UPDATE"), (S(first, "stream"), S(first["data"], "e")));
            Assert.Equal("TRADE_LITE", S((await socket.ReceiveAsync("an enveloped event"))["data"], "e"));
        }

        await OrderEventAsync(ccxt, "NEW", "NEW");
        await unrouted.AssertNothingCameAsync();
        await wrongRoute.AssertNothingCameAsync();
    }

    [Fact]
    public async Task The_fields_of_the_events_are_those_of_the_venue()
    {
        var stream = await UserStreamAsync();
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.002");
        var born = await EventAsync(stream, "ORDER_TRADE_UPDATE");
        Assert.Equal(["e", "E", "T", "o"], born.AsObject().Select(member => member.Key));
        Assert.Equal("s c S o f q p ap sp x X i l z L T t b a m R wt ot ps cp rp pP si ss V pm gtd er",
            string.Join(' ', born["o"]!.AsObject().Select(member => member.Key)));
        var lite = await EventAsync(stream, "TRADE_LITE");
        Assert.Equal("e E T s q p m c S L l t i", string.Join(' ', lite.AsObject().Select(member => member.Key)));
        var traded = await EventAsync(stream, "ORDER_TRADE_UPDATE");
        Assert.Equal("s c S o f q p ap sp x X i l z L n N T t b a m R wt ot ps cp rp pP si ss V pm gtd er",
            string.Join(' ', traded["o"]!.AsObject().Select(member => member.Key)));
        Assert.Equal((lite["t"]!.GetValue<long>(), S(lite, "l")), (traded["o"]!["t"]!.GetValue<long>(), S(traded["o"], "l")));
        var account = await EventAsync(stream, "ACCOUNT_UPDATE");
        Assert.Equal("m B P", string.Join(' ', account["a"]!.AsObject().Select(member => member.Key)));
        Assert.Equal("a wb cw bc", string.Join(' ', account["a"]!["B"]![0]!.AsObject().Select(member => member.Key)));
        Assert.Equal("s pa ep bep cr up mt iw ps", string.Join(' ', account["a"]!["P"]![0]!.AsObject().Select(member => member.Key)));
    }
}
