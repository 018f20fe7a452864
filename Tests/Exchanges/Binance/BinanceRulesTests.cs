using System.Globalization;
using System.Text;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Names, addresses, settings, errors and documents.</summary>
public sealed class BinanceRulesTests
{
    /// <summary>T01: a stream on the wrong route is acknowledged and silent.</summary>
    [Theory]
    [InlineData("btcusdt@depth@100ms", "/public")]
    [InlineData("btcusdt@depth", "/public")]
    [InlineData("btcusdt@depth20@500ms", "/public")]
    [InlineData("btcusdt@bookTicker", "/public")]
    [InlineData("!bookTicker", "/public")]
    [InlineData("btcusdt@rpiDepth@500ms", "/public")]
    [InlineData("btcusdt@trade", "/public")]
    [InlineData("btcusdt@aggTrade", "/market")]
    [InlineData("btcusdt@markPrice@1s", "/market")]
    [InlineData("!markPrice@arr@1s", "/market")]
    [InlineData("btcusdt@kline_1m", "/market")]
    [InlineData("btcusdt@miniTicker", "/market")]
    [InlineData("btcusdt@forceOrder", "/market")]
    [InlineData("!contractInfo", "/market")]
    public void Each_stream_has_its_route(string stream, string route)
    {
        var urls = BinanceUrls.From(new BinanceOptions { Environment = "live" });
        Assert.Equal($"wss://fstream.binance.com{route}/stream", urls.Stream(BinanceStreams.RouteOf(stream)).AbsoluteUri);
    }

    [Theory]
    [InlineData(1, 100, "btcusdt@depth5@100ms", 5)]
    [InlineData(6, 250, "btcusdt@depth10", 10)]
    [InlineData(20, 1000, "btcusdt@depth20@500ms", 20)]
    [InlineData(20, 99, "btcusdt@depth@100ms", 100)]
    [InlineData(20, 0, "btcusdt@depth@100ms", 100)]
    [InlineData(21, 100, "btcusdt@depth@100ms", 100)]
    [InlineData(100, 100, "btcusdt@depth@100ms", 500)]
    [InlineData(1000, 100, "btcusdt@depth@100ms", 1000)]
    public void The_source_of_a_book_follows_what_is_asked(int topN, int frequencyMs, string stream, int depth)
    {
        var plan = BinanceBookPlan.For("BTCUSDT", new StreamDemand(topN, frequencyMs, null), "auto");
        Assert.Equal((stream, depth), (plan.Stream, plan.Depth));
        Assert.False(BinanceBookPlan.For("BTCUSDT", new StreamDemand(5, 500, null), "diff").IsPicture);
        Assert.True(BinanceBookPlan.For("BTCUSDT", new StreamDemand(5, 0, null), "partial").IsPicture);
    }

    [Fact]
    public void Settings_are_checked_and_errors_name_the_key()
    {
        Assert.Empty(new BinanceOptions().Validate());
        Assert.Empty(new BinanceOptions { Environment = "live", StreamUrl = new("wss://my-proxy.example/") }.Validate());
        Assert.Contains("Exchange:Binance:Environment", Assert.Single(new BinanceOptions { Environment = "prod" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("Exchange:Binance:MaxStreamsPerConnection", Assert.Single(new BinanceOptions { MaxStreamsPerConnection = 2000 }.Validate()), StringComparison.Ordinal);
        Assert.Contains("Exchange:Binance:BookSource", Assert.Single(new BinanceOptions { BookSource = "both" }.Validate()), StringComparison.Ordinal);
        Assert.Contains("Exchange:Binance:RestUrl", Assert.Single(new BinanceOptions { RestUrl = new("ftp://127.0.0.1") }.Validate()), StringComparison.Ordinal);
    }

    /// <summary>Scenario 24: test keys against production, and the reverse.</summary>
    [Theory]
    [InlineData("live", "https://demo-fapi.binance.com")]
    [InlineData("live", "http://127.0.0.1:9401")]
    [InlineData("testnet", "https://fapi.binance.com")]
    [InlineData("sim", "https://fapi.binance.com")]
    [InlineData("sim", "https://testnet.binancefuture.com")]
    public void A_mixed_set_of_addresses_is_refused(string environment, string rest)
    {
        var error = Assert.Single(new BinanceOptions { Environment = environment, RestUrl = new(rest) }.Validate());
        Assert.Contains("Exchange:Binance:RestUrl", error, StringComparison.Ordinal);
        Assert.Contains(environment, error, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new BinanceSubscriber(new BinanceOptions { Environment = environment, RestUrl = new(rest) }, new RecordingSink()));
    }

    [Theory]
    [InlineData(400, """{"code":-1121,"msg":"Invalid symbol."}""", ExchangeErrorCode.UnknownSymbol, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":"-2019","msg":"Margin is insufficient."}""", ExchangeErrorCode.InsufficientMargin, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":-5022,"msg":"Post only"}""", ExchangeErrorCode.PostOnlyWouldTake, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":-4014,"msg":"tick"}""", ExchangeErrorCode.PriceOffTick, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":-1021,"msg":"Timestamp"}""", ExchangeErrorCode.ClockSkew, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":-1007,"msg":"Timeout"}""", ExchangeErrorCode.Timeout, CommandOutcome.Unknown)]
    [InlineData(400, """{"code":-1006,"msg":"Unexpected"}""", ExchangeErrorCode.Timeout, CommandOutcome.Unknown)]
    [InlineData(503, """{"code":-1008,"msg":"overloaded"}""", ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown)]
    [InlineData(503, "Unknown error, please check your request or try again later.", ExchangeErrorCode.VenueUnavailable, CommandOutcome.Unknown)]
    [InlineData(504, "<html>", ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(500, """{"code":-1001,"msg":"Internal error"}""", ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(429, """{"code":-1003,"msg":"Too many requests."}""", ExchangeErrorCode.RateLimited, CommandOutcome.Rejected)]
    [InlineData(418, "", ExchangeErrorCode.Banned, CommandOutcome.Rejected)]
    [InlineData(401, "", ExchangeErrorCode.AuthenticationFailed, CommandOutcome.Rejected)]
    [InlineData(400, """{"code":-9999,"msg":"something new"}""", ExchangeErrorCode.RejectedByVenue, CommandOutcome.Rejected)]
    [InlineData(408, """{"code":-9999,"msg":"something new"}""", ExchangeErrorCode.VenueError, CommandOutcome.Unknown)]
    [InlineData(200, "", ExchangeErrorCode.UnreadableReply, CommandOutcome.Unknown)]
    [InlineData(302, "<html>", ExchangeErrorCode.UnreadableReply, CommandOutcome.Unknown)]
    public void Errors_are_mapped_by_code(int status, string body, ExchangeErrorCode code, CommandOutcome outcome)
    {
        var error = BinanceErrors.Read(status, Encoding.UTF8.GetBytes(body));
        Assert.Equal((code, outcome), (error.Code, error.Outcome));
        Assert.False(error.Retryable && outcome == CommandOutcome.Unknown);
    }

    /// <summary>T36, T37: the venue's own samples, under a culture with a decimal comma.</summary>
    [Fact]
    public void The_samples_of_the_venue_sheet_are_read()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            var depth = new DepthMessage();
            var json = new Utf8Scanner("""{"e":"depthUpdate","E":1780000000105,"T":1780000000101,"s":"BTCUSDT","ps":"BTCUSDT","U":11700000010021,"u":11700000018440,"pu":11700000009987,"b":[["61240.00","3.120"],["61239.90","0.000"]],"a":[["61240.10","1.004"]],"st":1}"""u8);
            Assert.True(depth.TryRead(ref json) && json.AtEnd);
            Assert.Equal((new UpdateIds(11700000010021, 11700000018440, 11700000009987), true), (depth.Ids, depth.IsOurs));
            Assert.Equal([new(61240.00m, 3.120m), new(61239.90m, 0.000m)], depth.Bids.Levels.ToArray());

            var trade = default(TradeMessage);
            json = new Utf8Scanner("""{"e":"trade","E":1780000000151,"T":1780000000150,"s":"BTCUSDT","t":5378951884,"p":"0.0000001","q":"0.010","X":"INSURANCE_FUND","m":true}"""u8);
            Assert.True(trade.TryRead(ref json) && json.AtEnd);
            Assert.Equal((5378951884, 0.0000001m, true, false), (trade.Id, trade.Price, trade.BuyerIsMaker, trade.IsMarket));

            var info = BinanceInstruments.Read(Encoding.UTF8.GetBytes(
                """{"rateLimits":[{"interval":"MINUTE","intervalNum":1,"limit":2400,"rateLimitType":"REQUEST_WEIGHT"}],"symbols":[{"symbol":"BTCUSDT","pair":"BTCUSDT","contractType":"PERPETUAL","deliveryDate":4133404800000,"status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT","pricePrecision":2,"filters":[{"filterType":"PRICE_FILTER","minPrice":"556.80","maxPrice":4529764,"tickSize":"0.10"},{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"1000","stepSize":"0.001"},{"filterType":"MARKET_LOT_SIZE","minQty":"0.001","maxQty":"120","stepSize":"0.001"},{"filterType":"MIN_NOTIONAL","notional":"100"},{"filterType":"PERCENT_PRICE","multiplierUp":"1.0500","multiplierDown":"0.9500","multiplierDecimal":"4"}]},{"symbol":"BTCUSDT_270326","contractType":"CURRENT_QUARTER","deliveryDate":1806048000000,"status":"PRE_SETTLE","baseAsset":"BTC","quoteAsset":"USDT","filters":[{"filterType":"PRICE_FILTER","minPrice":"0","tickSize":"0.1"},{"filterType":"LOT_SIZE","minQty":"0.001","stepSize":"0.001"}]},{"symbol":"BAD"},7]}"""),
                "binance").OrThrow();
            Assert.Equal((2, 2, 2400), (info.All.Length, info.Unreadable, info.WeightLimit));
            var btc = info.Find("BTCUSDT").OrThrow();
            Assert.Equal((0.10m, 0.001m, 100m, 4529764m, 120m), (btc.TickSize, btc.LotStep, btc.MinNotional, btc.MaxPrice, btc.MaxMarketQuantity));
            Assert.Equal((1.05m, 0.95m, InstrumentKind.Perpetual), (btc.MaxPriceToMark, btc.MinPriceToMark, btc.Kind));
            Assert.Null(btc.Expiry);
            var dated = info.Get("BTCUSDT_270326")!;
            Assert.Equal((InstrumentKind.Future, false, null), (dated.Kind, dated.IsTrading, dated.MinPrice));
            Assert.NotNull(dated.Expiry);
            Assert.Equal(ExchangeErrorCode.SymbolNotTrading, info.Find("BTCUSDT_270326").Error!.Code);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Control_messages_have_the_venues_form()
    {
        Assert.Equal("""{"method":"SUBSCRIBE","params":["btcusdt@depth","币安人生usdt@trade"],"id":7}""", Encoding.UTF8.GetString(BinanceControl.Subscribe(7, ["btcusdt@depth", "币安人生usdt@trade"]).Span));
        Assert.Equal("""{"method":"LIST_SUBSCRIPTIONS","id":3}""", Encoding.UTF8.GetString(BinanceControl.List(3).Span));
        Assert.Null(BinanceControl.ErrorOf("""{"result":null,"id":1}"""u8));
        Assert.Equal("2", BinanceControl.ErrorOf("""{"code":2,"msg":"Invalid request"}"""u8)!.VenueCode);
        Assert.Equal("3", BinanceControl.ErrorOf("""{"error":{"code":3,"msg":"Invalid JSON"},"id":1}"""u8)!.VenueCode);
        Assert.Equal(["a", "b"], BinanceControl.StreamsOf("""{"result":["a","b"],"id":3}"""u8.ToArray())!.Order());
    }

    /// <summary>Section 7.1 of the venue sheet, code by code. A refusal is final unless it is in the list of what may help later.</summary>
    [Theory]
    [InlineData(ExchangeErrorCode.AuthenticationFailed, -1002, -1099, -2014, -2015, -2017)]
    [InlineData(ExchangeErrorCode.ClockSkew, -1021, -5028)]
    [InlineData(ExchangeErrorCode.SignatureInvalid, -1022)]
    [InlineData(ExchangeErrorCode.InvalidArgument, -1101, -1102, -1103, -1104, -1106, -1111, -1114, -1115, -1116, -1117, -1128, -1130, -4137, -4138, -5040)]
    [InlineData(ExchangeErrorCode.UnknownSymbol, -1121)]
    [InlineData(ExchangeErrorCode.SymbolNotTrading, -1122, -4140, -4141)]
    [InlineData(ExchangeErrorCode.OrderNotFound, -2011, -2013)]
    [InlineData(ExchangeErrorCode.InsufficientMargin, -2018, -2019)]
    [InlineData(ExchangeErrorCode.WouldTriggerImmediately, -2021, -4142)]
    [InlineData(ExchangeErrorCode.ReduceOnlyRejected, -2022, -2024, -2026, -4062, -4118)]
    [InlineData(ExchangeErrorCode.AccountRestricted, -2023, -4192, -4189, -4087, -4088, -4105, -4106, -4107, -4400, -4401)]
    [InlineData(ExchangeErrorCode.TooManyOrders, -2025, -4045)]
    [InlineData(ExchangeErrorCode.PositionLimit, -2027)]
    [InlineData(ExchangeErrorCode.QuantityOutOfRange, -4003, -4004, -4005)]
    [InlineData(ExchangeErrorCode.PriceOutOfRange, -4002, -4013)]
    [InlineData(ExchangeErrorCode.PriceOffTick, -4014)]
    [InlineData(ExchangeErrorCode.QuantityOffStep, -4023)]
    [InlineData(ExchangeErrorCode.PriceOutsideCollar, -4016, -4024, -4131, -4183, -4184)]
    [InlineData(ExchangeErrorCode.InvalidClientOrderId, -4015)]
    [InlineData(ExchangeErrorCode.DuplicateClientOrderId, -4116)]
    [InlineData(ExchangeErrorCode.PositionSideMismatch, -4060, -4061)]
    [InlineData(ExchangeErrorCode.NotSupported, -4120, -5025)]
    [InlineData(ExchangeErrorCode.NotionalTooSmall, -4164, -5029)]
    [InlineData(ExchangeErrorCode.FillOrKillNotFillable, -5021)]
    [InlineData(ExchangeErrorCode.PostOnlyWouldTake, -5022)]
    [InlineData(ExchangeErrorCode.NothingToReplace, -5027)]
    [InlineData(ExchangeErrorCode.RateLimited, -1015)]
    [InlineData(ExchangeErrorCode.RejectedByVenue, -1125, -2010, -2020, -4059, -4067, -4068, -4117, -4531, -5024, -5026, -5041, -5043)]
    public void Each_code_of_the_sheet_has_its_name_and_proves_that_nothing_was_done(ExchangeErrorCode expected, params int[] codes)
    {
        foreach (var code in codes)
        {
            var error = BinanceErrors.Map(400, code, "text");
            Assert.Equal((code, expected, CommandOutcome.Rejected), (code, error.Code, error.Outcome!.Value));
            Assert.Equal(code is -1015 or -1021 or -5028 or -4117 or -4192 or -5043, error.Retryable);
            Assert.Equal(code.ToString(CultureInfo.InvariantCulture), error.VenueCode);
        }
    }
}
