using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class AlgoTests : PrivateSideTest
{
    private const string Path = "/fapi/v1/algoOrder";
    private const string Stop = "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.010&triggerPrice=60000";

    [Fact]
    public async Task A_stop_waits_fires_and_finishes_after_its_order_has_spoken()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        var stream = await UserStreamAsync();
        var placed = await OkAsync("POST", Path, Stop + "&workingType=MARK_PRICE&reduceOnly=true&clientAlgoId=sl-1");
        Assert.Equal(
            ["algoId", "clientAlgoId", "algoType", "orderType", "symbol", "side", "positionSide", "timeInForce", "quantity", "algoStatus", "triggerPrice",
                "price", "icebergQuantity", "selfTradePreventionMode", "workingType", "priceMatch", "closePosition", "priceProtect", "reduceOnly",
                "createTime", "updateTime", "triggerTime", "goodTillDate"],
            placed.AsObject().Select(member => member.Key));
        Assert.Equal(("NEW", ""), await AlgoEventAsync(stream));
        Assert.Empty((await OkAsync("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT")).AsArray());
        Assert.Equal("sl-1", S((await OkAsync("GET", "/fapi/v1/openAlgoOrders")).AsArray().Single(), "clientAlgoId"));

        // It goes by the mark: a trade at the trigger does not fire it.
        Host.Trading.SetLast("BTCUSDT", 59_900);
        Assert.Equal("NEW", Host.Trading.AlgoOrders().Single().Status);
        Host.Trading.SetMark("BTCUSDT", 60_000);

        Assert.Equal(("TRIGGERING", ""), await AlgoEventAsync(stream));
        var (status, actual) = await AlgoEventAsync(stream);
        Assert.Equal("TRIGGERED", status);
        var order = await OrderEventAsync(stream, "NEW", "NEW");
        Assert.Equal(actual, order["i"]!.GetValue<long>().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(("MARKET", true), (S(order, "o"), order["R"]!.GetValue<bool>()));
        JsonNode next;
        do
        {
            next = await stream.ReceiveAsync("the order's fills");
        }
        while (next["e"]!.GetValue<string>() is not "ALGO_UPDATE");
        Assert.Equal(("FINISHED", actual, "0.010", "MARKET"), (S(next["o"], "X"), S(next["o"], "ai"), S(next["o"], "aq"), S(next["o"], "act")));
        Assert.Empty(Host.Trading.Positions());

        var queried = await OkAsync("GET", Path, "clientAlgoId=sl-1");
        Assert.Equal(("FINISHED", actual, "0.010"), (S(queried, "algoStatus"), S(queried, "actualOrderId"), S(queried, "actualQty")));
        await AssertRefusedAsync(-2011, "DELETE", Path, "clientAlgoId=sl-1");
    }

    [Theory]
    [InlineData("BUY", "STOP_MARKET", 62_000, 61_999.9, 62_000)]
    [InlineData("SELL", "STOP_MARKET", 60_500, 60_500.1, 60_500)]
    [InlineData("BUY", "TAKE_PROFIT_MARKET", 60_500, 60_500.1, 60_500)]
    [InlineData("SELL", "TAKE_PROFIT_MARKET", 62_000, 61_999.9, 62_000)]
    public async Task Each_type_fires_on_its_side_of_the_last_price(string side, string type, double trigger, double before, double at)
    {
        await OkAsync("POST", Path, $"algoType=CONDITIONAL&symbol=BTCUSDT&side={side}&type={type}&quantity=0.010&triggerPrice={trigger}");
        Host.Trading.SetLast("BTCUSDT", (decimal)before);
        Assert.Equal("NEW", Host.Trading.AlgoOrders().Single().Status);
        Host.Trading.SetLast("BTCUSDT", (decimal)at);
        Assert.Equal("FINISHED", Host.Trading.AlgoOrders().Single().Status);
        Assert.Equal("FILLED", Host.Trading.Orders().Single().Status);
    }

    [Fact]
    public async Task A_stop_limit_leaves_a_limit_order_and_is_finished_by_its_cancel()
    {
        await OkAsync("POST", Path, "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP&quantity=0.010&triggerPrice=61000&price=62500&clientAlgoId=s");
        Host.Trading.SetLast("BTCUSDT", 61_000);
        Assert.Equal("TRIGGERED", Host.Trading.AlgoOrders().Single().Status);
        var order = (await OkAsync("GET", "/fapi/v1/openOrders", "symbol=BTCUSDT")).AsArray().Single();
        Assert.Equal(("LIMIT", "62500.00"), (S(order, "type"), S(order, "price")));
        await AssertRefusedAsync(-2011, "DELETE", Path, "clientAlgoId=s");
        await OkAsync("DELETE", "/fapi/v1/order", $"symbol=BTCUSDT&orderId={order!["orderId"]}");
        Assert.Equal("FINISHED", Host.Trading.AlgoOrders().Single().Status);
        Assert.Equal("0", S(await OkAsync("GET", Path, "clientAlgoId=s"), "actualQty"));
    }

    [Fact]
    public async Task A_trailing_stop_follows_the_price_from_its_activation()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        var stream = await UserStreamAsync();
        await OkAsync("POST", Path,
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010&callbackRate=1&activatePrice=62000&clientAlgoId=t");
        Assert.False((await EventAsync(stream, "ALGO_UPDATE"))["o"]!["ia"]!.GetValue<bool>());
        Host.Trading.SetLast("BTCUSDT", 61_990);
        Host.Trading.SetLast("BTCUSDT", 62_000);
        var activated = (await EventAsync(stream, "ALGO_UPDATE"))["o"]!;
        Assert.Equal(("NEW", true), (S(activated, "X"), activated["ia"]!.GetValue<bool>()));
        Host.Trading.SetLast("BTCUSDT", 62_500);
        Host.Trading.SetLast("BTCUSDT", 61_876);
        Assert.Equal("NEW", Host.Trading.AlgoOrders().Single().Status);
        Host.Trading.SetLast("BTCUSDT", 61_875);
        Assert.Equal("FINISHED", Host.Trading.AlgoOrders().Single().Status);
    }

    [Fact]
    public async Task Closing_a_position_takes_what_there_is_and_expires_without()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.037");
        await OkAsync("POST", Path, "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=60500&clientAlgoId=c1");
        await OkAsync("POST", Path, "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=60400&clientAlgoId=c2");
        Host.Trading.SetLast("BTCUSDT", 60_500);
        Assert.Empty(Host.Trading.Positions());
        Assert.Equal(0.037m, Host.Trading.Orders()[^1].Executed);
        var stream = await UserStreamAsync();
        Host.Trading.SetLast("BTCUSDT", 60_400);
        Assert.Equal(("TRIGGERING", ""), await AlgoEventAsync(stream));
        var expired = (await EventAsync(stream, "ALGO_UPDATE"))["o"]!;
        Assert.Equal("EXPIRED", S(expired, "X"));
        Assert.NotEmpty(S(expired, "rm"));
    }

    [Fact]
    public async Task What_the_desk_refuses_at_the_trigger_is_told_as_rejected()
    {
        // Margin is looked at only now.
        await OkAsync("POST", Path, "algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=40&triggerPrice=62000");
        var stream = await UserStreamAsync();
        Host.Trading.SetLast("BTCUSDT", 62_000);
        Assert.Equal(("TRIGGERING", ""), await AlgoEventAsync(stream));
        var rejected = (await EventAsync(stream, "ALGO_UPDATE"))["o"]!;
        Assert.Equal(("REJECTED", "Margin is insufficient."), (S(rejected, "X"), S(rejected, "rm")));
    }

    [Theory]
    [InlineData(-2021, "side=SELL&type=STOP_MARKET&quantity=0.010&triggerPrice=62000")]
    [InlineData(-2021, "side=BUY&type=TAKE_PROFIT_MARKET&quantity=0.010&triggerPrice=62000")]
    [InlineData(-2021, "side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010&callbackRate=1&activatePrice=60000")]
    [InlineData(-2021, "side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010&callbackRate=1&triggerPrice=60000")]
    [InlineData(-2007, "side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010&callbackRate=21")]
    [InlineData(-1102, "side=SELL&type=TRAILING_STOP_MARKET&quantity=0.010")]
    [InlineData(-1102, "side=SELL&type=STOP_MARKET&quantity=0.010")]
    [InlineData(-1102, "side=SELL&type=STOP&quantity=0.010&triggerPrice=60000")]
    [InlineData(-4137, "side=SELL&type=STOP_MARKET&quantity=0.010&closePosition=true&triggerPrice=60000")]
    [InlineData(-1106, "side=SELL&type=STOP_MARKET&reduceOnly=true&closePosition=true&triggerPrice=60000")]
    [InlineData(-4136, "side=SELL&type=STOP&price=60000&closePosition=true&triggerPrice=60000")]
    [InlineData(-1116, "side=SELL&type=LIMIT&quantity=0.010&triggerPrice=60000")]
    [InlineData(-4014, "side=SELL&type=STOP_MARKET&quantity=0.010&triggerPrice=60000.05")]
    [InlineData(-4184, "side=SELL&type=STOP&quantity=0.010&triggerPrice=60000&price=50000")]
    [InlineData(-4061, "side=SELL&type=STOP_MARKET&quantity=0.010&triggerPrice=60000&positionSide=SHORT")]
    public async Task A_conditional_order_that_breaks_a_rule_is_refused(int code, string query)
    {
        await AssertRefusedAsync(code, "POST", Path, "algoType=CONDITIONAL&symbol=BTCUSDT&" + query);
        Assert.Empty(Host.Trading.AlgoOrders());
    }

    [Fact]
    public async Task They_are_placed_and_cancelled_over_websocket_and_cancelled_all_at_once_over_rest()
    {
        var socket = await WsApiAsync();
        var placed = await AskAsync(socket, "algoOrder.place", ("algoType", "CONDITIONAL"), ("symbol", "BTCUSDT"), ("side", "SELL"),
            ("type", "STOP_MARKET"), ("quantity", "0.010"), ("triggerPrice", "60000"), ("clientAlgoId", "w"));
        Assert.Equal("NEW", S(placed["result"], "algoStatus"));
        await AssertRefusedAsync(-4116, "POST", Path, Stop + "&clientAlgoId=w");
        var cancelled = (await AskAsync(socket, "algoOrder.cancel", ("clientAlgoId", "w")))["result"];
        Assert.Equal(("w", "200", "success"), (S(cancelled, "clientAlgoId"), S(cancelled, "code"), S(cancelled, "msg")));

        await OkAsync("POST", Path, Stop + "&clientAlgoId=x");
        await OkAsync("POST", Path, Stop + "&clientAlgoId=y");
        await OkAsync("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        Assert.Equal(2, (await OkAsync("GET", "/fapi/v1/openAlgoOrders", "symbol=BTCUSDT")).AsArray().Count);
        await OkAsync("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT");
        Assert.Equal(["CANCELED", "CANCELED", "CANCELED"], (await OkAsync("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT")).AsArray().Select(order => S(order, "algoStatus")));
    }

    private static async Task<(string Status, string Actual)> AlgoEventAsync(RawSocket stream)
    {
        var told = (await EventAsync(stream, "ALGO_UPDATE"))["o"];
        return (S(told, "X"), S(told, "ai"));
    }
}
