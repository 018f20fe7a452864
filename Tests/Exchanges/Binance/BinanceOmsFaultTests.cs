#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>What goes wrong on the way of a command and in the session, over the sockets of a simulator.</summary>
public sealed class BinanceOmsFaultTests : BinancePrivateTest
{
    private static readonly OrderManagerOptions _quick = new() { FirstLookup = TimeSpan.FromMilliseconds(20), NotFoundSpacing = TimeSpan.FromMilliseconds(100), LookupSpacing = TimeSpan.FromMilliseconds(5) };

    /// <summary>T15, T16: whatever the code says, an order that was placed is found, and placed once.</summary>
    [Theory]
    [InlineData(503, -1007)]
    [InlineData(503, -1006)]
    [InlineData(503, -1008)]
    [InlineData(500, -1001)]
    [InlineData(408, -1007)]
    public async Task An_answer_that_proves_nothing_leaves_the_order_unknown_until_it_is_found(int status, int code)
    {
        var oms = await ReadyOms(life: _quick);

        // No event comes to help: only asking tells.
        using var silent = new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 });
        Host.AddFault(new Fault { Kind = FaultKind.CommandError, Method = "order.place", Status = status, Code = code, Executed = true });
        var error = (await oms.PlaceLimitOrder(Limit("u-1")).Within("the answer")).Error;
        if (error is not null)
            Assert.Equal(CommandOutcome.Unknown, error.Outcome);
        var found = await Orders.Of("u-1", OrderEvent.Resolved);
        Assert.Equal(OrderStatus.Working, found.Order.Status);
        Assert.Equal(1, Venue.CountReceived("u-1", "order.place"));
        Assert.Single(Venue.OpenOrders());
    }

    /// <summary>T15: not found twice, then found: one order, and nothing is concluded before the venue can no longer act.</summary>
    [Fact]
    public async Task Not_found_is_not_believed_while_the_order_may_still_be_there()
    {
        var oms = await ReadyOms(life: _quick);
        using var silent = new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 });
        Host.AddFault(new Fault { Kind = FaultKind.HideOrder, ClientOrderId = "u-2", Count = 2 });
        Host.AddFault(new Fault { Kind = FaultKind.CommandError, Method = "order.place", Status = 503, Code = -1007, Executed = true });
        _ = await oms.PlaceLimitOrder(Limit("u-2")).Within("the answer");
        Assert.Equal(OrderStatus.Working, (await Orders.Of("u-2", OrderEvent.Resolved)).Order.Status);
        Assert.Equal(1, Venue.CountReceived("u-2", "order.place"));
    }

    /// <summary>T21: a stop whose answer was lost is looked for among the conditional orders before it counts as not found.</summary>
    [Fact]
    public async Task A_conditional_order_without_an_answer_is_found_in_its_own_service()
    {
        var oms = await ReadyOms(life: _quick);
        using var silent = new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 });
        Host.AddFault(new Fault { Kind = FaultKind.CommandError, Method = "algoOrder.place", Status = 503, Code = -1007, Executed = true });
        _ = await oms.PlaceStopOrder(new StopOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.01m, TriggerPrice = decimal.Round(Ask + 100, 1), ClientOrderId = "u-3" }).Within("the answer");
        Assert.Equal(OrderStatus.Untriggered, (await Orders.Of("u-3", OrderEvent.Resolved)).Order.Status);
        Assert.Single(Venue.AlgoOrders());
    }

    /// <summary>T27 and scenario 5: which of the two comes first makes no difference.</summary>
    [Theory]
    [InlineData(FaultKind.EventFirst)]
    [InlineData(FaultKind.ResponseFirst)]
    public async Task The_order_of_answer_and_event_makes_no_difference(object kind)
    {
        var oms = await ReadyOms();
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Method = "order.place" });
        (await oms.PlaceMarketOrder(new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.002m, ClientOrderId = "e-1" }).Within("the place")).OrThrow();
        await Orders.Updates.First(u => u.Order is { ClientOrderId: "e-1", Status: OrderStatus.Filled }, "the fill");
        var of = Orders.Updates.All.Where(u => u.Order.ClientOrderId == "e-1").ToList();
        Assert.Equal(0.002m, of.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
        Assert.Equal(of.Select(u => u.Order.CumulativeQuantity).Order(), of.Select(u => u.Order.CumulativeQuantity));
        Assert.Equal(1, of.Count(u => u.Event == OrderEvent.Accepted));
    }

    /// <summary>With a place's acknowledgement swallowed, a cancel of another order reaches the venue at once; the place opens by its event.</summary>
    [Fact]
    public async Task A_swallowed_acknowledgement_holds_nothing_up()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("w-1")).Within("the first place")).OrThrow();
        Host.AddFault(Once(FaultKind.SwallowAck, "order.place"));
        var second = oms.PlaceLimitOrder(Limit("w-2"));
        Assert.Equal(OrderStatus.Cancelled, (await oms.CancelOrder(Key("w-1")).Within("the cancel")).OrThrow().Order.Status);
        Assert.Equal(OrderStatus.Working, (await second.Within("the answer by event")).OrThrow().Order.Status);
    }

    /// <summary>T34, scenarios 1 and 2: what was in flight when the socket was lost is unknown, and is resolved when there is a way again.</summary>
    [Theory]
    [InlineData(FaultKind.DropBeforeRequest, false)]
    [InlineData(FaultKind.DropAfterRequest, true)]
    public async Task A_socket_lost_around_a_command_leaves_it_unknown_and_is_reconciled(object kind, bool executed)
    {
        var options = Options();
        options.RecvWindowMs = 500;
        var oms = await ReadyOms(options: options, life: _quick);
        Host.AddFault(Once((FaultKind)kind, "order.place"));
        using (new HeldFault(Host, new Fault { Kind = FaultKind.HoldEvent, Count = 0 }))
        {
            var seen = Orders.States.All.Count;
            var error = (await oms.PlaceLimitOrder(Limit("r-1")).Within("the answer")).Error;
            if (error is not null)
                Assert.Equal(CommandOutcome.Unknown, error.Outcome);
            await Orders.State(ConnectionState.Waiting, seen);
            await Orders.State(ConnectionState.Ready, seen);
            var end = await Orders.Updates.First(u => u.Order.ClientOrderId == "r-1" && u.Order.UnknownSince is null && u.Order.Status is OrderStatus.Working or OrderStatus.Rejected, "the truth about r-1");
            Assert.Equal(executed ? OrderStatus.Working : OrderStatus.Rejected, end.Order.Status);
        }

        Assert.Equal(executed ? 1 : 0, Venue.OpenOrders().Count);
        Assert.Equal(OrderStatus.Working, (await oms.PlaceLimitOrder(Limit("r-2")).Within("the next order")).OrThrow().Order.Status);
    }

    /// <summary>T11, T12, scenario 22: the clock steps in the middle of the session; the order goes out anew with the same id and a new stamp.</summary>
    [Theory]
    [InlineData(-7000)]
    [InlineData(7000)]
    public async Task A_clock_that_steps_is_measured_and_the_order_signed_anew_once(int offsetMs)
    {
        var oms = await ReadyOms(offsetMs < 0 ? Hmac : Ed25519);
        using var skew = new HeldFault(Host, new Fault { Kind = FaultKind.ClockSkew, OffsetMs = offsetMs, Count = 0 });
        (await oms.PlaceLimitOrder(Limit("k-1")).Within("the place")).OrThrow();
        Assert.Equal(2, Venue.CountReceived("k-1", "order.place"));
        Assert.Single(Venue.OpenOrders());
        Assert.InRange((await oms.GetStatus()).OrThrow().ClockOffset!.Value.TotalMilliseconds, offsetMs - 500, offsetMs + 500);
        (await oms.CancelOrder(Key("k-1")).Within("the cancel")).OrThrow();
        Assert.Equal(1, Venue.CountReceived("k-1", "order.cancel"));
    }

    /// <summary>T03, T04: an expired listen key leads to one recovery: start, new socket, reconciled; what was missed is known then.</summary>
    [Fact]
    public async Task An_expired_listen_key_leads_to_one_recovery()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("l-1")).Within("the place")).OrThrow();
        var before = (await oms.GetStatus()).OrThrow();
        var seen = Orders.States.All.Count;
        Host.AddFault(new Fault { Kind = FaultKind.ExpireListenKey });
        Venue.Fill("l-1", 0.003m);
        await Orders.State(ConnectionState.Ready, seen);
        Assert.Equal(0.003m, (await Orders.Of("l-1", OrderEvent.Filled)).Order.CumulativeQuantity);
        var after = (await oms.GetStatus()).OrThrow();
        Assert.Equal((before.Generation + 1, before.Reconnects + 1), (after.Generation, after.Reconnects));
        Assert.Contains(Orders.States.All.Skip(seen), s => s.State is ConnectionState.Stale or ConnectionState.Waiting);
        (await oms.CancelOrder(Key("l-1")).Within("the cancel")).OrThrow();
    }

    /// <summary>Scenario 3: fills and a cancel during a disconnect are found afterwards.</summary>
    [Fact]
    public async Task What_happened_while_the_stream_was_down_is_found()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("q-1")).Within("the place")).OrThrow();
        (await oms.PlaceLimitOrder(Limit("q-2")).Within("the place")).OrThrow();
        using (new HeldFault(Host, new Fault { Kind = FaultKind.RefuseConnection, Connection = "private", Count = 0 }))
        {
            var seen = Orders.States.All.Count;
            Host.AddFault(new Fault { Kind = FaultKind.DropSocket, Connection = "private" });
            await Orders.State(ConnectionState.Waiting, seen);
            Venue.Fill("q-1");
            Venue.Cancel("q-2");
            var refused = (await oms.PlaceLimitOrder(Limit("q-3"))).Error!;
            Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected), (refused.Code, refused.Outcome!.Value));
        }

        Assert.Equal(0.01m, (await Orders.Updates.First(u => u.Order is { ClientOrderId: "q-1", Status: OrderStatus.Filled }, "the fill")).Order.CumulativeQuantity);
        await Orders.Of("q-2", OrderEvent.Cancelled);
        Assert.Equal(0, Venue.CountReceived("q-3"));
        Assert.Equal(0.01m, Orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
    }

    /// <summary>A stream that owes an event for an acknowledged order is deaf, however well it answers pings.</summary>
    [Fact]
    public async Task A_deaf_user_stream_is_opened_anew()
    {
        var options = Options();
        options.UserStreamOwesMs = 1_000;
        var oms = await ReadyOms(options: options);
        var seen = Orders.States.All.Count;
        Host.AddFault(new Fault { Kind = FaultKind.Silence, Connection = "private", Count = 0 });
        (await oms.PlaceLimitOrder(Limit("y-1")).Within("the place")).OrThrow();
        await Orders.State(ConnectionState.Stale, seen);
        Host.ClearFaults();
        await Orders.State(ConnectionState.Ready, seen);
        Assert.Single((await oms.GetOpenOrders()).OrThrow().Orders);
    }

    [Theory]
    [InlineData("demo-key", "wrong", "BINANCE_API_SECRET", ExchangeErrorCode.SignatureInvalid)]
    [InlineData("nobody", "demo-secret", "BINANCE_API_KEY", ExchangeErrorCode.AuthenticationFailed)]
    public async Task A_refused_key_ends_in_refusal_with_a_reason_and_without_the_key(string key, string secret, string hint, ExchangeErrorCode code)
    {
        var oms = Oms(new AuthCredentials { Key = key, Secret = secret });
        var error = (await oms.Connect().Within("the refusal")).Error!;
        Assert.Equal(code, error.Code);
        var status = (await oms.GetStatus()).OrThrow();
        Assert.Equal(ConnectionState.Refused, status.State);
        Assert.Contains(hint, status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, status.Reason + error.Message, StringComparison.Ordinal);
        Assert.Equal(ExchangeErrorCode.NotReady, (await oms.PlaceLimitOrder(Limit("n-1"))).Error!.Code);
    }

    [Fact]
    public async Task A_refused_logon_and_missing_credentials_are_told()
    {
        Host.AddFault(new Fault { Kind = FaultKind.RefuseLogon, Count = 0 });
        var oms = Oms(Ed25519);
        Assert.Equal(ExchangeErrorCode.AuthenticationFailed, (await oms.Connect().Within("the refusal")).Error!.Code);
        Assert.Equal(ConnectionState.Refused, (await oms.GetStatus()).OrThrow().State);
        await using var bare = new BinanceOms(Options(), new BinanceOmsParts { Sink = Orders, Journal = new NoJournal(), Epoch = 1 });
        Assert.Contains("BINANCE_API_KEY", (await bare.Connect().Within("the refusal")).Error!.Message, StringComparison.Ordinal);
    }

    /// <summary>A revoked session tells by a reply to nobody; the connection logs on again.</summary>
    [Fact]
    public async Task A_revoked_session_is_logged_on_again()
    {
        var oms = await ReadyOms(Ed25519, life: _quick);
        Host.AddFault(new Fault { Kind = FaultKind.RevokeSession });
        var seen = Orders.States.All.Count;
        _ = await oms.PlaceLimitOrder(Limit("v-1")).Within("the answer");
        await Orders.State(ConnectionState.Ready, seen);
        Assert.True((await oms.PlaceLimitOrder(Limit("v-2")).Within("the next place")).IsSuccess);
    }

    /// <summary>T29, scenario 13: a liquidation and an order by hand are taken into the books, marked.</summary>
    [Fact]
    public async Task Orders_of_others_are_adopted()
    {
        var early = Venue.PlaceManually(new Dictionary<string, string> { ["symbol"] = "BTCUSDT", ["side"] = "BUY", ["type"] = "LIMIT", ["timeInForce"] = "GTC", ["quantity"] = "0.010", ["price"] = Text(LowPrice) });
        var oms = await ReadyOms();
        Assert.Equal((OrderOrigin.External, OrderStatus.Working), ((await Orders.Of(early, OrderEvent.Adopted)).Order.Origin, Orders.Updates.All[0].Order.Status));
        (await oms.PlaceMarketOrder(new MarketOrderRequest { Symbol = "BTCUSDT", Side = Side.Buy, Quantity = 0.02m, ClientOrderId = "z-1" }).Within("the place")).OrThrow();
        await Orders.Updates.First(u => u.Order is { ClientOrderId: "z-1", Status: OrderStatus.Filled }, "the fill");
        var closing = Venue.CloseBySystem(SystemClose.Liquidation, "BTCUSDT");
        var liquidated = await Orders.Of(closing, OrderEvent.Filled);
        Assert.Equal((OrderOrigin.Liquidation, 0.02m, Side.Sell), (liquidated.Order.Origin, liquidated.Fill!.Quantity, liquidated.Fill.Side));
        Assert.Equal(OrderStatus.Cancelled, (await oms.CancelOrder(Key(early)).Within("the cancel")).OrThrow().Order.Status);
    }

    /// <summary>T28: TRADE_LITE beside ORDER_TRADE_UPDATE, and each event twice: a fill is booked once.</summary>
    [Fact]
    public async Task A_fill_is_booked_once_however_often_it_is_told()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("j-1")).Within("the place")).OrThrow();
        using (new HeldFault(Host, new Fault { Kind = FaultKind.DuplicateFrame, Connection = "private", Count = 0 }))
        {
            Venue.Fill("j-1", 0.004m);
            Venue.Fill("j-1", 0.006m);
            await Orders.Updates.First(u => u.Order is { ClientOrderId: "j-1", Status: OrderStatus.Filled }, "the fill");
        }

        Assert.Equal([0.004m, 0.006m], Orders.Updates.All.Where(u => u.Fill is not null).Select(u => u.Fill!.Quantity));
    }

    /// <summary>T33: a ban is waited out; nothing is sent meanwhile, cancels neither.</summary>
    [Fact]
    public async Task A_ban_stops_everything_until_its_end()
    {
        var oms = await ReadyOms();
        (await oms.PlaceLimitOrder(Limit("i-1")).Within("the place")).OrThrow();
        var until = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds();
        Host.AddFault(new Fault { Kind = FaultKind.CommandError, Method = "order.place", Status = 418, Code = -1003, Message = $"Way too many requests; IP banned until {until}." });
        var banned = (await oms.PlaceLimitOrder(Limit("i-2")).Within("the ban")).Error!;
        Assert.Equal((ExchangeErrorCode.Banned, CommandOutcome.Rejected, until), (banned.Code, banned.Outcome!.Value, banned.RetryAt!.Value.ToUnixTimeMilliseconds()));
        var received = Venue.CommandsReceived;
        Assert.Equal(ExchangeErrorCode.Banned, (await oms.CancelOrder(Key("i-1")).Within("the refusal")).Error!.Code);
        Assert.Equal(ExchangeErrorCode.Banned, (await oms.PlaceLimitOrder(Limit("i-3")).Within("the refusal")).Error!.Code);
        Assert.Equal(received, Venue.CommandsReceived);
    }

    /// <summary>Scenario 23: nonsense on the private stream is counted, and what follows is heard.</summary>
    [Theory]
    [InlineData(FaultKind.MalformedFrame)]
    [InlineData(FaultKind.TruncatedJson)]
    [InlineData(FaultKind.UnknownEvent)]
    [InlineData(FaultKind.NestedJson)]
    [InlineData(FaultKind.HugeFrame)]
    public async Task Nonsense_on_the_user_stream_is_counted(object kind)
    {
        var oms = await ReadyOms();
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Connection = "private" });
        (await oms.PlaceLimitOrder(Limit("o-1")).Within("the first place")).OrThrow();
        (await oms.PlaceLimitOrder(Limit("o-2")).Within("the second place")).OrThrow();
        Venue.Fill("o-2");
        await Orders.Updates.First(u => u.Order is { ClientOrderId: "o-2", Status: OrderStatus.Filled }, "the fill");
        var status = (await oms.GetStatus()).OrThrow();
        Assert.Equal(1, status.UnreadableMessages + status.UnknownMessages);
    }

    /// <summary>What an event told that could not be read is asked for at once, while the connection goes on.</summary>
    [Fact]
    public async Task A_fill_in_an_unreadable_event_is_found()
    {
        var oms = await ReadyOms(life: _quick);
        await ReadyPms();
        (await oms.PlaceLimitOrder(Limit("m-1")).Within("the place")).OrThrow();
        using (new HeldFault(Host, new Fault { Kind = FaultKind.TruncatedJson, Connection = "private", Count = 0 }))
        {
            Venue.Fill("m-1");
            Assert.Equal(0.01m, (await Orders.Updates.First(u => u.Order is { ClientOrderId: "m-1", Status: OrderStatus.Filled }, "the fill")).Order.CumulativeQuantity);
            await Account.Positions.First(p => p.Quantity == 0.01m, "the position");
        }

        Assert.Equal(0.01m, Orders.Updates.All.Where(u => u.Fill is not null).Sum(u => u.Fill!.Quantity));
        Assert.True((await oms.GetStatus()).OrThrow().IsReady);
    }

    /// <summary>T36: numbers as texts and texts as numbers mean the same.</summary>
    [Theory]
    [InlineData(FaultKind.NumberAsText)]
    [InlineData(FaultKind.TextAsNumber)]
    public async Task Numbers_may_be_texts_and_texts_numbers(object kind)
    {
        var oms = await ReadyOms();
        Host.AddFault(new Fault { Kind = (FaultKind)kind, Connection = "private", Count = 0 });
        (await oms.PlaceLimitOrder(Limit("12-1")).Within("the place")).OrThrow();
        Venue.Fill("12-1");
        await Orders.Updates.First(u => u.Order is { ClientOrderId: "12-1", Status: OrderStatus.Filled }, "the fill");
        Assert.Equal(0, (await oms.GetStatus()).OrThrow().UnreadableMessages);
    }

    private static string Text(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
