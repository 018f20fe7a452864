using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class MarketStreamTests : SimulatorTest
{
    [Fact]
    public async Task Trades_come_one_by_one_on_the_public_route()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@trade");
        Host.Step(800);
        var expected = (await GetAsync("/fapi/v1/trades?symbol=BTCUSDT")).AsArray();
        foreach (var trade in expected)
        {
            var frame = await socket.ReceiveAsync("trade");
            Assert.Equal(["e", "E", "T", "s", "t", "p", "q", "X", "m"], Members(frame));
            Assert.Equal(trade!["id"]!.GetValue<long>(), frame["t"]!.GetValue<long>());
            Assert.Equal(trade["price"]!.GetValue<string>(), frame["p"]!.GetValue<string>());
            Assert.Equal(trade["isBuyerMaker"]!.GetValue<bool>(), frame["m"]!.GetValue<bool>());
        }
    }

    [Fact]
    public async Task Aggregates_come_when_their_hundred_milliseconds_are_over()
    {
        var socket = await StreamAsync("/market/ws", "btcusdt@aggTrade");
        for (var i = 0; i < 10; i++)
        {
            StepAndPublish(200);
        }

        Host.Advance(Tick);
        var expected = (await GetAsync("/fapi/v1/aggTrades?symbol=BTCUSDT")).AsArray();
        Assert.NotEmpty(expected);
        foreach (var trade in expected)
        {
            var frame = await socket.ReceiveAsync("aggTrade");
            Assert.Equal(["e", "E", "a", "s", "p", "q", "nq", "f", "l", "T", "m", "st"], Members(frame));
            Assert.Equal(trade!["a"]!.GetValue<long>(), frame["a"]!.GetValue<long>());
            Assert.Equal(trade["q"]!.GetValue<string>(), frame["q"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Mark_prices_come_every_second_and_every_three()
    {
        var socket = await StreamAsync("/market/stream", "btcusdt@markPrice", "btcusdt@markPrice@1s", "!markPrice@arr@1s");
        var counts = new Dictionary<string, int>();
        for (var second = 0; second < 6; second++)
        {
            Host.Advance(TimeSpan.FromSeconds(1));
        }

        for (var i = 0; i < 6 + 6 + 2; i++)
        {
            var frame = await socket.ReceiveAsync("mark price");
            var stream = frame["stream"]!.GetValue<string>();
            counts[stream] = counts.GetValueOrDefault(stream) + 1;
            var data = stream.StartsWith('!') ? frame["data"]![0]! : frame["data"]!;
            Assert.Equal(["e", "E", "s", "p", "ap", "P", "i", "r", "T", "st"], Members(data));
        }

        Assert.Equal((2, 6, 6), (counts["btcusdt@markPrice"], counts["btcusdt@markPrice@1s"], counts["!markPrice@arr@1s"]));
        await socket.AssertNothingCameAsync();
    }

    [Fact]
    public async Task A_kline_grows_and_is_closed_at_its_end()
    {
        var socket = await StreamAsync("/market/ws", "btcusdt@kline_1m");
        Host.Step(400);
        Host.Advance(TimeSpan.FromMilliseconds(250));
        var open = (await socket.ReceiveAsync("kline"))["k"]!;
        Assert.False(open["x"]!.GetValue<bool>());
        Assert.Equal(FrozenTime.Start.ToUnixTimeMilliseconds(), open["t"]!.GetValue<long>());
        Assert.Equal(FrozenTime.Start.AddMinutes(1).ToUnixTimeMilliseconds() - 1, open["T"]!.GetValue<long>());

        Host.Advance(TimeSpan.FromMinutes(1));
        var closed = (await socket.ReceiveAsync("kline"))["k"]!;
        Assert.True(closed["x"]!.GetValue<bool>());
        Assert.Equal(open["v"]!.GetValue<string>(), closed["v"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("btcusdt@ticker", "24hrTicker", 1)]
    [InlineData("btcusdt@miniTicker", "24hrMiniTicker", 1)]
    [InlineData("!ticker@arr", "24hrTicker", 4)]
    [InlineData("!miniTicker@arr", "24hrMiniTicker", 4)]
    public async Task Tickers_tell_of_the_last_day(string stream, string type, int count)
    {
        var socket = await StreamAsync("/market/ws", stream);
        Host.Step(800);
        Host.Advance(TimeSpan.FromSeconds(2));
        var frame = await socket.ReceiveAsync("ticker");
        JsonNode[] tickers = frame is JsonArray all ? [.. all.Select(ticker => ticker!)] : [frame];
        Assert.Equal(count, tickers.Length);
        Assert.All(tickers, ticker => Assert.Equal(type, ticker["e"]!.GetValue<string>()));
        Assert.All(tickers, ticker => Assert.True(Number(ticker["l"]) <= Number(ticker["c"]) && Number(ticker["c"]) <= Number(ticker["h"])));
    }

    [Fact]
    public async Task The_best_prices_of_all_come_every_five_seconds()
    {
        var socket = await StreamAsync("/public/ws", "!bookTicker");
        Host.Step(2000);
        Host.Advance(TimeSpan.FromSeconds(5));
        var symbols = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            symbols.Add((await socket.ReceiveAsync("bookTicker"))["s"]!.GetValue<string>());
        }

        Assert.Equal(4, symbols.Count);
        await socket.AssertNothingCameAsync();
    }

    private static IEnumerable<string> Members(JsonNode frame) => frame.AsObject().Select(member => member.Key);
}
