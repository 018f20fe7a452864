using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>The fault scenarios of the session; their numbers are those of the survey (20 to 24).</content>
internal static partial class CardList
{
    private static IEnumerable<Card> SessionFaults =>
    [
        new("FLT-20a", "The venue makes its daily cut while orders work.", "All connections come back by themselves; what happened meanwhile is known.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("s-1");
            var seen = run.Tape.Seen;
            using var cut = run.Fault(VenueFaultKind.DailyCut);
            run.Venue.Fill("s-1", run.Q / 5);
            await run.Tape.State(ConnectionState.Ready, await Lost(run, seen));
            await run.Tape.Event("s-1", OrderEvent.Filled);
        }),
        new("FLT-20b", "The session of the account's events expires.", "One recovery: a new session, reconciled; what was missed is known.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("s-1");
            var seen = run.Tape.Seen;
            using var expire = run.Fault(VenueFaultKind.ExpireSession);
            run.Venue.Fill("s-1", run.Q / 5);
            if (run.Venue.RenewsInPlace)
                await run.Working("s-2");
            else
                await run.Tape.State(ConnectionState.Ready, await Lost(run, seen));
            await run.Account.Position(run.Symbol, run.Q / 5);
        }),
        new("FLT-20c", "Authentication is refused at a reconnect, and mended.", "The connection says that it is refused; connected anew it is ready, and knows its orders.", async run =>
        {
            var oms = await run.ReadyOms(VenueKey.OtherKind);
            await run.Working("s-1");
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.RefuseLogin))
            {
                using var drop = run.Fault(VenueFaultKind.DropAll);
                await run.Tape.State(ConnectionState.Refused, seen);
            }

            (await oms.Disconnect().Within("the end")).OrThrow();
            (await oms.Connect().Within("the connection")).OrThrow();
            Assert.Contains((await oms.GetOpenOrders()).OrThrow().Orders, o => o.ClientOrderId == "s-1");
        }),
        new("FLT-20d", "The session's authentication is revoked in the middle.", "The connection logs on again; no order is placed twice.", async run =>
        {
            var oms = await run.ReadyOms(VenueKey.OtherKind);
            var seen = run.Tape.Seen;
            using var revoke = run.Fault(VenueFaultKind.RevokeSession);
            var answer = await oms.PlaceLimitOrder(run.Limit("s-1")).Within("the answer");
            if (run.Venue.RenewsInPlace)
                Assert.True(answer.IsSuccess, answer.Error?.ToString());
            else
                await run.Tape.State(ConnectionState.Ready, await Lost(run, seen));
        }),
        new("FLT-21a", "All sockets are cut five times in a row, with orders in flight.", "Reconnects are paced, one session is left, and every order ends known.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.ReadyPms();
            for (var i = 1; i <= 5; i++)
            {
                var seen = run.Tape.Seen;
                var place = oms.PlaceLimitOrder(run.Limit($"s-{i}"));
                using (run.Fault(VenueFaultKind.DropAll))
                    _ = await place.Within("the answer");
                await run.Tape.State(ConnectionState.Ready, await Lost(run, seen));
                await run.Ready();
            }
        }),
        new("FLT-21b", "The network is down while an outcome is being asked for.", "The question waits, and is answered when there is a way again.", async run =>
        {
            var oms = await run.ReadyOms();
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.DropAfter))
            using (run.Fault(VenueFaultKind.Unreachable))
            {
                var seen = run.Tape.Seen;
                var answer = await oms.PlaceLimitOrder(run.Limit("s-1")).Within("the answer");
                await run.Until(async () => (await oms.GetStatus()).OrThrow().State == ConnectionState.Waiting, "the network being down");
                Assert.False(answer.IsSuccess);
            }

            await run.Ready();
        }),
        new("FLT-22a", "The venue's clock steps back in the session.", "It is measured anew; the order goes out under the same id and is placed once.", run => Skewed(run, TimeSpan.FromSeconds(-70))),
        new("FLT-22b", "The venue's clock steps forward in the session.", "The same.", run => Skewed(run, TimeSpan.FromSeconds(70))),
        new("FLT-22c", "The venue's clock is off before the connection is made.", "The offset is known, and orders pass at the first try.", async run =>
        {
            using var skew = run.Fault(VenueFaultKind.ClockSkew, count: 0, last: TimeSpan.FromMinutes(-5));
            var oms = await run.ReadyOms();
            await run.Working("s-1");
            Assert.Equal(1, run.Venue.CountReceived("s-1", VenueCommand.Place));
            Assert.InRange((await oms.GetStatus()).OrThrow().ClockOffset!.Value, TimeSpan.FromMinutes(-5.5), TimeSpan.FromMinutes(-4.5));
        }),
        Broken("FLT-23a", "cut in the middle", VenueFaultKind.TruncatedEvent),
        Broken("FLT-23b", "preceded by one nested ten thousand deep", VenueFaultKind.NestedEvent),
        Broken("FLT-23c", "preceded by one of a kind that nobody knows", VenueFaultKind.UnknownEvent),
        Broken("FLT-23d", "told with nulls for values", VenueFaultKind.NullEvent),
        new("FLT-23e", "The account's events fall silent while the socket answers pings.", "It is noticed by what is owed, the connection is made anew, and what was missed is known.", async run =>
        {
            await run.ReadyOms();
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.SilentEvents))
            {
                await run.Working("s-1");
                run.Venue.Fill("s-1", run.Q / 5);
                await run.Tape.State(ConnectionState.Stale, seen);
            }

            await run.Tape.Event("s-1", OrderEvent.Filled);
        }),
        new("FLT-23f", "An event of the account is lost without a trace, and nothing follows it.", "What it stood for is found by comparing with the venue.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Working("s-1");
            using (run.Fault(VenueFaultKind.LoseEvent, count: 0))
                run.Venue.CancelUnasked("s-1");
            await run.Tape.Shown("s-1", OrderStatus.Cancelled);
        }),
        new("FLT-24", "The venue is down for maintenance: everything is answered as unavailable.", "Nothing is sent blindly; the connection comes back by itself.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("s-1");
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.Unreachable))
            {
                await run.Tape.State(ConnectionState.Waiting, seen);
                run.Venue.Fill("s-1", run.Q / 5);
                await run.Refused(oms.PlaceLimitOrder(run.Limit("s-2")), "an order meanwhile");
            }

            await run.Tape.Event("s-1", OrderEvent.Filled);
        }),
    ];

    /// <summary>Awaits the connection being lost; returns how many states were seen by then.</summary>
    private static async Task<int> Lost(CardRun run, int seen)
    {
        await run.Tape.States.Next(seen, s => s.State is ConnectionState.Waiting or ConnectionState.Stale, "the connection being lost");
        return run.Tape.States.All.ToList().FindIndex(seen, s => s.State is ConnectionState.Waiting or ConnectionState.Stale);
    }

    private static async Task Skewed(CardRun run, TimeSpan by)
    {
        var oms = await run.ReadyOms();
        await run.Working("s-0");
        using (run.Fault(VenueFaultKind.ClockSkew, count: 0, last: by))
        {
            await run.Working("s-1");
            (await oms.CancelOrder(run.Key("s-0")).Within("the cancel")).OrThrow();
        }
    }

    private static Card Broken(string id, string how, VenueFaultKind kind) =>
        new(id, $"An event of the account is {how}.", "It is counted; what it stood for is found; what follows is heard.", run => Nonsense(run, kind, counted: true));
}
