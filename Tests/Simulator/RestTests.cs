using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class RestTests : SimulatorTest
{
    [Fact]
    public async Task Time_is_the_simulators()
    {
        Assert.Equal(FrozenTime.Start.ToUnixTimeMilliseconds(), (await GetAsync("/fapi/v1/time"))["serverTime"]!.GetValue<long>());
        Host.Advance(TimeSpan.FromSeconds(5));
        Host.Clock.Skew = TimeSpan.FromSeconds(-2);
        Assert.Equal(FrozenTime.Start.AddSeconds(3).ToUnixTimeMilliseconds(), (await GetAsync("/fapi/v1/time"))["serverTime"]!.GetValue<long>());
    }

    [Fact]
    public async Task Exchange_info_tells_the_rules()
    {
        var info = await GetAsync("/fapi/v1/exchangeInfo");
        Assert.Contains(info["rateLimits"]!.AsArray(), limit =>
            limit!["rateLimitType"]!.GetValue<string>() == "REQUEST_WEIGHT" && limit["limit"]!.GetValue<int>() == 2400);
        Assert.Equal(["BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"], info["symbols"]!.AsArray().Select(symbol => symbol!["symbol"]!.GetValue<string>()));
        var bitcoin = info["symbols"]![0]!;
        Assert.Equal("PERPETUAL", bitcoin["contractType"]!.GetValue<string>());
        Assert.Equal("TRADING", bitcoin["status"]!.GetValue<string>());
        Assert.Equal(2, bitcoin["pricePrecision"]!.GetValue<int>());
        Assert.Equal("0.10", Filter(bitcoin, "PRICE_FILTER")["tickSize"]!.GetValue<string>());
        Assert.Equal("556.80", Filter(bitcoin, "PRICE_FILTER")["minPrice"]!.GetValue<string>());
        Assert.Equal("0.001", Filter(bitcoin, "LOT_SIZE")["stepSize"]!.GetValue<string>());
        Assert.Equal("120", Filter(bitcoin, "MARKET_LOT_SIZE")["maxQty"]!.GetValue<string>());
        Assert.Equal("100", Filter(bitcoin, "MIN_NOTIONAL")["notional"]!.GetValue<string>());
        Assert.Equal(200, Filter(bitcoin, "MAX_NUM_ORDERS")["limit"]!.GetValue<int>());
        Assert.Equal("1.0500", Filter(bitcoin, "PERCENT_PRICE")["multiplierUp"]!.GetValue<string>());
    }

    [Fact]
    public async Task Depth_is_the_engines_book()
    {
        Host.Step(500);
        var depth = await GetAsync("/fapi/v1/depth?symbol=DOGEUSDT&limit=10");
        var truth = TrueBook("DOGEUSDT");
        Assert.Equal(["lastUpdateId", "E", "T", "bids", "asks"], depth.AsObject().Select(member => member.Key));
        Assert.Equal(truth.LastUpdateId, depth["lastUpdateId"]!.GetValue<long>());
        Assert.Equal(Levels(truth.Bids.Take(10)), Levels(depth["bids"]));
        Assert.Equal(Levels(truth.Asks.Take(10)), Levels(depth["asks"]));
    }

    [Theory]
    [InlineData("/fapi/v1/depth?symbol=NOPE", 400, -1121)]
    [InlineData("/fapi/v1/depth?symbol=btcusdt", 400, -1121)]
    [InlineData("/fapi/v1/depth", 400, -1102)]
    [InlineData("/fapi/v1/depth?symbol=", 400, -1102)]
    [InlineData("/fapi/v1/depth?symbol=BTCUSDT&limit=7", 400, -1130)]
    [InlineData("/fapi/v1/depth?symbol=BTCUSDT&limit=x", 400, -1102)]
    [InlineData("/fapi/v1/trades?symbol=BTCUSDT&limit=1001", 400, -1130)]
    [InlineData("/fapi/v1/klines?symbol=BTCUSDT&interval=7m", 400, -1120)]
    [InlineData("/fapi/v1/klines?symbol=BTCUSDT", 400, -1102)]
    [InlineData("/fapi/v1/nothing", 404, -5000)]
    [InlineData("/elsewhere", 404, -5000)]
    public async Task A_bad_request_is_told_by_status_and_code(string path, int status, int code)
    {
        var (answered, body) = await TryGetAsync(path);
        Assert.Equal(status, answered);
        Assert.Equal(code, body["code"]!.GetValue<int>());
        Assert.NotEmpty(body["msg"]!.GetValue<string>());
    }

    [Fact]
    public async Task Weights_add_up_by_the_minute()
    {
        Assert.Equal(1, await WeightAfterAsync("/fapi/v1/time"));
        Assert.Equal(3, await WeightAfterAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=50"));
        Assert.Equal(8, await WeightAfterAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=100"));
        Assert.Equal(18, await WeightAfterAsync("/fapi/v1/depth?symbol=BTCUSDT"));
        Assert.Equal(38, await WeightAfterAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=1000"));
        Assert.Equal(43, await WeightAfterAsync("/fapi/v1/trades?symbol=BTCUSDT"));
        Assert.Equal(63, await WeightAfterAsync("/fapi/v1/aggTrades?symbol=BTCUSDT"));
        Assert.Equal(73, await WeightAfterAsync("/fapi/v1/premiumIndex"));
        Host.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await WeightAfterAsync("/fapi/v1/time"));
    }

    [Fact]
    public async Task Too_much_is_429_and_ignoring_that_is_a_ban_with_its_end()
    {
        for (var i = 0; i < 120; i++)
        {
            Assert.Equal(200, (await TryGetAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=1000")).Status);
        }

        var (status, body) = await TryGetAsync("/fapi/v1/time");
        Assert.Equal((429, -1003), (status, body["code"]!.GetValue<int>()));
        for (var i = 0; i < 10; i++)
        {
            (status, body) = await TryGetAsync("/fapi/v1/time");
        }

        Assert.Equal((418, -1003), (status, body["code"]!.GetValue<int>()));
        Assert.Contains($"banned until {FrozenTime.Start.AddMinutes(2).ToUnixTimeMilliseconds()}", body["msg"]!.GetValue<string>(), StringComparison.Ordinal);

        Host.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(418, (await TryGetAsync("/fapi/v1/time")).Status);
        Host.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(200, (await TryGetAsync("/fapi/v1/time")).Status);
    }

    [Fact]
    public async Task Trades_aggregates_and_klines_tell_the_same_story()
    {
        for (var i = 0; i < 50; i++)
        {
            StepAndPublish(100);
        }

        Host.Advance(Tick);
        var trades = (await GetAsync("/fapi/v1/trades?symbol=BTCUSDT&limit=1000")).AsArray();
        var aggregates = (await GetAsync("/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1000")).AsArray();
        var kline = (await GetAsync("/fapi/v1/klines?symbol=BTCUSDT&interval=1m")).AsArray().Single()!;
        var volume = trades.Sum(trade => Number(trade!["qty"]));
        Assert.True(trades.Count > 20);
        Assert.Equal(volume, aggregates.Sum(trade => Number(trade!["q"])));
        Assert.Equal(volume, Number(kline[5]));
        Assert.Equal(trades.Count, kline[8]!.GetValue<int>());
        Assert.Equal(trades.Max(trade => Number(trade!["price"])), Number(kline[2]));
        Assert.Equal(Number(trades[0]!["price"]), Number(kline[1]));

        // Aggregates cover the trades without a hole, and each is of one price and side.
        var next = trades[0]!["id"]!.GetValue<long>();
        foreach (var aggregate in aggregates)
        {
            Assert.Equal(next, aggregate!["f"]!.GetValue<long>());
            next = aggregate["l"]!.GetValue<long>() + 1;
            Assert.All(
                trades.Where(trade => trade!["id"]!.GetValue<long>() is var id && id >= aggregate["f"]!.GetValue<long>() && id < next),
                trade => Assert.Equal((Number(aggregate["p"]), aggregate["m"]!.GetValue<bool>()), (Number(trade!["price"]), trade!["isBuyerMaker"]!.GetValue<bool>())));
        }
    }

    [Fact]
    public async Task The_premium_index_lies_near_the_book()
    {
        var index = await GetAsync("/fapi/v1/premiumIndex?symbol=ETHUSDT");
        var book = TrueBook("ETHUSDT");
        Assert.InRange(Number(index["markPrice"]), Levels(book.Bids)[0].Price - 1, Levels(book.Asks)[0].Price + 1);
        Assert.Equal(4, (await GetAsync("/fapi/v1/premiumIndex")).AsArray().Count);
        var top = await GetAsync("/fapi/v1/ticker/bookTicker?symbol=ETHUSDT");
        Assert.Equal(book.Bids[0], (top["bidPrice"]!.GetValue<string>(), top["bidQty"]!.GetValue<string>()));
        Assert.Equal(book.Asks[0], (top["askPrice"]!.GetValue<string>(), top["askQty"]!.GetValue<string>()));
    }

    private static JsonNode Filter(JsonNode symbol, string type) =>
        symbol["filters"]!.AsArray().Single(filter => filter!["filterType"]!.GetValue<string>() == type)!;

    private async Task<int> WeightAfterAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return int.Parse(response.Headers.GetValues("X-MBX-USED-WEIGHT-1M").Single(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
