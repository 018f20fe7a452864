#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>The life of orders at Binance, over the sockets of a simulator.</summary>
public sealed class BinanceOmsTests : BinancePrivateTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_limit_order_is_placed_changed_filled_in_part_and_cancelled(bool ed25519)
    {
        var oms = await ReadyOms(ed25519 ? Ed25519 : Hmac);
        var placed = (await oms.PlaceLimitOrder(Limit("a-1")).Within("the place")).OrThrow().Order;
        Assert.Equal((OrderStatus.Working, "a-1", OrderOrigin.Trader), (placed.Status, placed.ClientOrderId, placed.Origin));
        Assert.NotNull(placed.VenueOrderId);
        var changed = (await oms.ReplaceOrder(new ReplaceOrderRequest { Order = Key("a-1"), Price = LowPrice - 10, Quantity = 0.02m }).Within("the change")).OrThrow().Order;
        Assert.Equal((LowPrice - 10, 0.02m, placed.VenueOrderId), (changed.Price!.Value, changed.Quantity, changed.VenueOrderId));

        Venue.Fill("a-1", 0.004m);
        var filled = await Orders.Of("a-1", OrderEvent.Filled);
        Assert.Equal((0.004m, 0.004m, OrderStatus.PartiallyFilled), (filled.Fill!.Quantity, filled.Order.CumulativeQuantity, filled.Order.Status));
        Assert.Equal((true, "USDT"), (filled.Fill.IsMaker, filled.Fill.FeeAsset));
        var cancelled = (await oms.CancelOrder(Key("a-1")).Within("the cancel")).OrThrow().Order;
        Assert.Equal((OrderStatus.Cancelled, 0.004m), (cancelled.Status, cancelled.CumulativeQuantity));
        Assert.Equal(1, Venue.CountReceived("a-1", "order.place"));
        Assert.Empty((await oms.GetOpenOrders()).OrThrow().Orders);
    }

    [Fact]
    public async Task A_market_order_fills()
    {
        var oms = await ReadyOms();
        (await oms.PlaceMarketOrder(new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.003m, ClientOrderId = "m-1" }).Within("the place")).OrThrow();
        var end = await Orders.Updates.First(u => u.Order is { ClientOrderId: "m-1", Status: OrderStatus.Filled }, "the fill");
        Assert.Equal((0.003m, OrderType.Market), (end.Order.CumulativeQuantity, end.Order.Type));
        Assert.Equal(0.003m, Orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
    }

    /// <summary>T20, T24: each conditional type goes to the algo service, a trailing stop without a trigger price.</summary>
    [Theory]
    [InlineData(OrderType.StopMarket)]
    [InlineData(OrderType.StopLimit)]
    [InlineData(OrderType.TakeProfitMarket)]
    [InlineData(OrderType.TakeProfitLimit)]
    [InlineData(OrderType.TrailingStop)]
    public async Task A_conditional_order_is_placed_and_cancelled(OrderType type)
    {
        var oms = await ReadyOms();
        var placed = (await PlaceConditional(oms, type, "c-1").Within("the place")).OrThrow().Order;
        Assert.Equal((OrderStatus.Untriggered, type), (placed.Status, placed.Type));
        Assert.StartsWith("algo:", placed.VenueOrderId, StringComparison.Ordinal);
        Assert.Equal(1, Venue.CountReceived("c-1", "algoOrder.place"));
        Assert.Equal("NEW", Assert.Single(Venue.AlgoOrders()).Status);
        Assert.Equal(OrderStatus.Cancelled, (await oms.CancelOrder(Key("c-1")).Within("the cancel")).OrThrow().Order.Status);
        Assert.Equal("CANCELED", Assert.Single(Venue.AlgoOrders()).Status);
        Assert.Empty((await oms.GetOpenOrders()).OrThrow().Orders);
    }

    /// <summary>T23: the trigger's events and the real order's fill come in their own order; it is one order throughout.</summary>
    [Fact]
    public async Task A_stop_that_is_triggered_goes_on_as_the_order_that_it_became()
    {
        var oms = await ReadyOms();
        var placed = (await PlaceConditional(oms, OrderType.StopMarket, "s-1").Within("the place")).OrThrow().Order;
        Venue.SetLast("BTCUSDT", placed.TriggerPrice!.Value + 1);
        var end = await Orders.Updates.First(u => u.Order is { ClientOrderId: "s-1", Status: OrderStatus.Filled }, "the fill of the stop");
        Assert.Equal(placed.Quantity, end.Order.CumulativeQuantity);
        Assert.Contains(placed.VenueOrderId, end.Order.EarlierVenueOrderIds);
        Assert.Equal(OrderType.StopMarket, end.Order.Type);
        await Orders.Of("s-1", OrderEvent.Triggered);
        var fills = Orders.Updates.All.Where(u => u.Fill is not null).Select(u => u.Fill!).ToList();
        Assert.Equal(placed.Quantity, fills.Sum(f => f.Quantity));
        Assert.Equal(fills.Count, fills.Select(f => f.TradeId).Distinct().Count());
    }

    /// <summary>A cancel that crosses the trigger reaches the order that the stop became.</summary>
    [Fact]
    public async Task A_cancel_reaches_the_order_that_a_stop_limit_became()
    {
        var oms = await ReadyOms();
        var placed = (await oms.PlaceStopOrder(new StopOrderRequest
        {
            Symbol = "BTCUSDT",
            Side = Side.Buy,
            Quantity = 0.01m,
            ClientOrderId = "sl-1",
            TriggerPrice = Ask + 100,
            Price = LowPrice,
        }).Within("the place")).OrThrow().Order;
        using var held = new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 });
        Venue.SetLast("BTCUSDT", placed.TriggerPrice!.Value + 1);
        var cancelled = (await oms.CancelOrder(Key("sl-1")).Within("the cancel")).OrThrow().Order;
        Assert.Equal(OrderStatus.Cancelled, cancelled.Status);
        Assert.Empty(Venue.OpenOrders());
    }

    /// <summary>T18: in hedge mode an order names its leg and never carries reduceOnly; in one-way mode it is the other way round.</summary>
    [Fact]
    public async Task Orders_are_built_for_the_position_mode_that_the_account_is_in()
    {
        var oms = await ReadyOms();
        Assert.Equal(ExchangeErrorCode.PositionSideMismatch, (await oms.PlaceLimitOrder(Limit("h-0") with { PositionSide = PositionSide.Long })).Error!.Code);
        await using (var pms = await ReadyPms())
            (await pms.SetPositionMode(PositionMode.Hedge).Within("the mode")).OrThrow();

        // The venue tells nobody: the first order is refused, the mode is read anew, and the next is right.
        var refused = (await oms.PlaceLimitOrder(Limit("h-1")).Within("the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.PositionSideMismatch, CommandOutcome.Rejected), (refused.Code, refused.Outcome!.Value));
        await Venue.WhenReceivedMethod("GET /fapi/v1/positionSide/dual", 3).Within("the mode being read again");
        (await oms.Disconnect().Within("the end")).OrThrow();
        (await oms.Connect().Within("the order connection")).OrThrow();
        Assert.Equal(ExchangeErrorCode.PositionSideMismatch, (await oms.PlaceLimitOrder(Limit("h-2"))).Error!.Code);
        var placed = (await oms.PlaceLimitOrder(Limit("h-3") with { PositionSide = PositionSide.Long }).Within("the place")).OrThrow().Order;
        Assert.Equal(PositionSide.Long, placed.PositionSide);
        var closing = Limit("h-4", Ask + 500, side: Side.Sell) with { PositionSide = PositionSide.Long, ReduceOnly = true };
        await Place(oms, "h-5", PositionSide.Long);
        Assert.True((await oms.PlaceLimitOrder(closing).Within("the close")).IsSuccess);
        Assert.Equal(ExchangeErrorCode.ReduceOnlyRejected, (await oms.PlaceLimitOrder(Limit("h-6") with { PositionSide = PositionSide.Long, ReduceOnly = true })).Error!.Code);
    }

    [Theory]
    [InlineData(TimeInForce.GoodTillCancelled, true, "GTX")]
    [InlineData(TimeInForce.GoodTillDate, false, "GTD")]
    [InlineData(TimeInForce.GoodTillCancelled, false, "GTC")]
    public async Task Times_in_force_travel(TimeInForce timeInForce, bool postOnly, string word)
    {
        var oms = await ReadyOms();
        var request = Limit("t-1") with { TimeInForce = timeInForce, PostOnly = postOnly, GoodTillDate = timeInForce == TimeInForce.GoodTillDate ? DateTimeOffset.UtcNow.AddHours(1) : null };
        var placed = (await oms.PlaceLimitOrder(request).Within("the place")).OrThrow().Order;
        Assert.Equal((timeInForce, postOnly), (placed.TimeInForce, placed.PostOnly));
        Assert.Equal(word, Venue.Order("t-1")!.TimeInForce);
    }

    [Fact]
    public async Task What_the_venue_would_refuse_does_not_leave()
    {
        var oms = await ReadyOms();
        Assert.Equal("good_till_date", (await oms.PlaceLimitOrder(Limit("g-1") with { TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = DateTimeOffset.UtcNow.AddSeconds(590) })).Error!.Field);
        Assert.Equal("time_in_force", (await oms.PlaceLimitOrder(Limit("g-2") with { TimeInForce = TimeInForce.FillOrKill, PostOnly = true })).Error!.Field);
        Assert.Equal("offset", (await oms.PlaceTrailingStopOrder(new TrailingStopOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 0.01m, Offset = 20.1m, ClientOrderId = "g-3" })).Error!.Field);
        Assert.Equal("trigger_by", (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = Ask + 100, TriggerBy = TriggerPriceSource.Index, ClientOrderId = "g-4" })).Error!.Field);
        Assert.Equal(ExchangeErrorCode.InvalidClientOrderId, (await oms.PlaceLimitOrder(Limit("autoclose-1"))).Error!.Code);
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, (await oms.PlaceLimitOrder(Limit("g-5") with { Symbol = "BTCUSD" })).Error!.Code);
        Assert.Equal(ExchangeErrorCode.PriceOffTick, (await oms.PlaceLimitOrder(Limit("g-6", LowPrice + 0.05m))).Error!.Code);
        Assert.DoesNotContain(Venue.Commands, c => c.ClientOrderId?.StartsWith("g-", StringComparison.Ordinal) == true);
    }

    /// <summary>T25: a post-only order that would take, and a fill-or-kill that cannot, end with the answer; no event ever comes.</summary>
    [Fact]
    public async Task An_order_that_is_not_recorded_ends_with_the_answer()
    {
        var oms = await ReadyOms();
        var post = (await oms.PlaceLimitOrder(Limit("p-1", Ask + 10) with { PostOnly = true }).Within("the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.PostOnlyWouldTake, CommandOutcome.Rejected), (post.Code, post.Outcome!.Value));
        var kill = (await oms.PlaceLimitOrder(Limit("p-2", quantity: 1m) with { TimeInForce = TimeInForce.FillOrKill }).Within("the refusal")).Error!;
        Assert.Equal((ExchangeErrorCode.FillOrKillNotFillable, CommandOutcome.Rejected), (kill.Code, kill.Outcome!.Value));
        Assert.Empty((await oms.GetOpenOrders()).OrThrow().Orders);
    }

    /// <summary>T22: cancel-all reaches both lists.</summary>
    [Theory]
    [InlineData("BTCUSDT")]
    [InlineData(null)]
    public async Task Cancel_all_reaches_conditional_orders_too(string? symbol)
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("x-1")).Within("the place")).OrThrow();
        (await PlaceConditional(oms, OrderType.StopMarket, "x-2").Within("the place")).OrThrow();
        var reached = (await oms.CancelAllOrders(symbol).Within("cancel all")).OrThrow();
        Assert.Equal(["x-1", "x-2"], reached.ClientOrderIds);
        await Orders.Of("x-1", OrderEvent.Cancelled);
        await Orders.Of("x-2", OrderEvent.Cancelled);
        Assert.Empty(Venue.OpenOrders());
        Assert.Equal("CANCELED", Assert.Single(Venue.AlgoOrders()).Status);
    }

    /// <summary>T25 in a batch: each order has its own answer, in the order of the request; a conditional one goes by itself.</summary>
    [Fact]
    public async Task A_batch_has_an_answer_for_each_order()
    {
        var oms = await ReadyOms();
        var batch = new OrderBatch
        {
            Orders =
            [
                Limit("b-1"),
                Limit("b-2", Ask + 10) with { PostOnly = true },
                new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = Ask + 100, ClientOrderId = "b-3" },
                Limit("b-4", LowPrice - 5),
            ],
        };
        var answers = (await oms.PlaceOrders(batch).Within("the batch")).OrThrow().Orders;
        Assert.Equal(["b-1", null, "b-3", "b-4"], answers.Select(a => a.Value?.Order.ClientOrderId));
        Assert.Equal(ExchangeErrorCode.PostOnlyWouldTake, answers[1].Error!.Code);
        Assert.Equal(["b-1", "b-4"], Venue.OpenOrders().Select(o => o.ClientOrderId).Order());
    }

    /// <summary>T30: a cancel that finds the order filled says so, and the fill is booked.</summary>
    [Fact]
    public async Task A_cancel_of_an_order_that_has_just_filled_tells_the_fill()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("f-1")).Within("the place")).OrThrow();
        using (new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 }))
        {
            Venue.Fill("f-1");
            var error = (await oms.CancelOrder(Key("f-1")).Within("the cancel")).Error!;
            Assert.Equal((ExchangeErrorCode.OrderAlreadyTerminal, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
            Assert.Equal(OrderStatus.Filled, (await Orders.Of("f-1", OrderEvent.Filled)).Order.Status);
        }

        // The events of the same fill, late: booked once (T28).
        (await oms.PlaceLimitOrder(Limit("f-2")).Within("another order")).OrThrow();
        Assert.Equal(0.01m, Orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
    }

    [Fact]
    public async Task The_countdown_is_armed_and_a_graceful_stop_disarms_it_and_leaves_orders()
    {
        var oms = await ReadyOms();
        Assert.Equal("symbol", (await oms.SetDeadManSwitch(null, TimeSpan.FromSeconds(30))).Error!.Field);
        (await oms.PlaceLimitOrder(Limit("d-1")).Within("the place")).OrThrow();
        Assert.True((await oms.SetDeadManSwitch("BTCUSDT", TimeSpan.FromSeconds(30)).Within("arming")).IsSuccess);
        Assert.Equal(ConnectionState.Stopped, (await oms.Disconnect().Within("the stop")).OrThrow().State);
        Assert.Equal(2, Venue.Commands.Count(c => c.Method == "POST /fapi/v1/countdownCancelAll"));
        Host.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("NEW", Venue.Order("d-1")!.Status);
        var late = (await oms.PlaceLimitOrder(Limit("d-2"))).Error!;
        Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected), (late.Code, late.Outcome!.Value));
    }

    private Task<Result<OrderAck>> PlaceConditional(global::Exchange.Exchanges.Binance.BinanceOms oms, OrderType type, string id)
    {
        var above = decimal.Round(Ask + 200, 1);
        return type switch
        {
            OrderType.StopMarket => oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = above, ClientOrderId = id }),
            OrderType.StopLimit => oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = above, Price = above + 5, TriggerBy = TriggerPriceSource.Mark, ClientOrderId = id }),
            OrderType.TakeProfitMarket => oms.PlaceTakeProfitOrder(new TakeProfitOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 0.01m, TriggerPrice = above, ClientOrderId = id }),
            OrderType.TakeProfitLimit => oms.PlaceTakeProfitOrder(new TakeProfitOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 0.01m, TriggerPrice = above, Price = above, ClientOrderId = id }),
            _ => oms.PlaceTrailingStopOrder(new TrailingStopOrderRequest { Symbol = "BTCUSDT", Side = Side.Sell, Quantity = 0.01m, Offset = 1.5m, ActivationPrice = above, ClientOrderId = id }),
        };
    }

    private async Task Place(global::Exchange.Exchanges.Binance.BinanceOms oms, string id, PositionSide leg)
    {
        (await oms.PlaceMarketOrder(new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, PositionSide = leg, ClientOrderId = id }).Within("the place")).OrThrow();
        await Orders.Updates.First(u => u.Order.ClientOrderId == id && u.Order.Status == OrderStatus.Filled, $"the fill of {id}");
    }
}
