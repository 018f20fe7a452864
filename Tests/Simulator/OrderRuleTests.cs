using System.Globalization;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class OrderRuleTests : PrivateSideTest
{
    private const string Limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000.00";

    [Theory]
    [InlineData(-1121, "symbol=BTCUSD&side=BUY&type=MARKET&quantity=0.010")]
    [InlineData(-1117, "symbol=BTCUSDT&side=LONG&type=MARKET&quantity=0.010")]
    [InlineData(-1116, "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=0.010")]
    [InlineData(-4120, "symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=0.010&stopPrice=65000")]
    [InlineData(-4120, "symbol=BTCUSDT&side=BUY&type=TRAILING_STOP_MARKET&quantity=0.010&callbackRate=1")]
    [InlineData(-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.010&price=61000")]
    [InlineData(-1115, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=DAY&quantity=0.010&price=61000")]
    [InlineData(-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=61000")]
    [InlineData(-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1e-2&price=61000")]
    [InlineData(-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010")]
    [InlineData(-1106, Limit + "&priceMatch=OPPONENT")]
    [InlineData(-5037, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.010&priceMatch=OPPONENT_20")]
    [InlineData(-5038, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&priceMatch=OPPONENT")]
    [InlineData(-1106, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&price=61000")]
    [InlineData(-5039, Limit + "&selfTradePreventionMode=EXPIRE")]
    [InlineData(-4061, Limit + "&positionSide=LONG")]
    [InlineData(-4060, Limit + "&positionSide=FLAT")]
    [InlineData(-4015, Limit + "&newClientOrderId=no%20blanks")]
    [InlineData(-4015, Limit + "&newClientOrderId=1234567890123456789012345678901234567")]
    [InlineData(-2022, Limit + "&reduceOnly=true")]
    [InlineData(-4003, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0&price=61000")]
    [InlineData(-1111, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.0105&price=61000")]
    [InlineData(-4005, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1001&price=61000")]
    [InlineData(-4005, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=121")]
    [InlineData(-4014, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000.05")]
    [InlineData(-1111, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000.001")]
    [InlineData(-4013, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=500")]
    [InlineData(-4002, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=4600000")]
    [InlineData(-4016, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=70000")]
    [InlineData(-4024, "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.010&price=50000")]
    [InlineData(-4164, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=61000")]
    [InlineData(-4164, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001")]
    [InlineData(-2019, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=40&price=61000")]
    [InlineData(-5040, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.010&price=61000&goodTillDate=1795348800000")]
    [InlineData(-1102, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.010&price=61000")]
    public async Task An_order_that_breaks_a_rule_is_refused_with_its_code(int code, string query)
    {
        await AssertPlaceRefusedAsync(code, query);
        Assert.Empty(Host.Trading.Orders());
    }

    [Fact]
    public async Task A_client_order_id_is_unique_among_open_orders_only()
    {
        var first = (await PlaceAsync(Limit + "&newClientOrderId=again"))["orderId"]!.GetValue<long>();
        await AssertPlaceRefusedAsync(-4116, Limit + "&newClientOrderId=again");
        await OkAsync("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=again");
        var second = (await PlaceAsync(Limit + "&newClientOrderId=again"))["orderId"]!.GetValue<long>();
        Assert.True(second > first);
        Assert.Equal("CANCELED", S(await OkAsync("GET", "/fapi/v1/order", $"symbol=BTCUSDT&orderId={first}"), "status"));
    }

    [Fact]
    public async Task Post_only_that_would_take_and_fill_or_kill_that_cannot_are_not_recorded()
    {
        var stream = await UserStreamAsync();
        await AssertPlaceRefusedAsync(-5022, $"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.010&price={Text(Ask)}&newClientOrderId=gtx");
        var tooMuch = Levels(TrueBook("BTCUSDT").Asks)[0].Quantity + 0.001m;
        await AssertPlaceRefusedAsync(-5021, $"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity={Text(tooMuch)}&price={Text(Ask)}&newClientOrderId=fok");
        await stream.AssertNothingCameAsync();
        await AssertRefusedAsync(-2013, "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=gtx");
        Assert.Empty((await OkAsync("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT")).AsArray());

        var filled = await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=FOK&quantity=0.010&price={Text(Ask)}&newOrderRespType=RESULT");
        Assert.Equal("FILLED", S(filled, "status"));
    }

    [Fact]
    public async Task The_rest_of_an_immediate_or_cancel_order_expires()
    {
        var stream = await UserStreamAsync();
        var level = Levels(TrueBook("BTCUSDT").Asks)[0];
        var placed = await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity={Text(level.Quantity + 0.005m)}&price={Text(level.Price)}&newOrderRespType=RESULT");
        Assert.Equal(("EXPIRED", level.Quantity), (S(placed, "status"), Number(placed["executedQty"])));
        System.Text.Json.Nodes.JsonNode last;
        do
        {
            last = await stream.ReceiveAsync("the order's end");
        }
        while (last["e"]!.GetValue<string>() != "ORDER_TRADE_UPDATE" || S(last["o"], "x") != "EXPIRED");
        Assert.Equal(("EXPIRED", "2"), (S(last["o"], "X"), S(last["o"], "er")));
    }

    [Fact]
    public async Task A_good_till_date_order_expires_then()
    {
        var stream = await UserStreamAsync();
        await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.010&price=61000&goodTillDate={Now + 700_000}");
        await OrderEventAsync(stream, "NEW", "NEW");
        Host.Advance(TimeSpan.FromSeconds(699));
        Assert.Single(Host.Trading.OpenOrders());
        Host.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Host.Trading.OpenOrders());
        await OrderEventAsync(stream, "EXPIRED", "EXPIRED");
    }

    [Fact]
    public async Task A_price_match_takes_its_price_from_the_book()
    {
        var queue = await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&priceMatch=QUEUE_5");
        Assert.Equal(Levels(TrueBook("BTCUSDT").Bids)[4].Price, Number(queue["price"]));
        Assert.Equal("QUEUE_5", S(queue, "priceMatch"));
        var taken = await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.010&priceMatch=OPPONENT&newOrderRespType=RESULT");
        Assert.Equal("FILLED", S(taken, "status"));
    }

    [Theory]
    [InlineData("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "FILLED")]
    [InlineData("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH")]
    [InlineData("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH")]
    [InlineData("NONE", "FILLED", "FILLED")]
    public async Task An_order_that_meets_one_of_its_own_account_does_as_it_was_told(string mode, string maker, string taker)
    {
        // Alone at the best price, between the market's bid and ask.
        var (bid, ask) = (Bid, Ask);
        Assert.True(ask - bid > 0.1m);
        var between = Text(bid + 0.1m);
        await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.010&price={between}&newClientOrderId=maker");
        var price = mode == "EXPIRE_MAKER" ? Text(bid) : between;
        await PlaceAsync($"symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.010&price={price}&newClientOrderId=taker&selfTradePreventionMode={mode}");
        Assert.Equal(maker, Host.Trading.Order("maker")!.Status);
        Assert.Equal(taker, Host.Trading.Order("taker")!.Status);
        if (mode == "NONE")
        {
            // The one case in which two fills share a trade id.
            Assert.Single(Host.Trading.Fills().Select(fill => fill.TradeId).Distinct());
            Assert.Empty(Host.Trading.Positions());
        }
    }

    [Fact]
    public async Task Orders_are_counted_for_the_account_and_stopped_at_300_in_ten_seconds()
    {
        for (var i = 1; i <= 300; i++)
        {
            using var placed = await PlaceRawAsync(i);
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), placed.Headers.GetValues("X-MBX-ORDER-COUNT-10S").Single());
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), placed.Headers.GetValues("X-MBX-ORDER-COUNT-1M").Single());
            await OkAsync("DELETE", "/fapi/v1/order", $"symbol=BTCUSDT&origClientOrderId=n{i}");
        }

        await AssertPlaceRefusedAsync(-1015, Limit);
        Host.Advance(TimeSpan.FromSeconds(10));
        using var again = await PlaceRawAsync(301);
        Assert.Equal("1", again.Headers.GetValues("X-MBX-ORDER-COUNT-10S").Single());
        Assert.Equal("301", again.Headers.GetValues("X-MBX-ORDER-COUNT-1M").Single());

        async Task<HttpResponseMessage> PlaceRawAsync(int number)
        {
            var payload = $"{Limit}&newClientOrderId=n{number}&timestamp={Now}";
            var response = await RawAsync("POST", $"/fapi/v1/order?{payload}&signature={Sign(payload)}");
            Assert.True(response.IsSuccessStatusCode);
            return response;
        }
    }

    [Fact]
    public async Task Two_hundred_orders_may_be_open()
    {
        for (var i = 0; i < 200; i++)
        {
            if (i == 150)
            {
                Host.Advance(TimeSpan.FromSeconds(10));
            }

            await PlaceAsync(Limit);
        }

        await AssertPlaceRefusedAsync(-2025, Limit);
        await OkAsync("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        Assert.Empty(Host.Trading.OpenOrders());
    }

    [Fact]
    public async Task An_order_of_a_client_is_part_of_the_public_book()
    {
        var depth = await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        var price = Text(Bid + 0.1m);
        await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=7.777&price={price}");
        Assert.Equal((Bid, 7.777m), Levels(TrueBook("BTCUSDT").Bids)[0]);
        Host.Advance(Tick);
        Assert.Contains(Levels((await depth.ReceiveAsync("delta"))["b"]), level => level == (Bid, 7.777m));

        // And the order flow trades with it.
        for (var i = 0; i < 200 && Host.Trading.Fills().Count == 0; i++)
        {
            Host.Step(50);
        }

        Assert.NotEmpty(Host.Trading.Fills());
    }
}
