using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class AmendTests : PrivateSideTest
{
    private const string Order = "/fapi/v1/order";

    [Fact]
    public async Task An_amendment_changes_price_and_total_and_is_told()
    {
        var stream = await UserStreamAsync();
        await RestAsync();
        await OrderEventAsync(stream, "NEW", "NEW");
        var amended = await OkAsync("PUT", Order, "symbol=BTCUSDT&side=BUY&origClientOrderId=a&quantity=0.012&price=60900.5&modifyId=7");
        Assert.Equal(("NEW", "0.012", "60900.50", 7), (S(amended, "status"), S(amended, "origQty"), S(amended, "price"), amended["modifyId"]!.GetValue<int>()));
        var told = await OrderEventAsync(stream, "AMENDMENT", "NEW");
        Assert.Equal(("7", "0.012", "60900.50"), (S(told, "M"), S(told, "q"), S(told, "p")));

        // The total counts what is filled already.
        Host.Trading.Fill("a", 0.004m);
        await EventAsync(stream, "TRADE_LITE");
        Assert.False((await OrderEventAsync(stream, "TRADE", "PARTIALLY_FILLED")).AsObject().ContainsKey("M"));
        await EventAsync(stream, "ACCOUNT_UPDATE");
        amended = await OkAsync("PUT", Order, "symbol=BTCUSDT&side=BUY&origClientOrderId=a&quantity=0.006&price=60900.5");
        Assert.Equal(("PARTIALLY_FILLED", "0.006", "0.004"), (S(amended, "status"), S(amended, "origQty"), S(amended, "executedQty")));
        Assert.False(amended.AsObject().ContainsKey("modifyId"));
        await OrderEventAsync(stream, "AMENDMENT", "PARTIALLY_FILLED");
        Host.Trading.Fill("a");
        Assert.Equal(("FILLED", 0.006m, 2), (Host.Trading.Order("a")!.Status, Host.Trading.Order("a")!.Executed, Host.Trading.Order("a")!.Amendments));
    }

    [Fact]
    public async Task An_amendment_goes_to_the_end_of_its_queue()
    {
        var price = Bid;
        var ahead = Levels(TrueBook("BTCUSDT").Bids)[0].Quantity;
        await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price={Text(price)}&newClientOrderId=first");
        await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price={Text(price)}&newClientOrderId=second");
        await OkAsync("PUT", Order, $"symbol=BTCUSDT&side=BUY&origClientOrderId=first&quantity=0.011&price={Text(price)}");
        Host.Trading.PlaceManually(new Dictionary<string, string>
        {
            ["symbol"] = "BTCUSDT",
            ["side"] = "SELL",
            ["type"] = "LIMIT",
            ["timeInForce"] = "IOC",
            ["quantity"] = Text(ahead + 0.010m),
            ["price"] = Text(price),
            ["selfTradePreventionMode"] = "NONE",
        });
        Assert.Equal("FILLED", Host.Trading.Order("second")!.Status);
        Assert.Equal("NEW", Host.Trading.Order("first")!.Status);
    }

    [Fact]
    public async Task An_amendment_may_take()
    {
        await RestAsync();
        var amended = await OkAsync("PUT", Order, $"symbol=BTCUSDT&side=BUY&origClientOrderId=a&quantity=0.010&price={Text(Ask)}");
        Assert.Equal("FILLED", S(amended, "status"));
    }

    [Fact]
    public async Task An_amendment_to_no_more_than_is_filled_or_of_post_only_that_would_take_cancels()
    {
        var stream = await UserStreamAsync();
        await RestAsync();
        Host.Trading.Fill("a", 0.004m);
        Assert.Equal("CANCELED", S(await OkAsync("PUT", Order, "symbol=BTCUSDT&side=BUY&origClientOrderId=a&quantity=0.004&price=61000"), "status"));
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.010&price=61000&newClientOrderId=p");
        Assert.Equal("CANCELED", S(await OkAsync("PUT", Order, $"symbol=BTCUSDT&side=BUY&origClientOrderId=p&quantity=0.010&price={Text(Ask)}"), "status"));
        await OrderEventAsync(stream, "NEW", "NEW");
        await EventAsync(stream, "TRADE_LITE");
        await OrderEventAsync(stream, "TRADE", "PARTIALLY_FILLED");
        await EventAsync(stream, "ACCOUNT_UPDATE");
        await OrderEventAsync(stream, "CANCELED", "CANCELED");
        await OrderEventAsync(stream, "NEW", "NEW");
        await OrderEventAsync(stream, "CANCELED", "CANCELED");
    }

    [Theory]
    [InlineData(-2013, "origClientOrderId=unknown&quantity=0.010&price=60900")]
    [InlineData(-5027, "origClientOrderId=a&quantity=0.010&price=61000")]
    [InlineData(-4014, "origClientOrderId=a&quantity=0.010&price=60900.05")]
    [InlineData(-1111, "origClientOrderId=a&quantity=0.0105&price=60900")]
    [InlineData(-5029, "origClientOrderId=a&quantity=0.001&price=60900")]
    [InlineData(-1102, "origClientOrderId=a&quantity=0.010")]
    [InlineData(-1102, "origClientOrderId=a&price=60900")]
    [InlineData(-1102, "quantity=0.010&price=60900")]
    [InlineData(-4016, "origClientOrderId=a&quantity=0.010&price=70000")]
    [InlineData(-2019, "origClientOrderId=a&quantity=40&price=61000")]
    public async Task A_refused_amendment_leaves_the_order_as_it_was(int code, string query)
    {
        await RestAsync();
        await AssertRefusedAsync(code, "PUT", Order, "symbol=BTCUSDT&side=BUY&" + query);
        var order = Host.Trading.Order("a")!;
        Assert.Equal(("NEW", 0.010m, 61000m, 0), (order.Status, order.Quantity, order.Price, order.Amendments));
        Assert.Contains(Levels(TrueBook("BTCUSDT").Bids), level => level.Price == 61000m);
    }

    [Fact]
    public async Task A_market_order_is_past_amending_and_a_closed_one_is_not_there()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&newClientOrderId=m");
        await AssertRefusedAsync(-2013, "PUT", Order, "symbol=BTCUSDT&side=BUY&origClientOrderId=m&quantity=0.012&price=61000");
    }

    private Task RestAsync() =>
        PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price=61000&newClientOrderId=a");
}
