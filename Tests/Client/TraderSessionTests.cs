using System.Text.Json;
using Exchange.Client.Gateway.Traders;
using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>A trader's start, its going away, and the kill switch.</summary>
public sealed class TraderSessionTests
{
    private const string OneOrder = """{"exchange":"binance","symbol":"BTCUSDT","side":"buy","quantity":"1","price":"10","client_order_id":"c1"}""";

    [Fact]
    public async Task A_start_gives_everything_with_its_place_and_updates_follow_on()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        test.Trading.Positions = [new Position { Exchange = "binance", Symbol = "BTCUSDT", Quantity = -2, ReceivedTime = DateTimeOffset.UnixEpoch }];
        using var trader = test.ConnectRaw();
        trader.Subscribe("order.binance");
        var placed = trader.Result("oms.place_limit_order", OneOrder);
        Assert.Equal("place c1 by nobody", await test.Trading.NextAsked());

        var start = trader.Result("session.start", """{"trader":"mm1"}""");
        Assert.Equal(("mm1", "leave", 15_000), (start.GetProperty("trader").GetString(), start.GetProperty("when_gone").GetString(), start.GetProperty("timeout_ms").GetInt32()));
        var binance = Assert.Single(start.GetProperty("exchanges").EnumerateArray());
        Assert.True(binance.GetProperty("ready").GetBoolean(), binance.GetRawText());
        var orders = binance.GetProperty("orders");
        Assert.Equal("c1", Assert.Single(orders.GetProperty("orders").EnumerateArray()).GetProperty("client_order_id").GetString());
        Assert.Equal(placed.GetProperty("epoch").GetString(), orders.GetProperty("epoch").GetString());
        Assert.Equal(placed.GetProperty("seq").GetInt64(), orders.GetProperty("seq").GetInt64());
        Assert.Equal("-2", binance.GetProperty("positions").GetProperty("positions")[0].GetProperty("quantity").GetString());
        Assert.Equal("100", binance.GetProperty("account").GetProperty("account").GetProperty("balances")[0].GetProperty("wallet").GetString());
        Assert.Equal("active", binance.GetProperty("trading_state").GetString());

        trader.Result("oms.place_limit_order", OneOrder.Replace("c1", "c2", StringComparison.Ordinal));
        Assert.Equal("place c2 by mm1", await test.Trading.NextAsked("place c2"));
        var next = trader.NextUpdate("order.binance", "the order after the picture", u => u.TryGetProperty("order", out var o) && o.GetProperty("client_order_id").GetString() == "c2");
        Assert.Equal(orders.GetProperty("seq").GetInt64() + 1, next.GetProperty("seq").GetInt64());
    }

    [Theory]
    [InlineData("""{}""", "trader")]
    [InlineData("""{"trader":"two words"}""", "trader")]
    [InlineData("""{"trader":"mm1","when_gone":"stay"}""", "when_gone")]
    [InlineData("""{"trader":"mm1","timeout_ms":10}""", "timeout_ms")]
    [InlineData("""{"trader":"mm1","exchange":"grvt"}""", "exchange")]
    public async Task A_wrong_start_names_what_is_wrong(string parameters, string field)
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        using var trader = test.ConnectRaw();
        Assert.Equal(field, trader.Error("session.start", parameters).GetProperty("field").GetString());
    }

    [Fact]
    public async Task What_cannot_be_had_is_named_and_keeps_nothing_else_back()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        using var trader = test.ConnectRaw();
        var binance = trader.Result("session.start", """{"trader":"mm1","instruments":true}""").GetProperty("exchanges")[0];
        Assert.False(binance.GetProperty("ready").GetBoolean());
        var problem = Assert.Single(binance.GetProperty("problems").EnumerateArray());
        Assert.Equal("instruments", problem.GetProperty("part").GetString());
        Assert.Equal("connection_not_declared", problem.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Object, binance.GetProperty("orders").ValueKind);
    }

    [Fact]
    public async Task Who_chose_so_is_cancelled_when_it_falls_silent_and_nobody_else()
    {
        var time = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: time, trades: true, configure: o => o.DeadManTime = TimeSpan.Zero);
        using var gone = test.ConnectRaw();
        using var stays = test.ConnectRaw();
        gone.Result("session.start", """{"trader":"mm1","when_gone":"cancel","timeout_ms":3000}""");
        stays.Result("session.start", """{"trader":"mm2","when_gone":"leave","timeout_ms":600000}""");
        gone.Result("oms.place_limit_order", OneOrder);
        stays.Result("oms.place_limit_order", OneOrder.Replace("c1", "c2", StringComparison.Ordinal));

        // The gateway looks once a second; until its time is over nothing happens to the trader.
        await Beat(time, 2);
        Assert.Equal(OrderStatus.Working, test.Trading.Orders["c1"].Status);
        await Beat(time, 2);
        Assert.Equal("cancel c1", await test.Trading.NextAsked("cancel"));
        Assert.Equal(OrderStatus.Working, test.Trading.Orders["c2"].Status);
    }

    [Fact]
    public async Task A_goodbye_counts_as_going_away()
    {
        await using var test = await GatewayUnderTest.Start(trades: true, configure: o => o.DeadManTime = TimeSpan.Zero);
        await using (var trader = await test.ConnectTrader())
        {
            (await trader.StartSession(new TraderStartOptions { Trader = "mm1", WhenGone = WhenGone.Cancel })).OrThrow();
            var order = new LimitOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 1, Price = 10, ClientOrderId = "c1" };
            Assert.Equal("mm1", (await trader.PlaceOrder("binance", order)).OrThrow().Order.Trader);
        }

        Assert.Equal("cancel c1", await test.Trading.NextAsked("cancel"));
    }

    [Fact]
    public async Task A_cancel_that_fails_is_tried_until_none_is_left()
    {
        await using var test = await GatewayUnderTest.Start(trades: true, configure: o => o.DeadManTime = TimeSpan.Zero);
        test.Trading.CancelError = new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = "no answer", Outcome = CommandOutcome.Unknown };
        using var trader = test.ConnectRaw();
        trader.Result("session.start", """{"trader":"mm1","when_gone":"cancel"}""");
        trader.Result("oms.place_limit_order", OneOrder);
        trader.Result("session.goodbye");
        await test.Trading.NextAsked("cancel");
        await test.Trading.NextAsked("cancel");
        test.Trading.CancelError = null;
        while (test.Trading.Orders["c1"].Status != OrderStatus.Cancelled)
            await test.Trading.NextAsked("cancel");
    }

    [Fact]
    public async Task A_dead_man_switch_is_armed_only_while_every_owner_there_wants_it()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        using var first = test.ConnectRaw();
        using var second = test.ConnectRaw();
        first.Result("session.start", """{"trader":"mm1","when_gone":"cancel"}""");
        second.Result("session.start", """{"trader":"mm2","when_gone":"leave"}""");
        first.Result("oms.place_limit_order", OneOrder);
        Assert.Equal("dead man BTCUSDT 120", await test.Trading.NextAsked("dead man"));

        // Another owner on the same symbol who wants its orders to work on: disarmed. Gone from there: armed again.
        second.Result("oms.place_limit_order", OneOrder.Replace("c1", "c2", StringComparison.Ordinal));
        Assert.Equal("dead man BTCUSDT 0", await test.Trading.NextAsked("dead man"));
        test.Trading.Oms.Fill("c2");
        Assert.Equal("dead man BTCUSDT 120", await test.Trading.NextAsked("dead man"));
        var status = first.Result("session.start", """{"trader":"mm1","when_gone":"cancel"}""").GetProperty("exchanges")[0].GetProperty("dead_man");
        Assert.Equal(("symbol", 120_000), (status.GetProperty("reach").GetString(), status.GetProperty("time_to_live_ms").GetInt32()));

        // Nothing left to cancel: the next order is often not far, and the venue is not asked each time.
        test.Trading.Oms.Fill("c1");
        first.Result("oms.place_limit_order", OneOrder.Replace("c1", "c3", StringComparison.Ordinal));
        while (await test.Trading.NextAsked() is var asked && asked != "place c3 by mm1")
            Assert.DoesNotContain("dead man", asked, StringComparison.Ordinal);
    }

    /// <summary>A venue that refuses is not asked again at every change of an order.</summary>
    [Fact]
    public async Task A_dead_man_switch_that_is_refused_is_tried_again_later_only()
    {
        var time = new ManualTimeProvider();
        await using var test = await GatewayUnderTest.Start(time: time, trades: true);
        test.Trading.DeadManError = new ExchangeError { Code = ExchangeErrorCode.RateLimited, Message = "too often" };
        using var trader = test.ConnectRaw();
        trader.Result("session.start", """{"trader":"mm1","when_gone":"cancel","timeout_ms":600000}""");
        trader.Result("oms.place_limit_order", OneOrder);
        Assert.Equal("dead man BTCUSDT 120", await test.Trading.NextAsked("dead man"));
        trader.Result("oms.place_limit_order", OneOrder.Replace("c1", "c2", StringComparison.Ordinal));
        trader.Result("oms.place_limit_order", OneOrder.Replace("c1", "c3", StringComparison.Ordinal));
        test.Trading.DeadManError = null;
        await Beat(time, 2);
        var asked = new List<string>();
        while (asked is [] or [.., not "dead man BTCUSDT 120"])
            asked.Add(await test.Trading.NextAsked());
        Assert.Equal(["place c2 by mm1", "place c3 by mm1", "dead man BTCUSDT 120"], asked);
    }

    /// <summary>What the gateway before it armed runs on, and would cancel orders whose owner is not known to want it.</summary>
    [Fact]
    public async Task A_gateway_that_follows_another_disarms_what_it_may_not_keep_armed()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        using (var trader = test.ConnectRaw())
        {
            trader.Result("session.start", """{"trader":"mm1","when_gone":"cancel"}""");
            trader.Result("oms.place_limit_order", OneOrder);
            Assert.Equal("dead man BTCUSDT 120", await test.Trading.NextAsked("dead man"));
        }

        await test.StopGateway();
        await test.StartGatewayAgain();
        Assert.Equal("dead man BTCUSDT 0", await test.Trading.NextAsked("dead man"));
    }

    [Theory]
    [InlineData(DeadManReach.Symbol, "A")]
    [InlineData(DeadManReach.Account, "")]
    [InlineData(DeadManReach.Connection, "")]
    public void A_switch_that_reaches_further_asks_more_owners(DeadManReach reach, string eligible)
    {
        Order[] working = [Working("A", "cancels"), Working("B", "stays"), Working("C", null)];
        Assert.Equal(eligible, string.Join(',', DeadManGuard.Eligible(working, reach, owner => owner == "cancels")));
        Assert.Equal(reach == DeadManReach.Symbol ? "A" : DeadManGuard.Everything, string.Join(',', DeadManGuard.Eligible(working[..1], reach, owner => owner == "cancels")));
    }

    [Fact]
    public async Task The_kill_switch_of_all_exchanges_answers_for_each()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        await using var trader = await test.ConnectTrader();
        var change = Assert.Single((await trader.SetTradingStateOfAll(TradingState.Halted)).OrThrow());
        Assert.Equal(("binance", TradingState.Halted), (change.Exchange, change.State));
        Assert.Equal(TradingState.Halted, test.Trading.State);
    }

    [Fact]
    public async Task Every_activation_of_an_order_connection_has_a_later_epoch()
    {
        await using var test = await GatewayUnderTest.Start(trades: true, silos: 2);
        using var trader = test.ConnectRaw();
        await test.Trading.NextOms().Within("the connector of the first activation");
        var before = trader.Result("oms.get_open_orders", """{"exchange":"binance"}""").GetProperty("epoch").GetString();
        var status = (await test.Cluster.Client.GetGrain<IExchangeOmsGrain>("binance").GetStatus()).OrThrow();
        await test.Cluster.KillSiloAsync(test.Cluster.Silos.Single(s => s.Name == status.Silo)).Within("the silo's end");
        await test.Cluster.WaitForLivenessToStabilizeAsync(didKill: true).Within("the cluster seeing the silo's end");
        await test.Trading.NextOms().Within("the connector of the standby's activation");
        var after = trader.Result("oms.get_open_orders", """{"exchange":"binance"}""").GetProperty("epoch").GetString();
        Assert.True(long.Parse(after!) > long.Parse(before!), $"{after} after {before}");
        Assert.Equal(2, test.Trading.Epochs.Distinct().Count());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_used_is_told_to_who_trades_and_tried_again()
    {
        await using var test = await GatewayUnderTest.Start(trades: true, silos: 2);
        using var trader = test.ConnectRaw();
        trader.Subscribe("status.binance.oms");
        test.Trading.JournalError = new ExchangeError { Code = ExchangeErrorCode.JournalUnavailable, Message = "the journal is another machine's" };
        var status = (await test.Cluster.Client.GetGrain<IExchangeOmsGrain>("binance").GetStatus()).OrThrow();
        await test.Cluster.KillSiloAsync(test.Cluster.Silos.Single(s => s.Name == status.Silo)).Within("the silo's end");
        await test.Cluster.WaitForLivenessToStabilizeAsync(didKill: true).Within("the cluster seeing the silo's end");

        var refused = trader.NextUpdate("status.binance.oms", "the refusal", static u => u.TryGetProperty("state", out var s) && s.GetString() == "refused");
        Assert.Equal("the journal is another machine's", refused.GetProperty("reason").GetString());
        var error = trader.Error("oms.place_limit_order", OneOrder);
        Assert.Equal(("journal_unavailable", "rejected"), (error.GetProperty("code").GetString(), error.GetProperty("outcome").GetString()));

        test.Trading.JournalError = null;
        trader.NextUpdate("status.binance.oms", "the connection's return", static u => u.TryGetProperty("state", out var s) && s.GetString() == "ready");
    }

    [Fact]
    public async Task A_silence_that_one_late_heartbeat_would_exceed_is_refused()
    {
        await using var test = await GatewayUnderTest.Start(trades: true);
        await using var trader = await test.ConnectTrader(heartbeat: TimeSpan.FromSeconds(5));
        var options = new TraderStartOptions { Trader = "mm1", WhenGone = WhenGone.Cancel, Timeout = TimeSpan.FromSeconds(9) };
        var error = (await trader.StartSession(options)).Error!;
        Assert.Equal((ExchangeErrorCode.InvalidArgument, "Timeout"), (error.Code, error.Field));
        Assert.Contains("10 s or more", error.Message, StringComparison.Ordinal);
        Assert.Equal(10_000, (await trader.StartSession(options with { Timeout = TimeSpan.FromSeconds(10) })).OrThrow().TimeoutMs);
    }

    private static Order Working(string symbol, string? trader) => new()
    {
        Exchange = "binance",
        Symbol = symbol,
        ClientOrderId = symbol,
        Side = Side.Buy,
        Type = OrderType.Limit,
        Quantity = 1,
        Trader = trader,
        Status = OrderStatus.Working,
        CreatedTime = default,
        UpdatedTime = default,
    };

    private static async Task Beat(ManualTimeProvider time, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await time.WhenArmed(TimeSpan.FromSeconds(1)).Within("the gateway's beat");
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
