using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class ListTests : PrivateSideTest
{
    [Fact]
    public async Task A_batch_answers_each_order_for_itself_in_the_order_asked()
    {
        var batch = Uri.EscapeDataString("""
            [{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.010","price":"61000","newClientOrderId":"b1"},
             {"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTX","quantity":"0.010","price":"63000","newClientOrderId":"b2"},
             {"symbol":"ETHUSDT","side":"SELL","type":"MARKET","quantity":"0.100","newClientOrderId":"b3","newOrderRespType":"RESULT"}]
            """);
        var payload = $"batchOrders={batch}&timestamp={Now}";
        using var response = await RawAsync("POST", "/fapi/v1/batchOrders", body: $"{payload}&signature={Sign(payload)}");
        Assert.Equal(("5", "1"), (response.Headers.GetValues("X-MBX-ORDER-COUNT-10S").Single(), response.Headers.GetValues("X-MBX-ORDER-COUNT-1M").Single()));
        var answers = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();
        Assert.Equal("b1", S(answers[0], "clientOrderId"));
        Assert.Equal(-5022, answers[1]!["code"]!.GetValue<int>());
        Assert.Equal("FILLED", S(answers[2], "status"));
        Assert.Equal(1, Host.Trading.CountReceived("b2", "order.place"));

        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=b4");
        var ids = Uri.EscapeDataString("[\"b1\",\"none\",\"b4\"]");
        answers = (await OkAsync("DELETE", "/fapi/v1/batchOrders", $"symbol=BTCUSDT&origClientOrderIdList={ids}")).AsArray();
        Assert.Equal(("CANCELED", -2011, "CANCELED"), (S(answers[0], "status"), answers[1]!["code"]!.GetValue<int>(), S(answers[2], "status")));

        var six = Uri.EscapeDataString($"[{string.Join(',', Enumerable.Repeat("{}", 6))}]");
        await AssertRefusedAsync(-4082, "POST", "/fapi/v1/batchOrders", $"batchOrders={six}");
    }

    [Fact]
    public async Task The_countdown_cancels_a_symbol_unless_it_is_armed_again_or_stopped()
    {
        const string Order = "&side=BUY&type=LIMIT&timeInForce=GTC";
        await PlaceAsync($"symbol=BTCUSDT{Order}&quantity=0.010&price=61000");
        await PlaceAsync($"symbol=ETHUSDT{Order}&quantity=1&price=2500");
        var armed = await OkAsync("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        Assert.Equal("""{"symbol":"BTCUSDT","countdownTime":"10000"}""", armed.ToJsonString());
        Host.Advance(TimeSpan.FromSeconds(9));
        await OkAsync("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        Host.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(2, Host.Trading.OpenOrders().Count);
        await OkAsync("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=0");
        Host.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(2, Host.Trading.OpenOrders().Count);
        await OkAsync("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=10000");
        Host.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("ETHUSDT", Assert.Single(Host.Trading.OpenOrders()).Symbol);
    }

    [Fact]
    public async Task Open_orders_are_those_that_work()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
        await PlaceAsync("symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=2500&newClientOrderId=b");
        Host.Trading.Fill("a", 0.004m);
        Assert.Equal(["a", "b"], (await OkAsync("GET", "/fapi/v1/openOrders")).AsArray().Select(order => S(order, "clientOrderId")));
        var order = Assert.Single((await OkAsync("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT")).AsArray())!;
        Assert.Equal(
            ["avgPrice", "orderId", "symbol", "status", "clientOrderId", "price", "origQty", "executedQty", "timeInForce", "type", "reduceOnly",
                "closePosition", "side", "positionSide", "stopPrice", "workingType", "priceProtect", "origType", "priceMatch",
                "selfTradePreventionMode", "goodTillDate", "updateTime", "cumQuote", "time"],
            order.AsObject().Select(member => member.Key));
        Assert.Equal("PARTIALLY_FILLED", S(await OkAsync("GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&origClientOrderId=a"), "status"));
        await OkAsync("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=a");
        await AssertRefusedAsync(-2013, "GET", "/fapi/v1/openOrder", "symbol=BTCUSDT&origClientOrderId=a");
    }

    [Fact]
    public async Task Fills_come_in_pages_and_windows()
    {
        for (var i = 0; i < 5; i++)
        {
            await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.010&price=61000&newClientOrderId=f{i}");
            Host.Trading.Fill($"f{i}");
            Host.Advance(TimeSpan.FromHours(1));
        }

        var all = (await OkAsync("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT")).AsArray();
        Assert.Equal(5, all.Count);
        Assert.Equal(
            ["buyer", "commission", "commissionAsset", "id", "maker", "orderId", "price", "qty", "quoteQty", "baseQty", "marginAsset", "realizedPnl",
                "side", "positionSide", "symbol", "pair", "time"],
            all[0]!.AsObject().Select(member => member.Key));
        long Id(int index) => all[index]!["id"]!.GetValue<long>();
        long Time(int index) => all[index]!["time"]!.GetValue<long>();
        await AssertIdsAsync("limit=2", Id(3), Id(4));
        await AssertIdsAsync($"fromId={Id(1)}&limit=2", Id(1), Id(2));
        await AssertIdsAsync($"startTime={Time(1)}&endTime={Time(3)}", Id(1), Id(2), Id(3));
        await AssertIdsAsync($"startTime={Time(1)}&limit=1", Id(1));
        await AssertIdsAsync($"orderId={all[2]!["orderId"]}", Id(2));
        await AssertRefusedAsync(-1128, "GET", "/fapi/v1/userTrades", $"symbol=BTCUSDT&fromId={Id(1)}&startTime={Time(1)}");
        await AssertRefusedAsync(-4165, "GET", "/fapi/v1/userTrades", $"symbol=BTCUSDT&startTime={Time(0)}&endTime={Time(0) + (7 * 24 * 3_600_000) + 1}");

        Host.Advance(TimeSpan.FromDays(7));
        Assert.Empty((await OkAsync("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT")).AsArray());
        await AssertIdsAsync($"startTime={Time(0)}", Id(0), Id(1), Id(2), Id(3), Id(4));

        async Task AssertIdsAsync(string query, params long[] ids) => Assert.Equal(
            ids, (await OkAsync("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT&" + query)).AsArray().Select(trade => trade!["id"]!.GetValue<long>()));
    }

    [Fact]
    public async Task An_order_that_ended_unfilled_is_forgotten_after_three_days_and_any_after_ninety()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=none");
        await OkAsync("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=none");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&newClientOrderId=some");
        Assert.Equal(["none", "some"], (await OkAsync("GET", "/fapi/v1/allOrders")).AsArray().Select(order => S(order, "clientOrderId")));
        Host.Advance(TimeSpan.FromDays(3) + TimeSpan.FromSeconds(1));
        await AssertRefusedAsync(-2013, "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=none");
        var history = (await OkAsync("GET", "/fapi/v1/allOrders", "symbol=BTCUSDT")).AsArray();
        Assert.Equal(("some", "BTCUSDT", "0.010"), (S(history.Single(), "clientOrderId"), S(history[0], "pair"), S(history[0], "cumBase")));
        Host.Advance(TimeSpan.FromDays(87));
        await AssertRefusedAsync(-2013, "GET", "/fapi/v1/order", "symbol=BTCUSDT&origClientOrderId=some");
    }

    [Fact]
    public async Task Settings_and_limits_can_be_read()
    {
        Assert.Equal("""{"dualSidePosition":false}""", (await OkAsync("GET", "/fapi/v1/positionSide/dual")).ToJsonString());
        Assert.Equal("""{"multiAssetsMargin":false}""", (await OkAsync("GET", "/fapi/v1/multiAssetsMargin")).ToJsonString());
        Assert.Equal(("CROSSED", 20), (S((await OkAsync("GET", "/fapi/v1/symbolConfig", "symbol=BTCUSDT"))[0], "marginType"),
            (await OkAsync("GET", "/fapi/v1/symbolConfig", "symbol=BTCUSDT"))[0]!["leverage"]!.GetValue<int>()));
        Assert.True((await OkAsync("GET", "/fapi/v1/accountConfig"))["canTrade"]!.GetValue<bool>());
        Assert.Equal([300, 1200], (await OkAsync("GET", "/fapi/v1/rateLimit/order")).AsArray().Select(limit => limit!["limit"]!.GetValue<int>()));
        Assert.Equal(("0.000200", "0.000500"), (S(await OkAsync("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT"), "makerCommissionRate"),
            S(await OkAsync("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT"), "takerCommissionRate")));
        Assert.Equal(4, (await OkAsync("GET", "/fapi/v1/leverageBracket")).AsArray().Count);
        Assert.Equal(4, (await OkAsync("GET", "/fapi/v2/positionRisk")).AsArray().Count);
        Assert.Equal(4, (await OkAsync("GET", "/fapi/v2/account"))["positions"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("GET", "/fapi/v1/openOrders", "", 40)]
    [InlineData("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT", 1)]
    [InlineData("GET", "/fapi/v1/openAlgoOrders", "", 40)]
    [InlineData("GET", "/fapi/v1/allOrders", "", 5)]
    [InlineData("GET", "/fapi/v3/account", "", 5)]
    [InlineData("GET", "/fapi/v1/positionSide/dual", "", 30)]
    [InlineData("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=0", 10)]
    [InlineData("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010", 0)]
    public async Task Each_call_weighs_what_the_venue_says(string method, string path, string query, int weight)
    {
        var payload = $"{query}{(query.Length > 0 ? "&" : "")}timestamp={Now}";
        using var response = await RawAsync(method, $"{path}?{payload}&signature={Sign(payload)}");
        Assert.Equal(weight, int.Parse(response.Headers.GetValues("X-MBX-USED-WEIGHT-1M").Single(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(response.IsSuccessStatusCode);
    }
}
