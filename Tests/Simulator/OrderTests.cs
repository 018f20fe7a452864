using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class OrderTests : PrivateSideTest
{
    private const string Order = "/fapi/v1/order";

    [Fact]
    public async Task A_limit_order_rests_is_filled_in_parts_and_cancelled()
    {
        var stream = await UserStreamAsync();
        var price = Text(Bid - 50);
        var placed = await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.010&price={price}&newClientOrderId=a-1");
        Assert.Equal(
            ["orderId", "symbol", "status", "clientOrderId", "price", "origQty", "executedQty", "cumQty", "timeInForce", "type", "reduceOnly",
                "closePosition", "side", "positionSide", "stopPrice", "workingType", "priceProtect", "origType", "priceMatch",
                "selfTradePreventionMode", "goodTillDate", "updateTime"],
            placed.AsObject().Select(member => member.Key));
        Assert.Equal(("NEW", "a-1", "0.010", "0.000"), (S(placed, "status"), S(placed, "clientOrderId"), S(placed, "origQty"), S(placed, "executedQty")));
        var born = await OrderEventAsync(stream, "NEW", "NEW");
        Assert.Equal(("a-1", "BUY", "0"), (S(born, "c"), S(born, "S"), S(born, "z")));

        Host.Binance.Api!.Desk.Fill(Account.OpenOrders[0], 0.004m);
        Assert.Equal("0.004", S(await EventAsync(stream, "TRADE_LITE"), "l"));
        var filled = await OrderEventAsync(stream, "TRADE", "PARTIALLY_FILLED");
        Assert.Equal(("0.004", "0.004", true), (S(filled, "l"), S(filled, "z"), filled["m"]!.GetValue<bool>()));
        Assert.Equal(Number(filled["L"]) * 0.004m * 0.0002m, Number(filled["n"]));
        var account = (await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!;
        Assert.Equal(("ORDER", "0.004", "BOTH"), (S(account, "m"), S(account["P"]![0], "pa"), S(account["P"]![0], "ps")));
        Assert.Equal(100_000m - Number(filled["n"]), Number(account["B"]![0]!["wb"]));

        var cancelled = await OkAsync("DELETE", Order, "symbol=BTCUSDT&origClientOrderId=a-1");
        Assert.Equal(("CANCELED", "0.004"), (S(cancelled, "status"), S(cancelled, "executedQty")));
        await OrderEventAsync(stream, "CANCELED", "CANCELED");
        await AssertRefusedAsync(-2011, "DELETE", Order, "symbol=BTCUSDT&origClientOrderId=a-1");

        var queried = await OkAsync("GET", Order, $"symbol=BTCUSDT&orderId={placed["orderId"]!.GetValue<long>()}");
        Assert.Equal(("CANCELED", "0.004"), (S(queried, "status"), S(queried, "executedQty")));
        Assert.Equal(Number(filled["L"]), Number(queried["avgPrice"]));
        Assert.Equal(Number(filled["L"]) * 0.004m, Number(queried["cumQuote"]));
    }

    [Fact]
    public async Task A_market_order_takes_what_the_book_offers()
    {
        var stream = await UserStreamAsync();
        var asks = Levels(TrueBook("BTCUSDT").Asks);
        var quantity = asks[0].Quantity + 0.001m;
        var placed = await PlaceAsync($"symbol=BTCUSDT&side=BUY&type=MARKET&quantity={Text(quantity)}&newOrderRespType=RESULT&newClientOrderId=m-1");
        Assert.Equal("FILLED", S(placed, "status"));
        Assert.False(placed.AsObject().ContainsKey("avgPrice"));
        await OrderEventAsync(stream, "NEW", "NEW");
        foreach (var (l, z, level, status) in ((decimal, decimal, int, string)[])[(asks[0].Quantity, asks[0].Quantity, 0, "PARTIALLY_FILLED"), (0.001m, quantity, 1, "FILLED")])
        {
            // A level may hold several orders: as many trades.
            decimal here = 0;
            while (here < l)
            {
                await EventAsync(stream, "TRADE_LITE");
                var trade = (await EventAsync(stream, "ORDER_TRADE_UPDATE"))["o"]!;
                here += Number(trade["l"]);
                Assert.Equal((asks[level].Price, z - l + here), (Number(trade["L"]), Number(trade["z"])));
                Assert.Equal(here < l ? "PARTIALLY_FILLED" : status, S(trade, "X"));
                await EventAsync(stream, "ACCOUNT_UPDATE");
            }
        }

        Assert.Equal(quantity, Account.Position("BTCUSDT", 0).Amount);
    }
}
