using System.Text.Json.Nodes;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Binance.Trading;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class PositionTests : PrivateSideTest
{
    [Fact]
    public async Task A_flip_through_zero_realises_the_old_side_and_opens_the_new()
    {
        await FillAsync("BUY", "0.010", "61000", "b1");
        await FillAsync("BUY", "0.010", "60900", "b2");
        var position = Assert.Single(Host.Trading.Positions());
        Assert.Equal((0.020m, 60950m), (position.Amount, position.EntryPrice));

        var stream = await UserStreamAsync();
        await FillAsync("SELL", "0.030", "61500", "s1");
        await OrderEventAsync(stream, "NEW", "NEW");
        await EventAsync(stream, "TRADE_LITE");
        var fill = await OrderEventAsync(stream, "TRADE", "FILLED");
        Assert.Equal(0.020m * (61500 - 60950), Number(fill["rp"]));
        var row = (await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!["P"]!.AsArray().Single()!;
        Assert.Equal((-0.010m, 61500m, 11m), (Number(row["pa"]), Number(row["ep"]), Number(row["cr"])));

        var fees = (0.010m * (61000 + 60900) + 0.030m * 61500) * 0.0002m;
        Assert.Equal(100_000m + 11m - fees, Host.Trading.Wallets()["USDT"]);
        Assert.Equal(Host.Trading.Positions().Sum(held => held.Amount), Host.Trading.Fills().Sum(made => made.SignedQuantity));
    }

    [Fact]
    public async Task Hedge_legs_are_kept_apart_and_cannot_be_turned_round()
    {
        await OkAsync("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true");
        await AssertRefusedAsync(-4059, "POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true");
        await AssertPlaceRefusedAsync(-4061, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await AssertPlaceRefusedAsync(-1106, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&positionSide=LONG&reduceOnly=true");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&positionSide=LONG");
        await PlaceAsync("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.004&positionSide=SHORT");
        await AssertPlaceRefusedAsync(-2022, "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.011&positionSide=LONG");
        var rows = (await OkAsync("GET", "/fapi/v3/positionRisk")).AsArray();
        Assert.Equal([("LONG", "0.010"), ("SHORT", "-0.004")], rows.Select(row => (S(row, "positionSide"), S(row, "positionAmt"))));
        await AssertRefusedAsync(-4068, "POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false");
        await PlaceAsync("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.010&positionSide=LONG");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.004&positionSide=SHORT");
        Assert.Empty((await OkAsync("GET", "/fapi/v3/positionRisk")).AsArray());
    }

    [Fact]
    public async Task Reduce_only_never_carries_a_position_through_zero()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await AssertPlaceRefusedAsync(-2022, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&reduceOnly=true");
        await PlaceAsync("symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.020&price=62000&reduceOnly=true&newClientOrderId=resting");
        var taken = await PlaceAsync("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.020&reduceOnly=true&newOrderRespType=RESULT&newClientOrderId=closing");
        Assert.Equal(("EXPIRED", "0.010"), (S(taken, "status"), S(taken, "executedQty")));
        Assert.Empty(Host.Trading.Positions());

        // And what was left to reduce it goes with it.
        Assert.Equal("EXPIRED", Host.Trading.Order("resting")!.Status);
    }

    [Fact]
    public async Task Margin_and_leverage_bound_what_may_be_opened()
    {
        await OkAsync("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=1");
        await AssertPlaceRefusedAsync(-2019, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1.7&price=61000");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1.6&price=61000&newClientOrderId=big");
        var account = await OkAsync("GET", "/fapi/v3/account");
        Assert.Equal(97_600m, Number(account["totalOpenOrderInitialMargin"]));
        Assert.Equal(2_400m, Number(account["availableBalance"]));
        await AssertPlaceRefusedAsync(-2019, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=61000");

        // The other side binds nothing that is not bound already.
        await PlaceAsync("symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1.5&price=62000&newClientOrderId=other");
        await OkAsync("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
        await OkAsync("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=125");
        await AssertPlaceRefusedAsync(-2027, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=61000");
        await AssertRefusedAsync(-4028, "POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=126");
    }

    [Fact]
    public async Task Funding_is_told_without_a_position_on_cross_margin_and_with_it_on_isolated()
    {
        await OkAsync("POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED");
        await AssertRefusedAsync(-4046, "POST", "/fapi/v1/marginType", "symbol=ETHUSDT&marginType=ISOLATED");
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        await PlaceAsync("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=1.000");
        await AssertRefusedAsync(-4048, "POST", "/fapi/v1/marginType", "symbol=BTCUSDT&marginType=ISOLATED");
        var stream = await UserStreamAsync();
        Host.Trading.SetMark("BTCUSDT", 61000);
        var before = Host.Trading.Wallets()["USDT"];
        Host.Trading.Fund("BTCUSDT", 0.0001m);
        var told = (await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!;
        Assert.Equal(("FUNDING_FEE", "BTCUSDT", "-0.06100000"), (S(told, "m"), S(told, "S"), S(told["B"]![0], "bc")));
        Assert.Empty(told["P"]!.AsArray());
        Assert.Equal(before - 0.061m, Host.Trading.Wallets()["USDT"]);

        Host.Trading.Fund("ETHUSDT", -0.0001m);
        told = (await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!;
        var row = Assert.Single(told["P"]!.AsArray());
        Assert.Equal(("ETHUSDT", "isolated"), (S(row, "s"), S(row, "mt")));
        Assert.True(Number(row!["iw"]) > 0 && Number(told["B"]![0]!["wb"]) - Number(told["B"]![0]!["cw"]) == Number(row["iw"]));
        var income = (await OkAsync("GET", "/fapi/v1/income", "incomeType=FUNDING_FEE")).AsArray();
        Assert.Equal(["BTCUSDT", "ETHUSDT"], income.Select(entry => S(entry, "symbol")));
    }

    [Theory]
    [InlineData((int)SystemClose.Liquidation, "autoclose-", "CALCULATED", "NEW")]
    [InlineData((int)SystemClose.Deleveraging, "adl_autoclose-", "TRADE", "NEW_ADL")]
    [InlineData((int)SystemClose.Settlement, "settlement_autoclose-", "TRADE", "FILLED")]
    public async Task The_venue_closes_a_position_with_an_order_of_its_own(int kind, string prefix, string execution, string status)
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        var stream = await UserStreamAsync();
        var id = Host.Trading.CloseBySystem((SystemClose)kind, "BTCUSDT", PositionSide.Both, price: 60000, toldStatus: status);
        Assert.StartsWith(prefix, id, StringComparison.Ordinal);
        await EventAsync(stream, "TRADE_LITE");
        var told = await OrderEventAsync(stream, execution, status);
        Assert.Equal((id, "0.010", "SELL"), (S(told, "c"), S(told, "l"), S(told, "S")));
        Assert.False(told.AsObject().ContainsKey("n") || told.AsObject().ContainsKey("N"));
        Assert.Equal(0m, Number((await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!["P"]![0]!["pa"]));
        Assert.Equal("FILLED", S(await OkAsync("GET", "/fapi/v1/order", $"symbol=BTCUSDT&origClientOrderId={id}"), "status"));
    }

    [Fact]
    public async Task Margin_calls_deposits_and_settings_are_told()
    {
        await PlaceAsync("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.010");
        var stream = await UserStreamAsync();
        Host.Trading.SetMark("BTCUSDT", 61300);
        Host.Trading.MarginCall();
        var call = await EventAsync(stream, "MARGIN_CALL");
        Assert.False(call.AsObject().ContainsKey("T"));
        Assert.Equal(("BTCUSDT", "CROSSED", "-0.01", "61300"), (S(call["p"]![0], "s"), S(call["p"]![0], "mt"), S(call["p"]![0], "pa"), S(call["p"]![0], "mp")));

        Host.Trading.Deposit("BNB", 2.5m);
        var deposit = (await EventAsync(stream, "ACCOUNT_UPDATE"))["a"]!;
        Assert.Equal(("DEPOSIT", "BNB", "2.50000000", "2.50000000"), (S(deposit, "m"), S(deposit["B"]![0], "a"), S(deposit["B"]![0], "wb"), S(deposit["B"]![0], "bc")));

        await OkAsync("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=25");
        var config = await EventAsync(stream, "ACCOUNT_CONFIG_UPDATE");
        Assert.Equal(("BTCUSDT", 25), (S(config["ac"], "s"), config["ac"]!["l"]!.GetValue<int>()));
        await OkAsync("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true");
        Assert.True((await EventAsync(stream, "ACCOUNT_CONFIG_UPDATE"))["ai"]!["j"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Account_balance_and_positions_agree()
    {
        await PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010");
        Host.Trading.SetMark("BTCUSDT", 61500);
        await PlaceAsync("symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=2500");
        var account = await OkAsync("GET", "/fapi/v3/account");
        var balances = (await OkAsync("GET", "/fapi/v3/balance")).AsArray();
        var risk = (await OkAsync("GET", "/fapi/v3/positionRisk")).AsArray();
        Assert.Equal(["BTCUSDT", "ETHUSDT"], risk.Select(row => S(row, "symbol")));
        Assert.Equal(["BTCUSDT", "ETHUSDT"], account["positions"]!.AsArray().Select(row => S(row, "symbol")));
        var held = risk[0]!;
        var profit = 0.010m * (61500 - Number(held["entryPrice"]));
        Assert.Equal(profit, Number(held["unRealizedProfit"]));
        Assert.Equal(profit, Number(account["totalUnrealizedProfit"]));
        Assert.Equal(0.010m * 61500 / 20, Number(held["positionInitialMargin"]));
        Assert.Equal(2500m / 20, Number(risk[1]!["openOrderInitialMargin"]));
        Assert.Equal(Host.Trading.Wallets()["USDT"] + profit - (0.010m * 61500 / 20) - 125, Number(account["availableBalance"]));
        var money = balances.Single(row => S(row, "asset") == "USDT")!;
        Assert.Equal(Number(account["availableBalance"]), Number(money["availableBalance"]));
        Assert.Equal("0.00000000", S(balances.Single(row => S(row, "asset") == "BNB"), "balance"));
        Assert.Equal(
            ["symbol", "positionSide", "positionAmt", "entryPrice", "breakEvenPrice", "markPrice", "unRealizedProfit", "liquidationPrice",
                "isolatedMargin", "notional", "marginAsset", "isolatedWallet", "initialMargin", "maintMargin", "positionInitialMargin",
                "openOrderInitialMargin", "adl", "bidNotional", "askNotional", "updateTime"],
            held.AsObject().Select(member => member.Key));

        var socket = await WsApiAsync();
        Assert.True(JsonNode.DeepEquals(account, (await AskAsync(socket, "v2/account.status"))["result"]));
        Assert.True(JsonNode.DeepEquals(risk, (await AskAsync(socket, "v2/account.position"))["result"]));
        Assert.Equal(4, (await AskAsync(socket, "account.position"))["result"]!.AsArray().Count);
    }

    private async Task FillAsync(string side, string quantity, string price, string id)
    {
        await PlaceAsync($"symbol=BTCUSDT&side={side}&type=LIMIT&timeInForce=GTX&quantity={quantity}&price={price}&newClientOrderId={id}");
        Host.Trading.Fill(id);
    }
}
