using System.Text.Json.Nodes;
using Exchange.Simulator.Grvt;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>Orders through the gateway and the books (sheet, section 6).</summary>
public sealed class GrvtOrderTests : GrvtSimulatorTest
{
    [Fact]
    public async Task The_first_answer_has_a_placeholder_for_an_id()
    {
        var order = Order(new TestOrder(0.01m, 50_000m));
        var answer = (await OkAsync("v1/create_order", new JsonObject { ["order"] = order.DeepClone() }))["result"]!;
        Assert.Equal("0x00", S(answer, "order_id"));
        Assert.Equal("PENDING", S(answer["state"], "status"));
        Assert.Equal("0.01", S(answer["state"]!["book_size"]!.AsArray()[0] is { } size ? new JsonObject { ["s"] = size.DeepClone() } : null, "s"));
        Assert.Equal(Signer.Address, S(answer["signature"], "signer"));
        var told = (await OkAsync("v1/order", Named(ClientId(order))))["result"]!;
        Assert.StartsWith("0x0101", S(told, "order_id"), StringComparison.Ordinal);
        Assert.Equal(34, S(told, "order_id").Length);
        Assert.Equal("OPEN", S(told["state"], "status"));
        Assert.Equal("50000.0", S(told["legs"]![0], "limit_price"));
    }

    [Fact]
    public async Task Cancels_are_acknowledged_whether_or_not_there_is_anything_to_cancel()
    {
        var id = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        Assert.True((await OkAsync("v1/cancel_order", Named(id)))["result"]!["ack"]!.GetValue<bool>());
        Assert.Equal(("CANCELLED", "CLIENT_CANCEL"), State(id));
        Assert.True((await OkAsync("v1/cancel_order", Named("77")))["result"]!["ack"]!.GetValue<bool>());
        await AssertRefusedAsync(3021, "v1/cancel_order", new JsonObject { ["sub_account_id"] = Sub });
        await AssertRefusedAsync(1004, "v1/order", Named("77"));
    }

    [Fact]
    public async Task A_cancel_with_a_time_to_live_kills_a_create_that_comes_late()
    {
        var socket = await TradingSocketAsync();
        await socket.SubscribeAsync("v1.cancel", Sub);
        var late = NextClientId();
        var cancel = Named(late);
        cancel["time_to_live_ms"] = "500";
        await OkAsync("v1/cancel_order", cancel);
        await PlaceAsync(new TestOrder(0.01m, 50_000m) { ClientOrderId = late });
        Assert.Equal(("REJECTED", "CLIENT_CANCEL"), State(late));
        Host.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal("EXPIRED", S((await socket.FeedAsync("v1.cancel"))["feed"], "cancel_status"));
        await PlaceAsync(new TestOrder(0.01m, 50_000m) { ClientOrderId = late });
        Assert.Equal("OPEN", State(late).Status);
        cancel["time_to_live_ms"] = "5001";
        await AssertRefusedAsync(2301, "v1/cancel_order", cancel);
    }

    [Fact]
    public async Task Cancel_all_goes_by_its_filters()
    {
        var btc = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        var eth = await PlaceAsync(new TestOrder(1m, 2_000m) { Symbol = Eth });
        await OkAsync("v1/cancel_all_orders", new JsonObject { ["sub_account_id"] = Sub, ["kind"] = new JsonArray("PERPETUAL"), ["base"] = new JsonArray("ETH") });
        Assert.Equal(("OPEN", "CANCELLED"), (State(btc).Status, State(eth).Status));
        await OkAsync("v1/cancel_all_orders");
        Assert.Equal("CANCELLED", State(btc).Status);
    }

    [Fact]
    public async Task A_limit_order_takes_what_it_crosses_and_rests_with_what_is_left()
    {
        var ask = Ask;
        var offered = Host.Book(Btc).Asks.Where(level => Number(level.Price) == ask).Sum(level => Number(level.Quantity));
        var id = await PlaceAsync(new TestOrder(offered + 0.01m, ask));
        var order = Venue.Order(id)!;
        Assert.Equal(("OPEN", offered), (order.Status, order.Traded));
        Assert.Equal(offered, Venue.Positions().Single().Size);
        Assert.All(Venue.Fills(), fill => Assert.True(fill.IsTaker));
        Venue.Fill(id);
        Assert.Equal("FILLED", Venue.Order(id)!.Status);
        Assert.False(Venue.Fills()[^1].IsTaker);
        Assert.True(Venue.Fills()[^1].Fee < 0, "makers get a rebate");
        Assert.Equal(100_000m + Venue.Fills().Sum(fill => fill.Realised - fill.Fee), Venue.Balances()["USDT"]);
    }

    [Fact]
    public async Task Times_in_force_end_as_the_venue_says()
    {
        var ioc = await PlaceAsync(new TestOrder(0.01m, Bid - 10) { TimeInForce = "IMMEDIATE_OR_CANCEL" });
        Assert.Equal(("CANCELLED", "IOC_CANCEL"), State(ioc));
        var fok = await PlaceAsync(new TestOrder(20m, Ask) { TimeInForce = "FILL_OR_KILL" });
        Assert.Equal(("CANCELLED", "FOK_CANCEL"), State(fok));
        var post = await PlaceAsync(new TestOrder(0.01m, Ask) { PostOnly = true });
        Assert.Equal(("REJECTED", "FAIL_POST_ONLY"), State(post));
        var market = await PlaceAsync(new TestOrder(0.01m, 0) { IsMarket = true, TimeInForce = "IMMEDIATE_OR_CANCEL" });
        Assert.Equal("FILLED", State(market).Status);
        var day = (long)TimeSpan.FromDays(1).TotalNanoseconds;
        var until = await PlaceAsync(new TestOrder(0.01m, 50_000m) { Expiration = Now + day });
        Host.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(("CANCELLED", "EXPIRED"), State(until));
    }

    [Fact]
    public async Task What_is_wrong_with_an_order_has_a_code()
    {
        await AssertOrderRefusedAsync(2062, new TestOrder(0.0001m, 50_000m));
        await AssertOrderRefusedAsync(2065, new TestOrder(0.0105m, 50_000m));
        await AssertOrderRefusedAsync(2064, new TestOrder(0.01m, 50_000.05m));
        await AssertOrderRefusedAsync(2066, new TestOrder(0.001m, 50_000m));
        await AssertOrderRefusedAsync(2020, new TestOrder(0.01m, 50_000m) { IsMarket = true } is var priced ? Unsigned(priced, "50000") : null!);
        await AssertOrderRefusedAsync(2021, new TestOrder(0.01m, 0));
        await AssertOrderRefusedAsync(2030, new TestOrder(0.01m, 50_000m) { TimeInForce = "ALL_OR_NONE" });
        await AssertOrderRefusedAsync(2032, new TestOrder(0.01m, 50_000m) { PostOnly = true, TimeInForce = "FILL_OR_KILL" });
        await AssertOrderRefusedAsync(2081, new TestOrder(2_000m, 50_000m));
        await AssertOrderRefusedAsync(2080, new TestOrder(500m, 50_000m));
        await AssertOrderRefusedAsync(2400, new TestOrder(0.01m, 50_000m) { ReduceOnly = true });
        await MalformedAsync(2010, order => order["order_id"] = "0x12");
        await MalformedAsync(2050, order => order["state"] = new JsonObject());
        await MalformedAsync(2011, order => order["metadata"] = new JsonObject());
        await MalformedAsync(2040, order => order["legs"] = new JsonArray());
        await MalformedAsync(2042, order => order["legs"]!.AsArray().Add(order["legs"]![0]!.DeepClone()));
        await MalformedAsync(2061, order => order["legs"]![0]!["instrument"] = "XYZ_USDT_Perp");
        await MalformedAsync(1003, order => order["legs"]![0]!["size"] = "1E-2");
        var open = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        await AssertOrderRefusedAsync(2012, new TestOrder(0.01m, 50_000m) { ClientOrderId = open });

        JsonObject Unsigned(TestOrder priced, string price)
        {
            // A market order is signed without its price, so that the signature is right.
            var order = Order(priced);
            order["legs"]![0]!["limit_price"] = price;
            return order;
        }

        async Task MalformedAsync(int code, Action<JsonObject> change)
        {
            var order = Order(new TestOrder(0.01m, 50_000m));
            change(order);
            await AssertOrderRefusedAsync(code, order);
        }
    }

    [Fact]
    public async Task Reduce_only_orders_only_reduce()
    {
        await PlaceAsync(new TestOrder(0.05m, 0) { IsMarket = true, TimeInForce = "IMMEDIATE_OR_CANCEL" });
        await AssertOrderRefusedAsync(2401, new TestOrder(0.01m, 50_000m) { ReduceOnly = true });
        await AssertOrderRefusedAsync(2402, new TestOrder(0.06m, 90_000m, Buys: false) { ReduceOnly = true });
        var first = await PlaceAsync(new TestOrder(0.05m, 90_000m, Buys: false) { ReduceOnly = true });
        var second = await PlaceAsync(new TestOrder(0.05m, 90_001m, Buys: false) { ReduceOnly = true });
        Venue.Fill(first);
        Assert.Empty(Venue.Positions());
        Assert.Equal(("CANCELLED", "REDUCE_ONLY_LIMIT"), State(second));
    }

    [Theory]
    [InlineData("STOP_LOSS", true, 70_000, 71_000)]
    [InlineData("STOP_LOSS", false, 50_000, 49_000)]
    [InlineData("TAKE_PROFIT", true, 50_000, 49_000)]
    [InlineData("TAKE_PROFIT", false, 70_000, 71_000)]
    public async Task A_trigger_sends_its_order_when_the_mark_is_there(string type, bool buys, int trigger, int mark)
    {
        var id = await PlaceAsync(new TestOrder(0.01m, 0, buys) { IsMarket = true, TimeInForce = "IMMEDIATE_OR_CANCEL", Trigger = (type, "MARK", trigger, false) });
        Assert.Equal("PENDING", State(id).Status);
        Assert.Single((await OkAsync("v1/open_orders"))["result"]!.AsArray());
        Venue.SetMark(Btc, mark);
        Assert.Equal("FILLED", State(id).Status);
        Assert.Equal(buys ? 0.01m : -0.01m, Venue.Positions().Single().Size);
    }

    [Fact]
    public async Task Triggers_are_judged()
    {
        await AssertOrderRefusedAsync(2113, new TestOrder(0.01m, 50_000m) { Trigger = ("STOP_LOSS", "LAST", 0, false) });
        await AssertOrderRefusedAsync(2110, new TestOrder(0.01m, 50_000m) { Trigger = ("STOP_LOSS", "UNSPECIFIED", 1, false) });
        await AssertOrderRefusedAsync(2112, new TestOrder(0.01m, 50_000m) { Trigger = ("TRAILING", "LAST", 1, false) });
        await AssertOrderRefusedAsync(2114, new TestOrder(0.01m, 50_000m) { Trigger = ("STOP_LOSS", "LAST", 1, true) });
        await AssertOrderRefusedAsync(2117, new TestOrder(0.01m, 50_000m) { ReduceOnly = true, Trigger = ("STOP_LOSS", "LAST", 1, true) });
        var id = await PlaceAsync(new TestOrder(0.01m, 50_000m) { Trigger = ("STOP_LOSS", "LAST", 70_000m, false) });
        Venue.SetLast(Btc, 70_000m);
        Assert.Equal("OPEN", State(id).Status);
    }

    [Fact]
    public async Task An_account_meets_itself_never()
    {
        var maker = await PlaceAsync(new TestOrder(0.01m, Ask - 0.1m, Buys: false));
        var taker = await PlaceAsync(new TestOrder(0.01m, Ask));
        Assert.Equal("OPEN", State(maker).Status);
        Assert.Equal(("CANCELLED", "SELF_MATCHED_SUBACCOUNT"), State(taker));
    }

    [Fact]
    public async Task Bulk_cancels_and_then_creates()
    {
        var old = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        var made = Order(new TestOrder(0.02m, 50_001m));
        var answer = await OkAsync("v2/bulk_orders", new JsonObject
        {
            ["sub_account_id"] = Sub,
            ["orders"] = new JsonArray(made.DeepClone()),
            ["client_order_i_ds"] = new JsonArray(old),
        });
        Assert.Equal("0x00", S(answer["orders"]![0], "order_id"));
        Assert.True(answer["cancel_acks"]![0]!["ack"]!.GetValue<bool>());
        Assert.Equal(("CANCELLED", "CLIENT_BULK_CANCEL"), State(old));
        Assert.Equal("OPEN", State(ClientId(made)).Status);
        await AssertRefusedAsync(2234, "v2/bulk_orders", new JsonObject
        {
            ["sub_account_id"] = Sub,
            ["orders"] = new JsonArray(Order(new TestOrder(0.01m, 50_000m)), Order(new TestOrder(1m, 2_000m) { Symbol = Eth })),
        });
        await AssertRefusedAsync(2233, "v2/bulk_orders", new JsonObject
        {
            ["sub_account_id"] = Sub,
            ["order_ids"] = new JsonArray("0x01"),
            ["client_order_ids"] = new JsonArray(old),
        });
    }

    [Fact]
    public async Task The_dead_mans_timer_cancels_unless_it_is_set_again()
    {
        var id = await PlaceAsync(new TestOrder(0.01m, 50_000m));
        await OkAsync("v1/cancel_on_disconnect", new JsonObject { ["sub_account_id"] = Sub, ["countdown_time"] = 5000 });
        Host.Advance(TimeSpan.FromSeconds(4));
        await OkAsync("v1/cancel_on_disconnect", new JsonObject { ["sub_account_id"] = Sub, ["countdown_time"] = 5000 });
        Host.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("OPEN", State(id).Status);
        Host.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(("CANCELLED", "CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED"), State(id));
    }

    [Fact]
    public async Task Histories_come_in_pages()
    {
        for (var i = 0; i < 5; i++)
        {
            var id = await PlaceAsync(new TestOrder(0.01m, 50_000m + i));
            Venue.Fill(id);
            Host.Advance(TimeSpan.FromMilliseconds(1));
        }

        foreach (var (name, field) in ((string, string)[])[("v1/fill_history", "event_time"), ("v1/order_history", "order_id")])
        {
            var seen = new List<string>();
            var cursor = "";
            do
            {
                var page = await OkAsync(name, new JsonObject { ["sub_account_id"] = Sub, ["limit"] = 2, ["cursor"] = cursor });
                seen.AddRange(page["result"]!.AsArray().Select(row => S(row, field)));
                cursor = S(page, "next");
            }
            while (cursor.Length > 0);
            Assert.Equal(5, seen.Distinct().Count());
            Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
        }

        await AssertRefusedAsync(3011, "v1/fill_history", new JsonObject { ["sub_account_id"] = Sub, ["limit"] = 1001 });
    }

    [Fact]
    public async Task Money_and_positions_add_up()
    {
        await PlaceAsync(new TestOrder(0.5m, 0) { IsMarket = true, TimeInForce = "IMMEDIATE_OR_CANCEL" });
        Venue.SetMark(Btc, 62_000m);
        var account = (await OkAsync("v1/account_summary"))["result"]!;
        var position = (await OkAsync("v1/positions"))["result"]![0]!;
        Assert.Equal(0.5m, Number(position["size"]));
        Assert.Equal(0.5m * 62_000m, Number(position["notional"]));
        Assert.Equal(Number(position["unrealized_pnl"]), Number(account["unrealized_pnl"]));
        Assert.Equal(Number(account["spot_balances"]![0]!["balance"]) + Number(account["unrealized_pnl"]), Number(account["total_equity"]));
        Assert.Equal(0.5m * 62_000m / 20, Number(account["initial_margin"]));
        Venue.Fund(Btc, 0.0001m);
        var paid = (await OkAsync("v1/funding_payment_history"))["result"]![0]!;
        Assert.Equal(3.1m, Number(paid["amount"]));
        Assert.Equal(Number(account["total_equity"]) - 3.1m, Number((await OkAsync("v1/account_summary"))["result"]!["total_equity"]));
        var closing = Venue.CloseBySystem(GrvtSystemClose.Liquidation, Btc);
        Assert.Equal("FILLED", State(closing).Status);
        Assert.True((await OkAsync("v1/fill_history"))["result"]![0]!["is_liquidation"]!.GetValue<bool>());
        Assert.Empty((await OkAsync("v1/positions"))["result"]!.AsArray());
    }

    [Fact]
    public async Task Leverage_is_a_setting()
    {
        await OkAsync("v1/set_initial_leverage", new JsonObject { ["sub_account_id"] = Sub, ["instrument"] = Btc, ["leverage"] = "10" });
        var all = (await OkAsync("v1/get_all_initial_leverage"))["results"]!.AsArray();
        Assert.Equal("10.0", S(all.Single(row => S(row, "instrument") == Btc), "leverage"));
    }

    [Fact]
    public async Task Too_many_open_orders_are_another_429_than_too_many_calls()
    {
        var many = Host.Grvt.Api.Options.MaximumOpenOrders;
        for (var i = 0; i < many; i++)
        {
            Venue.PlaceManually(new JsonObject { ["legs"] = new JsonArray(new JsonObject { ["instrument"] = Btc, ["size"] = "0.01", ["limit_price"] = "30000", ["is_buying_asset"] = true }) });
        }

        await AssertOrderRefusedAsync(2090, new TestOrder(0.01m, 50_000m));
        for (var i = 0; i < 199; i++)
        {
            await OkAsync("v1/cancel_order", Named("1"));
        }

        await AssertRefusedAsync(1006, "v1/cancel_order", Named("1"));
    }

    private static JsonObject Named(string clientOrderId) => new() { ["sub_account_id"] = Sub, ["client_order_id"] = clientOrderId };

    private (string Status, string Reason) State(string clientOrderId) => (Venue.Order(clientOrderId)!.Status, Venue.Order(clientOrderId)!.RejectReason);
}
