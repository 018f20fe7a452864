using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>The fault scenarios of the order path; their numbers are those of the survey (1 to 14).</content>
internal static partial class CardList
{
    private static IEnumerable<Card> OrderFaults =>
    [
        new("FLT-01", "There is no way to the venue when an order is given; and the socket is cut before the venue looks at another.", "The first is provably not sent. The second is unknown, and in the end provably not placed.", async run =>
        {
            var oms = await run.ReadyOms();
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.Unreachable))
            {
                await run.Tape.State(ConnectionState.Waiting, seen);
                Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1")), "the first")));
            }

            await run.Ready();
            Assert.Equal(0, run.Venue.CountReceived("f-1", VenueCommand.Place));
            using var drop = run.Fault(VenueFaultKind.DropBefore);
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("f-2")), "the second");
            Assert.Equal(CommandOutcome.Unknown, error.Outcome);
            Assert.Equal(OrderStatus.Rejected, (await run.Tape.Event("f-2", OrderEvent.Resolved)).Order.Status);
        }),
        new("FLT-02", "The socket is cut after an order was placed, before its answer; events are held back too.", "The outcome is unknown, and is then found by asking: the order works, placed once.", async run =>
        {
            var oms = await run.ReadyOms();
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.DropAfter))
            {
                Assert.Equal(CommandOutcome.Unknown, (await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1")), "the place")).Outcome);
                await run.Tape.Shown("f-1", OrderStatus.Working);
            }
        }),
        new("FLT-03", "All sockets are cut while orders work; one is filled and one cancelled meanwhile.", "Nothing is lost: the fill is booked and the cancel known once the connection is back.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("f-1");
            await run.Working("f-2");
            await run.Working("f-3");
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.EventsDown))
            {
                await run.Tape.State(ConnectionState.Waiting, seen);
                run.Venue.Fill("f-1");
                run.Venue.Fill("f-2", run.Q / 5);
                run.Venue.CancelUnasked("f-3");
            }

            await run.Tape.Shown("f-1", OrderStatus.Filled);
            await run.Tape.Shown("f-3", OrderStatus.Cancelled);
        }),
        new("FLT-04", "The answer to a place is swallowed; the order is filled.", "The order opens by its event and its fill, and the caller gets an answer.", async run =>
        {
            var oms = await run.ReadyOms();
            using var swallow = run.Fault(VenueFaultKind.SwallowAck);
            var order = (await oms.PlaceMarketOrder(run.Market("f-1")).Within("the answer")).OrThrow().Order;
            Assert.NotEqual(OrderStatus.PendingNew, order.Status);
            await run.Tape.Shown("f-1", OrderStatus.Filled);
        }),
        new("FLT-05", "The event of a fill comes before the answer to the place, and after it; and so does that of a cancel.", "Both come to the same: accepted once, filled once, nothing goes back.", async run =>
        {
            var oms = await run.ReadyOms();
            var id = 0;
            foreach (var kind in new[] { VenueFaultKind.EventFirst, VenueFaultKind.AnswerFirst })
            {
                using (run.Fault(kind))
                    await run.Trade($"f-{++id}");
                Assert.Single(run.Tape.Of($"f-{id}"), u => u.Event == OrderEvent.Accepted);
                await run.Working($"f-{++id}");
                using (run.Fault(kind, VenueCommand.Cancel))
                    (await oms.CancelOrder(run.Key($"f-{id}")).Within("the cancel")).OrThrow();
                await run.Tape.Shown($"f-{id}", OrderStatus.Cancelled);
            }
        }),
        new("FLT-06", "Each event of a fill is told twice, and the fills are found once more after a restart.", "Each is booked once.", async run =>
        {
            await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.DuplicateEvent, count: 0))
            {
                run.Venue.Fill("f-1", run.Q / 5);
                run.Venue.Fill("f-1", run.Q / 5);
                await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "f-1" } o && o.CumulativeQuantity == run.Q / 5 * 2, "both fills");
            }

            await run.Restart();
            run.Venue.Fill("f-1");
            await run.Tape.Shown("f-1", OrderStatus.Filled);
        }),
        new("FLT-06b", "Of an order's fill only a count is known, from the answer to its cancel, when the process is restarted.", "The next life asks for the fill, and tells it.", async run =>
        {
            await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.LoseEvent, count: 0))
            {
                run.Venue.Fill("f-1", run.Q / 5);
                var end = (await run.Oms!.CancelOrder(run.Key("f-1")).Within("the cancel")).OrThrow().Order;
                if (end.Status == OrderStatus.PendingCancel)
                    throw new NotApplicableException("the answer to a cancel is a receipt, and tells no count");
                Assert.Equal((OrderStatus.Cancelled, run.Q / 5), (end.Status, end.CumulativeQuantity));
            }

            await run.Restart();
            await run.Tape.Entries.First(e => e.Update.Fill is { ClientOrderId: "f-1" }, "the fill");
        }),
        new("FLT-07", "A position is turned over: one trade closes and opens.", "Both orders' fills are booked, and the position has the other sign.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("f-1", side: Side.Sell);
            run.Venue.Fill("f-1");
            await run.Account.Position(run.Symbol, -run.Q);
            await run.Trade("f-2", Side.Buy, run.Q * 3);
            await run.Account.Position(run.Symbol, run.Q * 2);
        }),
        new("FLT-08", "Of three partial fills the events of the first are held back until the others were told.", "What is filled never goes back, and each fill is booked.", async run =>
        {
            await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.HoldEvents))
            {
                run.Venue.Fill("f-1", run.Q / 5);
                run.Venue.Fill("f-1", run.Q / 5);

                // Asking tells what the events do not tell yet.
                var asked = (await run.Oms!.GetOrder(run.Key("f-1")).Within("the order")).OrThrow().Order;
                Assert.Equal(run.Q / 5 * 2, asked.CumulativeQuantity);
            }

            run.Venue.Fill("f-1");
            await run.Tape.Shown("f-1", OrderStatus.Filled);
        }),
        new("FLT-09a", "An order is filled while its cancel is on its way.", "It has ended as filled, and the cancel's caller is told so.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.HoldEvents))
            {
                run.Venue.Fill("f-1");
                var answer = await oms.CancelOrder(run.Key("f-1")).Within("the cancel");

                // Where the answer is a receipt, only the event tells.
                if (answer.IsSuccess)
                    Assert.Equal(OrderStatus.PendingCancel, answer.Value.Order.Status);
                else
                    Assert.Equal((ExchangeErrorCode.OrderAlreadyTerminal, CommandOutcome.Rejected), Pair(answer.Error));
            }

            await run.Tape.Shown("f-1", OrderStatus.Filled);
        }),
        new("FLT-09b", "An order is filled in part while its replacement is on its way.", "Fill and replacement are both true; the quantity is the total.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.HoldEvents))
            {
                run.Venue.Fill("f-1", run.Q / 5);
                _ = await oms.ReplaceOrder(run.Replace("f-1", run.Low - run.Venue.Tick, run.Q * 2)).Within("the replacement");
            }

            await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "f-1" } o && o.Quantity == run.Q * 2 && o.CumulativeQuantity == run.Q / 5, "both");
        }),
        new("FLT-09c", "The answer to a replacement is lost, carried out and not.", "It is unknown or known by its event, and shows in the end what the venue has.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.AnswerUnknown, VenueCommand.Replace, executed: true))
                Assert.Equal(CommandOutcome.Unknown, (await run.Refused(oms.ReplaceOrder(run.Replace("f-1", quantity: run.Q * 2)), "the first")).Outcome);
            await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "f-1", UnknownSince: null } o && o.Quantity == run.Q * 2, "the replacement");
            using (run.Fault(VenueFaultKind.AnswerUnknown, VenueCommand.Replace))
                Assert.Equal(CommandOutcome.Unknown, (await run.Refused(oms.ReplaceOrder(run.Replace("f-1", quantity: run.Q * 3)), "the second")).Outcome);
            await run.Tape.Event("f-1", OrderEvent.ReplaceRejected);
        }),
        new("FLT-09d", "More is filled than was ordered.", "The venue's count is told, and the order is filled.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("f-1");
            run.Venue.Overfill("f-1", run.Q / 5);
            await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "f-1", Status: OrderStatus.Filled } o && o.CumulativeQuantity == run.Q / 5 * 6, "the overfill");
            Assert.True(run.Venue.CountersOf(run.Oms!).Overfills > 0);
        }),
        new("FLT-09e", "The answer to a cancel is lost, and the venue did it.", "The order has ended as cancelled.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-1");
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.AnswerUnknown, VenueCommand.Cancel, executed: true))
            {
                _ = await oms.CancelOrder(run.Key("f-1")).Within("the cancel");
                await run.Tape.Shown("f-1", OrderStatus.Cancelled);
            }
        }),
        new("FLT-10", "A place is answered as unknown, and the venue does not find the order for some time; its cancel is sent meanwhile.", "The order stays unknown until it is found; nothing is placed again.", async run =>
        {
            var oms = await run.ReadyOms();
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.HideOrder, order: "f-1", count: 2))
            using (run.Fault(VenueFaultKind.AnswerUnknown, executed: true))
            {
                Assert.Equal(CommandOutcome.Unknown, (await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1")), "the place")).Outcome);
                await run.Tape.Shown("f-1", OrderStatus.Working);
            }

            await run.Cancelled(oms, "f-1");
        }),
        .. Unknowns(),
        new("FLT-11f", "A command is refused for the rate of requests.", "It is provably refused with the time of the next try; that time is kept, and then orders pass.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-0");
            using (run.Fault(VenueFaultKind.RateLimited))
                Assert.Equal((ExchangeErrorCode.RateLimited, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1")), "the place")));
            await run.Passes("again");
        }),
        new("FLT-11g", "The venue bans us until a time.", "It is told with that time; until then nothing at all is sent; then orders pass.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("f-0");
            ExchangeError banned;
            using (run.Fault(VenueFaultKind.Banned, last: TimeSpan.FromSeconds(20)))
                banned = await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1")), "the place");
            Assert.Equal((ExchangeErrorCode.Banned, CommandOutcome.Rejected), Pair(banned));
            Assert.Equal(ExchangeErrorCode.Banned, (await run.Refused(oms.CancelOrder(run.Key("f-0")), "a cancel meanwhile")).Code);
            Assert.Equal(0, run.Venue.CountReceived("f-0", VenueCommand.Cancel));
            Assert.NotNull(banned.RetryAt);
            await run.Passes("again");
            Assert.True(run.Venue.Time.GetUtcNow() >= banned.RetryAt);
        }),
        new("FLT-12", "A trader repeats a command: while the first is under way, after it, after its refusal, and after a restart.", "The same answer each time, and one order at the venue.", async run =>
        {
            var oms = await run.ReadyOms();
            using (var hold = run.Fault(VenueFaultKind.HoldAck))
            using (var silent = run.Fault(VenueFaultKind.HoldEvents))
            {
                var first = oms.PlaceLimitOrder(run.Limit("f-1", 50_000m));
                await run.Venue.WhenReceived("f-1", VenueCommand.Place).Within("the place");
                var second = oms.PlaceLimitOrder(run.Limit("f-1", 50_000m));
                hold.Dispose();
                Assert.Equal((await first.Within("the first")).OrThrow().Order.VenueOrderId, (await second.Within("the second")).OrThrow().Order.VenueOrderId);
            }

            Assert.True((await oms.PlaceLimitOrder(run.Limit("f-1", 50_000m)).Within("the third")).IsSuccess);
            Assert.Equal(ExchangeErrorCode.DuplicateClientOrderId, (await run.Refused(oms.PlaceLimitOrder(run.Limit("f-1", 50_001m)), "another content")).Code);
            var refusal = await run.Refused(oms.PlaceMarketOrder(run.Market("f-2", Side.Sell) with { ReduceOnly = true }), "a refusal");
            Assert.Equal(refusal.Code, (await run.Refused(oms.PlaceMarketOrder(run.Market("f-2", Side.Sell) with { ReduceOnly = true }), "the refusal again")).Code);
            oms = await run.Restart();
            Assert.True((await oms.PlaceLimitOrder(run.Limit("f-1", 50_000m)).Within("after a restart")).IsSuccess);
            Assert.Equal((1, 1), (run.Venue.CountReceived("f-1", VenueCommand.Place), run.Venue.CountReceived("f-2", VenueCommand.Place)));
        }),
        new("FLT-13a", "Another program of the owner places orders, working ones and ones that fill.", "Each is taken in and marked as external; it can be cancelled here.", async run =>
        {
            var early = run.Venue.PlaceElsewhere(Side.Buy, run.Q, run.Low);
            var oms = await run.ReadyOms();
            await run.ReadyPms();
            Assert.Equal(OrderOrigin.External, (await run.Tape.Event(early, OrderEvent.Adopted)).Order.Origin);
            var late = run.Venue.PlaceElsewhere(Side.Buy, run.Q);
            Assert.Equal(OrderOrigin.External, (await run.Tape.Shown(late, OrderStatus.Filled)).Origin);
            await run.Cancelled(oms, early);
        }),
        Closed("FLT-13b", "liquidates", VenueClose.Liquidation, OrderOrigin.Liquidation),
        Closed("FLT-13c", "deleverages", VenueClose.AutoDeleverage, OrderOrigin.AutoDeleverage),
        Closed("FLT-13d", "settles", VenueClose.Settlement, OrderOrigin.Settlement),
        new("FLT-14", "In hedge mode, both legs are filled while the events are down.", "Each leg has its sign and sum afterwards; a flat one is published.", async run =>
        {
            var oms = await run.ReadyOms();
            CardRun.Applies((await oms.GetCapabilities()).OrThrow().PositionModes.Contains(PositionMode.Hedge), "no hedge mode");
            await run.ReadyPms();
            await run.Trade("f-1");
            await run.Working("f-2", side: Side.Sell);
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.EventsDown))
            {
                await run.Tape.State(ConnectionState.Waiting, seen);
                run.Venue.Fill("f-2");
            }

            await run.Account.Position(run.Symbol, -run.Q, PositionSide.Short);
            await run.Ready();
            _ = (await run.Oms!.PlaceMarketOrder(run.Market("f-3") with { PositionSide = PositionSide.Short }).Within("the close")).OrThrow();
            await run.Account.Position(run.Symbol, 0, PositionSide.Short);
        }) { Hedge = true },
    ];

    private static IEnumerable<Card> Unknowns()
    {
        (string Suffix, VenueFaultKind Kind, string Words)[] answers =
        [
            ("a", VenueFaultKind.AnswerUnknown, "that nobody can tell what became of it"),
            ("b", VenueFaultKind.AnswerOverloaded, "that the venue is overloaded"),
            ("c", VenueFaultKind.AnswerUnavailable, "with 503"),
            ("d", VenueFaultKind.AnswerGatewayTimeout, "with 504"),
        ];
        foreach (var (suffix, kind, words) in answers)
        {
            yield return new Card($"FLT-11{suffix}", $"Place, cancel and replace are answered {words}, each once carried out and once not.", "Each is unknown, is resolved by asking, and ends as the venue has it.", async run =>
            {
                var oms = await run.ReadyOms();
                await run.Working("f-0");
                foreach (var executed in new[] { true, false })
                {
                    var id = executed ? "f-yes" : "f-no";
                    using (run.Fault(kind, executed: executed, order: id))
                    {
                        var answer = await oms.PlaceLimitOrder(run.Limit(id)).Within("the place");
                        Assert.NotEqual(CommandOutcome.Rejected, answer.Error?.Outcome);
                    }

                    using (run.Fault(kind, VenueCommand.Replace, executed: executed))
                        Assert.NotEqual(CommandOutcome.Rejected, (await oms.ReplaceOrder(run.Replace("f-0", quantity: run.Q * (executed ? 2 : 3))).Within("the replacement")).Error?.Outcome);
                    await run.Until(async () => (await oms.GetOpenOrders()).OrThrow().Orders.All(o => o.UnknownSince is null && o.Status is OrderStatus.Working), "all being known");
                }

                foreach (var executed in new[] { false, true })
                {
                    using (run.Fault(kind, VenueCommand.Cancel, executed: executed))
                        _ = await oms.CancelOrder(run.Key("f-0")).Within("the cancel");
                    await run.Until(async () => (await oms.GetOpenOrders()).OrThrow().Orders.All(o => o.UnknownSince is null && o.Status is OrderStatus.Working), "all being known");
                }

                await run.Tape.Shown("f-0", OrderStatus.Cancelled);
                Assert.Equal(OrderStatus.Rejected, Invariants.Told(run.Tape.Entries.All)["f-no"].Status);
            });
        }

        yield return new Card("FLT-11e", "A place is let in late: carried out when the caller has long been told that it is unknown.", "It is found when it is there, and placed once.", async run =>
        {
            var oms = await run.ReadyOms();
            using (var late = run.Fault(VenueFaultKind.ExecuteLate))
            {
                var answer = oms.PlaceLimitOrder(run.Limit("f-1"));
                await run.Venue.WhenReceived("f-1", VenueCommand.Place).Within("the place");
                await run.Venue.WhenReceived("f-1", VenueCommand.Query).Within("the first question").WaitAsync(TimeSpan.FromSeconds(20));
                late.Dispose();
                _ = await answer.Within("the answer");
            }
        });
    }

    private static Card Closed(string id, string verb, VenueClose kind, OrderOrigin origin) =>
        new(id, $"The venue {verb} the position.", "Its order is taken in, marked, with its fill; the position is flat.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Trade("f-1");
            var closing = run.Venue.CloseBySystem(kind);
            var update = await run.Tape.Event(closing, OrderEvent.Filled);
            Assert.Equal((origin, run.Q, Side.Sell), (update.Order.Origin, update.Fill!.Quantity, update.Fill.Side));
            await run.Account.Position(run.Symbol, 0);
        });
}
