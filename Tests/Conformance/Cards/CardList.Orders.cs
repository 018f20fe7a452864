using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Placing each type of order.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Orders =>
    [
        new("ORD-01", "A limit order is placed away from the market.", "It works, under our id and the venue's, and was told as submitted and accepted, once each.", async run =>
        {
            await run.ReadyOms();
            var order = await run.Working("o-1");
            Assert.NotNull(order.VenueOrderId);
            Assert.Equal((run.Low, run.Q, OrderOrigin.Trader), (order.Price!.Value, order.Quantity, order.Origin));
            Assert.Equal([OrderEvent.Submitted, OrderEvent.Accepted], run.Tape.Of("o-1").Select(u => u.Event));
        }),
        new("ORD-02", "A market order is placed.", "It is filled; its fills add up to it and carry price, side and fee.", async run =>
        {
            await run.ReadyOms();
            var order = await run.Trade("o-1");
            var fills = run.Tape.Of("o-1").Select(u => u.Fill).OfType<Fill>().ToList();
            Assert.Equal(run.Q, fills.Sum(f => f.Quantity));
            Assert.All(fills, f => Assert.Equal((Side.Buy, false), (f.Side, f.IsMaker)));
            Assert.All(fills, f => Assert.NotNull(f.Fee));
            Assert.Equal(fills.Sum(f => f.Price * f.Quantity) / run.Q, order.AveragePrice);
        }),
        new("ORD-03", "An immediate-or-cancel order is placed away from the market, and another one at it.", "The first expires with nothing filled, the second is filled.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.ReadyPms();
            _ = await oms.PlaceLimitOrder(run.Limit("o-1") with { TimeInForce = TimeInForce.ImmediateOrCancel }).Within("the first");
            var end = await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "o-1", IsTerminal: true }, "the first one's end");
            Assert.Equal(0, end.Update.Order.CumulativeQuantity);
            Assert.NotEqual(OrderStatus.Filled, end.Update.Order.Status);
            _ = await oms.PlaceLimitOrder(run.Limit("o-2", run.Taking) with { TimeInForce = TimeInForce.ImmediateOrCancel }).Within("the second");
            await run.Tape.Shown("o-2", OrderStatus.Filled);
        }),
        new("ORD-04", "A fill-or-kill order is placed that cannot be filled at once, and one that can.", "The first ends with nothing filled, the second is filled whole.", async run =>
        {
            var oms = await run.ReadyOms();
            _ = await oms.PlaceLimitOrder(run.Limit("o-1") with { TimeInForce = TimeInForce.FillOrKill }).Within("the first");
            var end = await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "o-1", IsTerminal: true }, "the first one's end");
            Assert.Equal(0, end.Update.Order.CumulativeQuantity);
            _ = await oms.PlaceLimitOrder(run.Limit("o-2", run.Taking) with { TimeInForce = TimeInForce.FillOrKill }).Within("the second");
            await run.Tape.Shown("o-2", OrderStatus.Filled);
        }),
        new("ORD-05", "A post-only order is placed that would take, and one that rests.", "The first ends with nothing filled and says why, the second works.", async run =>
        {
            var oms = await run.ReadyOms();
            _ = await oms.PlaceLimitOrder(run.Limit("o-1", run.Taking) with { PostOnly = true }).Within("the first");
            var end = (await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "o-1", IsTerminal: true }, "the first one's end")).Update.Order;
            Assert.Equal(0, end.CumulativeQuantity);
            if (end.Status == OrderStatus.Rejected)
                Assert.Equal(ExchangeErrorCode.PostOnlyWouldTake, end.Reason!.Code);
            var rests = (await oms.PlaceLimitOrder(run.Limit("o-2") with { PostOnly = true }).Within("the second")).OrThrow().Order;
            Assert.Equal((OrderStatus.Working, true), ((await run.Becomes(rests, OrderStatus.Working)).Status, rests.PostOnly));
        }),
        new("ORD-06", "An order is placed that is good until a date, and the date comes.", "It works until then, and has expired then.", async run =>
        {
            var oms = await run.ReadyOms();
            CardRun.Applies((await oms.GetCapabilities()).OrThrow().TimesInForce.Contains(TimeInForce.GoodTillDate), "no such time in force");
            var until = run.Venue.OrderEnd;
            _ = (await oms.PlaceLimitOrder(run.Limit("o-1") with { TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = until }).Within("the place")).OrThrow();
            run.Venue.PassTime(until - run.Venue.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
            Assert.Equal(0, (await run.Tape.Shown("o-1", OrderStatus.Expired)).CumulativeQuantity);
        }),
        new("ORD-07", "A reduce-only order is placed without a position, and one against a position.", "The first is refused; the second closes the position and no more.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.ReadyPms();
            var error = await run.Refused(oms.PlaceMarketOrder(run.Market("o-1", Side.Sell) with { ReduceOnly = true }), "the first");
            Assert.Equal((ExchangeErrorCode.ReduceOnlyRejected, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
            await run.Trade("o-2");
            _ = (await oms.PlaceMarketOrder(run.Market("o-3", Side.Sell) with { ReduceOnly = true }).Within("the second")).OrThrow();
            await run.Tape.Shown("o-3", OrderStatus.Filled);
            await run.Account.Position(run.Symbol, 0);
        }),
        new("ORD-08", "A stop is placed, and the price gets there.", "It waits untriggered, is told as triggered, and is filled; its fills carry our id.", async run =>
        {
            var oms = await run.ReadyOms();
            var at = run.Venue.OnTick(run.Venue.Best(run.Symbol).Ask * 1.005m);
            var placed = (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = at, ClientOrderId = "o-1" }).Within("the place")).OrThrow().Order;
            Assert.Equal(OrderStatus.Untriggered, (await run.Becomes(placed, OrderStatus.Untriggered)).Status);
            run.Venue.MovePrices(at + run.Venue.Tick);
            await run.Tape.Event("o-1", OrderEvent.Triggered);
            await run.Tape.Shown("o-1", OrderStatus.Filled);
            Assert.All(run.Tape.Of("o-1").Select(u => u.Fill).OfType<Fill>(), f => Assert.Equal("o-1", f.ClientOrderId));
        }),
        new("ORD-09", "A stop-limit and take-profits of both kinds are placed and cancelled.", "Each waits untriggered under its own type, and is cancelled.", async run =>
        {
            var oms = await run.ReadyOms();
            var (bid, ask) = run.Venue.Best(run.Symbol);
            var above = run.Venue.OnTick(ask * 1.01m);
            var below = run.Venue.OnTick(bid * 0.99m);
            var types = (await oms.GetCapabilities()).OrThrow().OrderTypes;
            CardRun.Applies(types.Contains(OrderType.StopLimit) && types.Contains(OrderType.TakeProfitLimit), "no conditional limit orders");
            OrderAck[] placed =
            [
                (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = above, Price = above, ClientOrderId = "o-1" }).Within("the stop-limit")).OrThrow(),
                (await oms.PlaceTakeProfitOrder(new TakeProfitOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = below, ClientOrderId = "o-2" }).Within("the take-profit")).OrThrow(),
                (await oms.PlaceTakeProfitOrder(new TakeProfitOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = below, Price = below, ClientOrderId = "o-3" }).Within("the take-profit limit")).OrThrow(),
            ];
            Assert.Equal([OrderType.StopLimit, OrderType.TakeProfitMarket, OrderType.TakeProfitLimit], placed.Select(p => p.Order.Type));
            foreach (var one in placed)
                Assert.Equal(OrderStatus.Untriggered, (await run.Becomes(one.Order, OrderStatus.Untriggered)).Status);
            foreach (var one in placed)
                await run.Cancelled(oms, one.Order.ClientOrderId);
        }),
        new("ORD-10", "A trailing stop is placed and cancelled.", "It waits untriggered, and is cancelled.", async run =>
        {
            var oms = await run.ReadyOms();
            CardRun.Applies((await oms.GetCapabilities()).OrThrow().TrailingOffsetUnit is not null, "no trailing stop");
            var placed = (await oms.PlaceTrailingStopOrder(new TrailingStopOrderRequest { Symbol = run.Symbol, Side = Side.Sell, Quantity = run.Q, Offset = 1m, ClientOrderId = "o-1" }).Within("the place")).OrThrow().Order;
            Assert.Equal((OrderStatus.Untriggered, OrderType.TrailingStop), ((await run.Becomes(placed, OrderStatus.Untriggered)).Status, placed.Type));
            await run.Cancelled(oms, "o-1");
        }),
        new("ORD-11", "Three orders are placed in one command, the second of which the venue refuses.", "Each has its own outcome, in the order of the command.", async run =>
        {
            var oms = await run.ReadyOms();
            CardRun.Applies((await oms.GetCapabilities()).OrThrow().MaxBatchSize >= 3, "no batches");
            var answer = (await oms.PlaceOrders(new OrderBatch { Orders = [run.Limit("o-1"), run.Market("o-2", Side.Sell) with { ReduceOnly = true }, run.Limit("o-3")] }).Within("the batch")).OrThrow();
            Assert.Equal([true, false, true], answer.Orders.Select(o => o.IsSuccess));
            Assert.Equal((ExchangeErrorCode.ReduceOnlyRejected, CommandOutcome.Rejected), (answer.Orders[1].Error!.Code, answer.Orders[1].Error!.Outcome!.Value));
        }),
        new("ORD-12", "A working sell is filled in three parts.", "Each part is told with the order after it; what is filled grows; the last one fills it.", async run =>
        {
            await run.ReadyOms();
            await run.Working("o-1", side: Side.Sell);
            run.Venue.Fill("o-1", run.Q / 5);
            run.Venue.Fill("o-1", run.Q / 5);
            run.Venue.Fill("o-1");
            await run.Tape.Shown("o-1", OrderStatus.Filled);
            var fills = run.Tape.Of("o-1").Where(u => u.Fill is not null).ToList();
            Assert.Equal([run.Q / 5, run.Q / 5 * 2, run.Q], fills.Select(u => u.Order.CumulativeQuantity));
            Assert.All(fills, u => Assert.Equal((true, Side.Sell), (u.Fill!.IsMaker, u.Fill.Side)));
        }),
        new("ORD-13", "Orders are placed without a client order id.", "Each is given one that the venue takes, and no two are alike.", async run =>
        {
            var oms = await run.ReadyOms();
            var first = (await oms.PlaceLimitOrder(run.Limit(null) with { Trader = "mm1" }).Within("the first")).OrThrow().Order;
            var second = (await oms.PlaceLimitOrder(run.Limit(null) with { Trader = "mm1" }).Within("the second")).OrThrow().Order;
            Assert.NotEqual(first.ClientOrderId, second.ClientOrderId);
            Assert.Matches((await oms.GetCapabilities()).OrThrow().ClientOrderIdPattern, first.ClientOrderId);
            Assert.True(run.Venue.Truth().Order(second.ClientOrderId)!.IsOpen);
        }),
        new("ORD-14", "In hedge mode both legs are opened and one is closed.", "Each leg is a position of its own; the closed one is published flat.", async run =>
        {
            var oms = await run.ReadyOms();
            CardRun.Applies((await oms.GetCapabilities()).OrThrow().PositionModes.Contains(PositionMode.Hedge), "no hedge mode");
            await run.ReadyPms();
            await run.Trade("o-1");
            await run.Trade("o-2", Side.Sell, run.Q * 2);
            await run.Account.Position(run.Symbol, run.Q, PositionSide.Long);
            await run.Account.Position(run.Symbol, -run.Q * 2, PositionSide.Short);
            _ = (await oms.PlaceMarketOrder(run.Market("o-3", Side.Sell) with { PositionSide = PositionSide.Long }).Within("the close")).OrThrow();
            await run.Account.Position(run.Symbol, 0, PositionSide.Long);
        }) { Hedge = true },
    ];

    private static IEnumerable<Card> Cancels =>
    [
        new("CXL-01", "A working order, partly filled, is cancelled.", "It has ended as cancelled and keeps what was filled.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            run.Venue.Fill("c-1", run.Q / 5);
            await run.Tape.Shown("c-1", OrderStatus.PartiallyFilled);
            Assert.Equal(run.Q / 5, (await run.Cancelled(oms, "c-1")).CumulativeQuantity);
        }),
        new("CXL-02", "A filled order is cancelled.", "The cancel is refused as too late, and nothing is sent.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Trade("c-1");
            var error = await run.Refused(oms.CancelOrder(run.Key("c-1")), "the cancel");
            Assert.Equal((ExchangeErrorCode.OrderAlreadyTerminal, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
            Assert.Equal(0, run.Venue.CountReceived("c-1", VenueCommand.Cancel));
        }),
        new("CXL-03", "An order is cancelled that nobody knows.", "The venue is asked, and the cancel is refused as not found.", async run =>
        {
            var oms = await run.ReadyOms();
            Assert.Equal(ExchangeErrorCode.OrderNotFound, (await run.Refused(oms.CancelOrder(run.Key("nobody-7")), "the cancel")).Code);
        }),
        new("CXL-04", "All orders of one symbol are cancelled.", "Those are, and another symbol's work on.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            await run.Working("c-2", side: Side.Sell);
            var other = run.Limit("c-3") with { Symbol = run.Venue.OtherSymbol, Quantity = run.Q * 10, Price = run.Venue.OnTick(run.Venue.Best(run.Venue.OtherSymbol).Bid * 0.99m, run.Venue.OtherSymbol) };
            (await oms.PlaceLimitOrder(other).Within("the other symbol's")).OrThrow();
            Assert.Equal(["c-1", "c-2"], (await oms.CancelAllOrders(run.Symbol).Within("the cancel")).OrThrow().ClientOrderIds.Order(StringComparer.Ordinal));
            await run.Tape.Shown("c-1", OrderStatus.Cancelled);
            await run.Tape.Shown("c-2", OrderStatus.Cancelled);
            Assert.True(run.Venue.Truth().Order("c-3")!.IsOpen);
        }),
        new("CXL-05", "All orders of the account are cancelled, a conditional one and another symbol's among them.", "All have ended as cancelled.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            var other = run.Limit("c-2") with { Symbol = run.Venue.OtherSymbol, Quantity = run.Q * 10, Price = run.Venue.OnTick(run.Venue.Best(run.Venue.OtherSymbol).Bid * 0.99m, run.Venue.OtherSymbol) };
            (await oms.PlaceLimitOrder(other).Within("the other symbol's")).OrThrow();
            (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = run.High, ClientOrderId = "c-3" }).Within("the stop")).OrThrow();
            (await oms.CancelAllOrders().Within("the cancel")).OrThrow();
            foreach (var id in new[] { "c-1", "c-2", "c-3" })
                await run.Tape.Shown(id, OrderStatus.Cancelled);
        }),
        new("CXL-06", "Trading is halted.", "Orders are refused, and a cancel passes.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            (await oms.SetTradingState(TradingState.Halted)).OrThrow();
            Assert.Equal((ExchangeErrorCode.TradingHalted, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("c-2")), "an order")));
            await run.Cancelled(oms, "c-1");
            (await oms.SetTradingState(TradingState.Active)).OrThrow();
        }),
        new("CXL-07", "An order is cancelled twice, at the same time and again afterwards.", "Each is a success or says that it has ended; it ends once.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            var answers = await Task.WhenAll(oms.CancelOrder(run.Key("c-1")), oms.CancelOrder(run.Key("c-1"))).Within("the cancels");
            Assert.All(answers, a => Assert.True(a.IsSuccess || a.Error.Code is ExchangeErrorCode.OrderAlreadyTerminal, a.Error?.ToString()));
            Assert.True((await oms.CancelOrder(run.Key("c-1")).Within("the third cancel")).IsSuccess);
            Assert.Single(run.Tape.Of("c-1"), u => u.Event == OrderEvent.Cancelled);
        }),
        new("CXL-08", "With a place's acknowledgement swallowed, another order is cancelled.", "The cancel reaches the venue at once.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("c-1");
            using var silent = run.Fault(VenueFaultKind.HoldEvents);
            using var swallow = run.Fault(VenueFaultKind.SwallowAck, order: "c-2");
            var second = oms.PlaceLimitOrder(run.Limit("c-2"));
            await run.Venue.WhenReceived("c-2", VenueCommand.Place).Within("the place");
            var cancel = oms.CancelOrder(run.Key("c-1"));
            await run.Venue.WhenReceived("c-1", VenueCommand.Cancel).Within("the cancel");
            Assert.False(second.IsCompleted);
            silent.Dispose();
            await cancel.Within("the cancel's answer");
            await second.Within("the place's answer");
        }),
    ];

    private static IEnumerable<Card> Replacements =>
    [
        new("REP-01", "Price and quantity of a working order are replaced.", "The order shows both, under the same client order id.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("r-1");
            var price = run.Low - (10 * run.Venue.Tick);
            var order = (await oms.ReplaceOrder(run.Replace("r-1", price, run.Q * 2)).Within("the replacement")).OrThrow().Order;
            Assert.Equal((price, run.Q * 2, OrderStatus.Working, "r-1"), (order.Price!.Value, order.Quantity, order.Status, order.ClientOrderId));
        }),
        new("REP-02", "The quantity of a partly filled order is replaced.", "The new quantity is the total, fills included.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("r-1");
            run.Venue.Fill("r-1", run.Q / 5);
            await run.Tape.Shown("r-1", OrderStatus.PartiallyFilled);
            var order = (await oms.ReplaceOrder(run.Replace("r-1", quantity: run.Q * 2)).Within("the replacement")).OrThrow().Order;
            Assert.Equal((run.Q * 2, run.Q / 5, run.Q * 2 - (run.Q / 5)), (order.Quantity, order.CumulativeQuantity, order.RemainingQuantity));
            run.Venue.Fill("r-1");
            await run.Tape.Shown("r-1", OrderStatus.Filled);
        }),
        new("REP-03", "An order is replaced by itself.", "It is refused, since nothing would change.", async run =>
        {
            var oms = await run.ReadyOms();
            var order = await run.Working("r-1");
            Assert.Equal((ExchangeErrorCode.NothingToReplace, CommandOutcome.Rejected), Pair(await run.Refused(oms.ReplaceOrder(run.Replace("r-1", order.Price, order.Quantity)), "the replacement")));
        }),
        new("REP-04", "A filled order is replaced.", "It is refused as too late.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("r-1");
            run.Venue.Fill("r-1");
            await run.Tape.Shown("r-1", OrderStatus.Filled);
            Assert.Equal((ExchangeErrorCode.OrderAlreadyTerminal, CommandOutcome.Rejected), Pair(await run.Refused(oms.ReplaceOrder(run.Replace("r-1", run.Low - run.Venue.Tick)), "the replacement")));
        }),
        new("REP-05", "A working order's price is replaced off the grid.", "It is refused here, and the order is as it was.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("r-1");
            Assert.Equal((ExchangeErrorCode.PriceOffTick, CommandOutcome.Rejected), Pair(await run.Refused(oms.ReplaceOrder(run.Replace("r-1", run.Low + (run.Venue.Tick / 2))), "the replacement")));
            Assert.Equal(0, run.Venue.CountReceived("r-1", VenueCommand.Replace));
        }),
    ];

    private static (ExchangeErrorCode Code, CommandOutcome Outcome) Pair(ExchangeError error) => (error.Code, error.Outcome!.Value);
}
