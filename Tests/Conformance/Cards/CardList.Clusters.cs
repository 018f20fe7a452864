using Exchange.Exchanges.Common.Journal;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Death, takeover and a failing disk, as far as a connector sees them; silos are killed in <see cref="Cluster.KillTests"/>.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Clusters =>
    [
        new("FLT-25a", "The process dies with a place in flight that the venue carries out, and one that it never gets.", "The next life finds both by asking: one works, one was never placed; nothing is placed again.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.HoldAck, order: "k-1"))
            using (run.Fault(VenueFaultKind.ExecuteLate, order: "k-2"))
            {
                _ = run.Oms!.PlaceLimitOrder(run.Limit("k-1"));
                await run.Venue.WhenReceived("k-1", VenueCommand.Place).Within("the first");
                await run.Crash();
            }

            await run.Tape.Shown("k-1", OrderStatus.Working);
        }),
        new("FLT-25b", "The process dies while an order is being cancelled and another replaced.", "The next life shows both as the venue has them.", async run =>
        {
            await run.ReadyOms();
            await run.Working("k-1");
            await run.Working("k-2");
            using (run.Fault(VenueFaultKind.HoldEvents))
            using (run.Fault(VenueFaultKind.HoldAck, VenueCommand.Cancel))
            using (run.Fault(VenueFaultKind.HoldAck, VenueCommand.Replace))
            {
                _ = run.Oms!.CancelOrder(run.Key("k-1"));
                _ = run.Oms.ReplaceOrder(run.Replace("k-2", quantity: run.Q * 2));
                await run.Venue.WhenReceived("k-1", VenueCommand.Cancel).Within("the cancel");
                await run.Venue.WhenReceived("k-2", VenueCommand.Replace).Within("the replacement");
                await run.Crash();
            }
        }),
        new("FLT-25c", "A graceful stop comes with working orders and a place in flight.", "The place is settled first; the orders work on and are known to the next life.", async run =>
        {
            await run.ReadyOms();
            await run.Working("k-1");
            var hold = run.Fault(VenueFaultKind.HoldAck, order: "k-2");
            var place = run.Oms!.PlaceLimitOrder(run.Limit("k-2"));
            await run.Venue.WhenReceived("k-2", VenueCommand.Place).Within("the place");
            var end = run.Restart();
            hold.Dispose();
            Assert.True((await place.Within("the place")).IsSuccess);
            await end.Within("the next life");
            Assert.Equal(["k-1", "k-2"], (await run.Oms!.GetOpenOrders()).OrThrow().Orders.Select(o => o.ClientOrderId).Order(StringComparer.Ordinal));
        }),
        new("FLT-26", "Two activations are there at once.", "The older one sends nothing any more, neither places nor cancels, and says that it is fenced; the newer one serves.", async run =>
        {
            var old = await run.ReadyOms();
            await run.Working("k-1");
            var next = await run.ReadyOms();
            Assert.Equal((ExchangeErrorCode.Fenced, CommandOutcome.Rejected), Pair(await run.Refused(old.PlaceLimitOrder(run.Limit("k-2")), "a place of the older")));
            Assert.Equal(ExchangeErrorCode.Fenced, (await run.Refused(old.CancelOrder(run.Key("k-1")), "a cancel of the older")).Code);
            Assert.Equal((0, 0), (run.Venue.CountReceived("k-2", VenueCommand.Place), run.Venue.CountReceived("k-1", VenueCommand.Cancel)));
            await run.Venue.WhenFenced(old).Within("the older one being told");
            await run.Cancelled(next, "k-1");
        }) { EndsUnready = true },
        new("FLT-30", "The journal's disk is full.", "New orders are provably refused and nothing of them leaves; cancels pass; when there is room again, orders pass.", async run =>
        {
            FullDisk? disk = null;
            run.WrapJournal = inner => disk = new FullDisk(inner);
            var oms = await run.ReadyOms();
            await run.Working("k-1");
            disk!.IsFull = true;
            Assert.Equal((ExchangeErrorCode.JournalUnavailable, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("k-2")), "an order")));
            Assert.Equal(0, run.Venue.CountReceived("k-2", VenueCommand.Place));
            (await oms.CancelOrder(run.Key("k-1")).Within("the cancel")).OrThrow();
            await run.Tape.Shown("k-1", OrderStatus.Cancelled);
            disk.IsFull = false;
            await run.Working("k-3");
        }),
    ];

    /// <summary>A journal on a disk that may be full.</summary>
    private sealed class FullDisk(IOrderJournal inner) : IOrderJournal
    {
        public volatile bool IsFull;

        public JournalContents Contents => inner.Contents;

        public ExchangeError? Append(in JournalRecord record) => IsFull
            ? new ExchangeError { Code = ExchangeErrorCode.JournalUnavailable, Message = "the journal cannot be written: no space left on device", Outcome = CommandOutcome.Rejected, Retryable = true }
            : inner.Append(record);

        public ValueTask<ExchangeError?> SyncAsync() => inner.SyncAsync();

        public void Dispose() => inner.Dispose();
    }
}
