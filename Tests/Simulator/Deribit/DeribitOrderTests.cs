using System.Text.Json.Nodes;
using Exchange.Simulator.Deribit;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

public sealed class DeribitOrderTests : DeribitTest
{
    [Fact]
    public async Task An_order_is_placed_edited_filled_and_cancelled()
    {
        var socket = await WatchAsync("user.changes.any.any.raw");
        var price = Bid - 50;
        var placed = (await socket.CallAsync("private/buy", Limit("a1", price, 200)))["order"]!;
        Assert.Equal(("open", 20m), (S(placed, "order_state"), D(placed, "contracts")));
        var born = await socket.DataAsync("user.changes.any.any.raw");
        Assert.Equal("a1", S(born["orders"]![0], "label"));
        Assert.Equal((0, 0), (born["trades"]!.AsArray().Count, born["positions"]!.AsArray().Count));

        Trading.Fill("a1", 100);
        var filled = await socket.DataAsync("user.changes.any.any.raw");
        Assert.Equal(("open", 100m), (S(filled["orders"]![0], "order_state"), D(filled["orders"]![0], "filled_amount")));
        Assert.Equal(("M", 100m), (S(filled["trades"]![0], "liquidity"), D(filled["trades"]![0], "amount")));
        Assert.Equal(100m, D(filled["positions"]![0], "size"));

        // The amount of an edit is the new total: 100 of 400 are filled, 300 remain.
        var edited = (await socket.CallAsync("private/edit", new { order_id = S(placed, "order_id"), amount = 400, price = price - 1 }))["order"]!;
        Assert.Equal((400m, 100m, true), (D(edited, "amount"), D(edited, "filled_amount"), edited["replaced"]!.GetValue<bool>()));
        Assert.Equal(300m, Host.Deribit.Trading.OpenOrders().Sum(order => order.Amount - order.Filled));
        var cancelled = await socket.CallAsync("private/cancel", new { order_id = S(placed, "order_id") });
        Assert.Equal(("cancelled", "user_request", 100m), (S(cancelled, "order_state"), S(cancelled, "cancel_reason"), D(cancelled, "filled_amount")));
        await socket.RefusedAsync(11044, "private/cancel", new { order_id = S(placed, "order_id") });
        await socket.RefusedAsync(10010, "private/edit", new { order_id = S(placed, "order_id"), amount = 10 });
        await socket.RefusedAsync(10004, "private/cancel", new { order_id = "1" });
    }

    [Fact]
    public async Task A_market_order_tells_its_trades()
    {
        var socket = await LogInAsync();
        var ask = Ask;
        var result = await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, type = "market", label = "m" });
        Assert.Equal(("filled", ask), (S(result["order"], "order_state"), D(result["order"], "average_price")));
        var trade = Assert.Single(result["trades"]!.AsArray());
        Assert.Equal((ask, "T", "BTC"), (D(trade, "price"), S(trade, "liquidity"), S(trade, "fee_currency")));
        var fee = decimal.Round(10 / ask * 0.0005m, 12);
        Assert.Equal(fee, D(trade, "fee"));
        Assert.Equal(10 - fee, Trading.Balances()["BTC"]);
    }

    [Theory]
    [InlineData("""{"instrument_name":"NOPE","amount":10,"price":1}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","price":60000}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":20,"contracts":1,"price":60000}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":0,"price":60000}""", 10021)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":5,"price":60000}""", 10002)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":15,"price":60000}""", 10027)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000.3}""", 10043)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":-1}""", 10005)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":90000}""", 10007)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10000000000,"price":60000}""", 10009)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000,"reduce_only":true}""", 11030)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000,"valid_until":1}""", 13888)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000,"post_only":true,"time_in_force":"fill_or_kill"}""", 11055)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":64000,"post_only":true,"reject_post_only":true}""", 11054)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000,"mmp":true}""", 13040)]
    [InlineData("""{"instrument_name":"BTC-31DEC27-70000-C","amount":0.1,"price":0.1,"advanced":"usd"}""", 11030)]
    [InlineData("""{"instrument_name":"BTC-31DEC27-70000-C","amount":0.1,"price":0.0052}""", 10043)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"stop_market","trigger_price":65000}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"stop_market","trigger":"mark_price"}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"stop_market","trigger":"mark_price","trigger_price":50000}""", 10035)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"take_market","trigger":"mark_price","trigger_price":70000}""", 10034)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"stop_market","trigger":"mark_price","trigger_price":65000.3}""", 10044)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"type":"iceberg","price":60000}""", -32602)]
    [InlineData("""{"instrument_name":"BTC-PERPETUAL","amount":10,"price":60000,"label":"12345678901234567890123456789012345678901234567890123456789012345"}""", -32602)]
    public async Task What_breaks_a_rule_is_refused(string parameters, int code)
    {
        var socket = await LogInAsync();
        await socket.RefusedAsync(code, "private/buy", JsonNode.Parse(parameters));
        Assert.Empty(Trading.Orders());
    }

    [Fact]
    public async Task A_post_only_order_slides_inside_the_spread()
    {
        var socket = await LogInAsync();
        var ask = Ask;
        var order = (await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, price = ask + 5, post_only = true, label = "p" }))["order"]!;
        Assert.Equal(ask - 0.5m, D(order, "price"));
        var edited = (await socket.CallAsync("private/edit", new { order_id = S(order, "order_id"), amount = 10, price = ask + 5, post_only = true, reject_post_only = true }))["order"]!;
        Assert.Equal(("cancelled", "edit_post_only_reject"), (S(edited, "order_state"), S(edited, "cancel_reason")));
    }

    [Fact]
    public async Task Below_a_step_an_option_has_the_finer_grid()
    {
        var socket = await LogInAsync();
        var order = (await socket.CallAsync("private/buy", new { instrument_name = "BTC-31DEC27-70000-C", amount = 0.1, price = 0.0041, label = "o" }))["order"]!;
        Assert.Equal("open", S(order, "order_state"));
        var filled = await socket.CallAsync("private/buy", new { instrument_name = "BTC-31DEC27-70000-C", amount = 0.3, type = "market", label = "q" });
        var trade = Assert.Single(filled["trades"]!.AsArray());
        Assert.Equal(10 - (D(trade, "price") * 0.3m) - 0.00009m, Trading.Balances()["BTC"]);
        var position = await socket.CallAsync("private/get_position", new { instrument_name = "BTC-31DEC27-70000-C" });
        Assert.Equal(("option", 0.3m), (S(position, "kind"), D(position, "size")));
        Assert.Null(position["size_currency"]);
    }

    [Fact]
    public async Task Immediate_orders_never_rest()
    {
        var socket = await LogInAsync();
        foreach (var word in (string[])["immediate_or_cancel", "fill_or_kill"])
        {
            var order = (await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, price = Bid - 10, time_in_force = word, label = word }))["order"]!;
            Assert.Equal(("cancelled", 0m), (S(order, "order_state"), D(order, "filled_amount")));
        }
    }

    [Fact]
    public async Task A_market_limit_order_rests_at_the_price_it_found()
    {
        var socket = await LogInAsync();
        var ask = Ask;
        var order = (await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 1_000_000, type = "market_limit", label = "ml" }))["order"]!;
        Assert.Equal(("open", "limit", "market_limit", ask), (S(order, "order_state"), S(order, "order_type"), S(order, "original_order_type"), D(order, "price")));
        Assert.Equal(ask, Bid);
    }

    [Fact]
    public async Task An_iceberg_shows_its_tip()
    {
        var socket = await LogInAsync();
        var price = Bid - 100.5m;
        await socket.RefusedAsync(-32602, "private/buy", new { instrument_name = Perpetual, amount = 5000, price, display_amount = 100 });
        await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 5000, price, display_amount = 1000, label = "ice" });
        Assert.Equal(1000m, Shown());
        Trading.Fill("ice");
        Assert.Equal((1000m, 1000m), (Shown(), Trading.Order("ice")!.Filled));

        decimal Shown() => Host.Book(Perpetual).Bids.Where(level => Price(level.Price) == price).Sum(level => Price(level.Quantity));
    }

    [Fact]
    public async Task A_stop_waits_and_becomes_an_order_of_its_own()
    {
        var socket = await WatchAsync("user.orders.BTC-PERPETUAL.raw");
        await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 50, type = "market", label = "in" });
        await socket.DataAsync("user.orders.BTC-PERPETUAL.raw");
        var stop = (await socket.CallAsync("private/sell", new
        {
            instrument_name = Perpetual,
            amount = 50,
            type = "stop_market",
            trigger = "mark_price",
            trigger_price = 59000,
            label = "stop",
            reduce_only = true,
        }))["order"]!;
        Assert.Equal(("untriggered", "market_price"), (S(stop, "order_state"), S(stop, "price")));
        Assert.Null(stop["filled_amount"]);
        Assert.StartsWith("SLMS-", S(stop, "order_id"), StringComparison.Ordinal);
        await socket.DataAsync("user.orders.BTC-PERPETUAL.raw");

        Trading.SetMark(Perpetual, 58_999);
        var told = new[] { await socket.DataAsync("user.orders.BTC-PERPETUAL.raw"), await socket.DataAsync("user.orders.BTC-PERPETUAL.raw") };
        Assert.Equal("triggered", S(Assert.Single(told, order => S(order, "order_id") == S(stop, "order_id")), "order_state"));
        var made = Assert.Single(told, order => S(order, "order_id") != S(stop, "order_id"));
        Assert.Equal((S(stop, "order_id"), "stop"), (S(made, "trigger_order_id"), S(made, "label")));
    }

    [Fact]
    public async Task A_trailing_stop_follows_the_price()
    {
        var socket = await LogInAsync();
        Trading.SetMark(Perpetual, 61_000);
        await socket.CallAsync("private/sell", new
        {
            instrument_name = Perpetual,
            amount = 50,
            type = "trailing_stop",
            trigger = "mark_price",
            trigger_offset = 500,
            label = "trail",
        });
        Trading.SetMark(Perpetual, 61_800);
        Trading.SetMark(Perpetual, 61_301);
        Assert.Equal("untriggered", Trading.Order("trail")!.State);
        Trading.SetMark(Perpetual, 61_300);
        Assert.Equal("filled", Trading.Order("trail")!.State);
        Assert.Equal(-50m, Trading.Positions().Single().Amount);
    }

    [Fact]
    public async Task Own_orders_do_not_meet()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, price = Ask - 0.5m, label = "first" });
        await socket.CallAsync("private/sell", new { instrument_name = Perpetual, amount = 10, type = "market", label = "second" });
        Assert.Equal("cancelled", Trading.Order("first")!.State);
        Assert.Equal("filled", Trading.Order("second")!.State);
    }

    [Fact]
    public async Task A_label_that_two_orders_have_is_ambiguous()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", Limit("twin", Bid - 10));
        await socket.CallAsync("private/edit_by_label", new { label = "twin", instrument_name = Perpetual, amount = 50, price = Bid - 10 });
        await socket.CallAsync("private/buy", Limit("twin", Bid - 20));
        await socket.RefusedAsync(13032, "private/edit_by_label", new { label = "twin", instrument_name = Perpetual, amount = 40, price = Bid - 10 });
        Assert.Equal(2, (await socket.CallAsync("private/cancel_by_label", new { label = "twin" })).GetValue<int>());
        Assert.Equal(2, (await socket.CallAsync("private/get_order_state_by_label", new { label = "twin", currency = "BTC" })).AsArray().Count);
    }

    [Fact]
    public async Task Mass_cancels_choose_and_count()
    {
        var socket = await LogInAsync();
        foreach (var (label, instrument, price, amount) in ((string, string, decimal, decimal)[])
            [("a", Perpetual, Bid - 10, 100), ("b", Perpetual, Bid - 20, 100), ("c", Linear, 130, 1), ("d", "BTC-31DEC27", 62_000, 100), ("e", "BTC-31DEC27-70000-C", 0.1m, 0.1m)])
        {
            await socket.CallAsync("private/buy", Limit(label, price, amount, instrument: instrument));
        }

        await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, type = "stop_market", trigger = "index_price", trigger_price = 65000, label = "s" });
        Assert.Equal(1, (await socket.CallAsync("private/cancel_all_by_instrument", new { instrument_name = Perpetual, type = "stop" })).GetValue<int>());
        Assert.Equal(2, (await socket.CallAsync("private/cancel_all_by_instrument", new { instrument_name = Perpetual })).GetValue<int>());
        Assert.Equal(1, (await socket.CallAsync("private/cancel_all_by_currency", new { currency = "BTC", kind = "option" })).GetValue<int>());
        Assert.Equal(1, (await socket.CallAsync("private/cancel_all_by_kind_or_type", new { currency = new[] { "USDC" } })).GetValue<int>());
        var detailed = await socket.CallAsync("private/cancel_all", new { detailed = true });
        Assert.Equal("d", S(Assert.Single(detailed.AsArray())!["result"]![0], "label"));
    }

    [Fact]
    public async Task A_linear_position_is_counted_in_coins_and_told_in_money()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/sell", new { instrument_name = Linear, amount = 2, type = "market", label = "short" });
        var position = await socket.CallAsync("private/get_position", new { instrument_name = Linear });
        Assert.Equal(-2m, D(position, "size_currency"));
        Assert.Equal(decimal.Round(-2 * D(position, "mark_price"), 8), D(position, "size"));
        await socket.CallAsync("private/close_position", new { instrument_name = Linear, type = "market" });
        Assert.Empty(Trading.Positions());
        Assert.Equal(1_000_000m + Trading.Fills().Sum(fill => fill.Profit - fill.Fee), Trading.Balances()["USDC"]);
    }

    [Fact]
    public async Task An_inverse_profit_is_paid_in_coins()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", Limit("in", 60_000, 6_000));
        Trading.Fill("in");
        await socket.CallAsync("private/sell", Limit("out", 64_000, 6_000));
        Trading.Fill("out");
        var profit = decimal.Round((6_000m / 60_000) - (6_000m / 64_000), 12);
        Assert.Equal(profit, Trading.Fills()[^1].Profit);
        Assert.Equal(10 + profit, Trading.Balances()["BTC"]);
    }

    [Fact]
    public async Task Past_orders_are_found_by_their_age()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/buy", Limit("old", Bid - 10));
        await socket.CallAsync("private/cancel_all");
        await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, type = "market", label = "done" });
        await socket.CallAsync("public/set_heartbeat", new { interval = 3600 });
        Assert.Equal(["done"], await LabelsAsync(new { currency = "BTC" }));
        Assert.Equal(["done", "old"], await LabelsAsync(new { currency = "BTC", include_unfilled = true }));
        Host.Advance(TimeSpan.FromMinutes(31));
        Assert.Empty(await LabelsAsync(new { currency = "BTC", include_unfilled = true }));
        var first = await socket.CallAsync("private/get_order_history_by_currency", new { currency = "BTC", include_unfilled = true, historical = true, with_continuation = true, count = 1 });
        var second = await socket.CallAsync("private/get_order_history_by_currency", new
        {
            currency = "BTC",
            include_unfilled = true,
            historical = true,
            with_continuation = true,
            count = 1,
            continuation = S(first, "continuation"),
        });
        Assert.Equal(("done", "old"), (S(first["orders"]![0], "label"), S(second["orders"]![0], "label")));
        Assert.Null(second["continuation"]);
        Assert.Single((await socket.CallAsync("private/get_user_trades_by_currency", new { currency = "BTC" }))["trades"]!.AsArray());
        Host.Advance(TimeSpan.FromHours(24));
        Assert.Empty((await socket.CallAsync("private/get_user_trades_by_currency", new { currency = "BTC" }))["trades"]!.AsArray());
        Assert.Single((await socket.CallAsync("private/get_user_trades_by_currency", new { currency = "BTC", historical = true }))["trades"]!.AsArray());

        async Task<string[]> LabelsAsync(object parameters) =>
            (await socket.CallAsync("private/get_order_history_by_currency", parameters)).AsArray().Select(order => S(order, "label")).ToArray();
    }

    [Fact]
    public async Task Fills_are_paged_without_loss()
    {
        var socket = await LogInAsync();
        for (var i = 0; i < 5; i++)
        {
            await socket.CallAsync("private/buy", new { instrument_name = Perpetual, amount = 10, type = "market", label = $"t{i}" });
        }

        var ids = new List<string>();
        long from = 0;
        bool more;
        do
        {
            var page = await socket.CallAsync("private/get_user_trades_by_instrument", new { instrument_name = Perpetual, sorting = "asc", count = 2, start_seq = from });
            ids.AddRange(page["trades"]!.AsArray().Select(trade => S(trade, "trade_id")));
            from = page["trades"]!.AsArray()[^1]!["trade_seq"]!.GetValue<long>() + 1;
            more = page["has_more"]!.GetValue<bool>();
        }
        while (more);
        Assert.Equal(Trading.Fills().Select(fill => fill.TradeId), ids);
    }

    [Fact]
    public async Task Limits_are_told_with_the_money()
    {
        var socket = await LogInAsync();
        var account = await socket.CallAsync("private/get_account_summaries", new { extended = true });
        Assert.Equal(["BTC", "ETH", "USDC"], account["summaries"]!.AsArray().Select(summary => S(summary, "currency")));
        var limits = account["summaries"]![0]!["limits"]!["matching_engine"]!["trading"]!["total"]!;
        Assert.Equal(1000, limits["rate"]!.GetValue<int>());
        Assert.Equal(10m, D(await socket.CallAsync("private/get_account_summary", new { currency = "BTC" }), "equity"));
    }
}
