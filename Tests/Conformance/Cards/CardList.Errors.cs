using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Errors by their codes.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Errors =>
    [
        new("ERR-01", "The secret does not belong to the key.", "The connection is refused for good and says which setting to check, without the secret.", run => RefusedKey(run, VenueKey.WrongSecret)) { EndsUnready = true },
        new("ERR-02", "The venue does not know the key.", "The same.", run => RefusedKey(run, VenueKey.Unknown)) { EndsUnready = true },
        new("ERR-03", "There are no credentials.", "The connection is refused and names what to set.", async run =>
        {
            var error = await run.Refused(run.NewOms(VenueKey.None).Connect(), "the connection");
            Assert.Equal(ExchangeErrorCode.CredentialsMissing, error.Code);
            Assert.Contains(run.Venue.Venue.ToUpperInvariant(), error.Message, StringComparison.OrdinalIgnoreCase);
        }) { EndsUnready = true },
        new("ERR-04", "The key may read and not trade.", "An order is provably refused, for want of permission.", async run =>
        {
            var oms = run.NewOms(VenueKey.ReadOnly);
            var connected = await oms.Connect().Within("the connection");

            // A venue that tells at the login what a key may do is believed there.
            if (!connected.IsSuccess)
                Assert.Equal(ExchangeErrorCode.PermissionDenied, connected.Error.Code);
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1")), "the order");
            Assert.Contains(error.Code, connected.IsSuccess ? new[] { ExchangeErrorCode.PermissionDenied, ExchangeErrorCode.AuthenticationFailed } : [ExchangeErrorCode.NotReady]);
            Assert.Equal(CommandOutcome.Rejected, error.Outcome);
        }) { EndsUnready = true },
        new("ERR-05", "The key expires while orders work.", "The connection says that it is refused; nothing more is sent until it is mended, and what works is known again then.", async run =>
        {
            var oms = await run.ReadyOms(VenueKey.OtherKind);
            await run.Working("e-1");
            var seen = run.Tape.Seen;
            using (run.Fault(VenueFaultKind.RefuseLogin))
            {
                using var drop = run.Fault(VenueFaultKind.DropAll);
                var refused = await run.Tape.State(ConnectionState.Refused, seen);
                Assert.NotNull(refused.Reason);
                Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("e-2")), "an order")));
            }

            await run.Restart();
            Assert.Contains((await run.Oms!.GetOpenOrders()).OrThrow().Orders, o => o.ClientOrderId == "e-1");
        }),
        new("ERR-06", "An order names a symbol that does not exist.", "It is refused here, naming the symbol.", async run =>
        {
            var oms = await run.ReadyOms();
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1") with { Symbol = "NOSUCH" }), "the order");
            Assert.Equal((ExchangeErrorCode.UnknownSymbol, CommandOutcome.Rejected, "symbol"), (error.Code, error.Outcome!.Value, error.Field));
            Assert.Equal(0, run.Venue.CountReceived("e-1", VenueCommand.Place));
        }),
        new("ERR-07", "A price is off the grid.", "It is refused here, with the nearest legal prices.", async run =>
        {
            var oms = await run.ReadyOms();
            var price = run.Low + (run.Venue.Tick / 2);
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1", price)), "the order");
            Assert.Equal((ExchangeErrorCode.PriceOffTick, CommandOutcome.Rejected, "price"), (error.Code, error.Outcome!.Value, error.Field));
            Assert.Contains((price - (run.Venue.Tick / 2)).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
            Assert.Equal(0, run.Venue.CountReceived("e-1", VenueCommand.Place));
        }),
        new("ERR-08", "A quantity is off the step, one is too small, and one is far too large.", "Each is refused here, with its own code.", async run =>
        {
            var oms = await run.ReadyOms();
            Assert.Equal((ExchangeErrorCode.QuantityOffStep, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1", quantity: run.Q + 0.0000001m)), "the first")));
            Assert.Contains((await run.Refused(oms.PlaceLimitOrder(run.Limit("e-2", quantity: 0.00000001m)), "the second")).Code, new[] { ExchangeErrorCode.QuantityOutOfRange, ExchangeErrorCode.QuantityOffStep });
            if (run.Venue.TooMuch is { } tooMuch)
                Assert.Equal((ExchangeErrorCode.QuantityOutOfRange, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("e-3", quantity: tooMuch)), "the third")));
        }),
        new("ERR-09", "An order needs more margin than there is.", "The venue's refusal is told as such, and provable.", async run =>
        {
            var oms = await run.ReadyOms();
            run.Venue.Deposit(-9_999_900);
            Assert.Equal((ExchangeErrorCode.InsufficientMargin, CommandOutcome.Rejected), Pair(await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1", quantity: run.Q * 10)), "the order")));
            run.Venue.Deposit(9_999_900);
        }),
        new("ERR-10", "A client order id has a form that the venue does not take.", "It is refused here, with the form.", async run =>
        {
            var oms = await run.ReadyOms();
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("ä b")), "the order");
            Assert.Equal((ExchangeErrorCode.InvalidClientOrderId, CommandOutcome.Rejected, "client_order_id"), (error.Code, error.Outcome!.Value, error.Field));
            Assert.Contains((await oms.GetCapabilities()).OrThrow().ClientOrderIdForm, error.Message, StringComparison.Ordinal);
        }),
        new("ERR-11", "A frame of 10 MB arrives among the account's events.", "It is not taken in; the connection goes on or is made anew, and nothing of what followed is missing.", run => Nonsense(run, VenueFaultKind.HugeEvent, counted: false)),
        new("ERR-12", "Nonsense arrives in place of an event.", "It is counted, and what it stood for is found.", run => Nonsense(run, VenueFaultKind.MalformedEvent, counted: true)),
        new("ERR-13", "Events come with their numbers as texts.", "They mean the same.", async run =>
        {
            await run.ReadyOms();
            using (run.Fault(VenueFaultKind.NumbersAsText, count: 0))
            {
                await run.Working("e-1");
                run.Venue.Fill("e-1");
                await run.Tape.Shown("e-1", OrderStatus.Filled);
            }

            Assert.Equal(0, (await run.Oms!.GetStatus()).OrThrow().UnreadableMessages);
        }),
        new("ERR-14", "Nonsense arrives in place of a command's answer.", "The outcome is unknown or known by the event, never a refusal; the order is found.", async run =>
        {
            var oms = await run.ReadyOms();
            using (run.Fault(VenueFaultKind.MalformedAnswer))
            {
                var answer = await oms.PlaceLimitOrder(run.Limit("e-1")).Within("the answer");
                Assert.NotEqual(CommandOutcome.Rejected, answer.Error?.Outcome);
            }

            await run.Tape.Shown("e-1", OrderStatus.Working);
        }),
    ];

    private static async Task RefusedKey(CardRun run, VenueKey key)
    {
        var oms = run.NewOms(key);
        ExchangeErrorCode[] refusals = [ExchangeErrorCode.AuthenticationFailed, ExchangeErrorCode.SignatureInvalid];
        var error = await run.Refused(oms.Connect(), "the connection");
        Assert.Contains(error.Code, refusals);
        Assert.Equal(ConnectionState.Refused, (await oms.GetStatus()).OrThrow().State);
        Assert.Contains(run.Venue.Venue, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ExchangeErrorCode.NotReady, (await run.Refused(oms.PlaceLimitOrder(run.Limit("e-1")), "an order")).Code);
        var pms = run.Venue.CreatePms(run.Account, key);
        await using (((IAsyncDisposable)pms).ConfigureAwait(false))
            Assert.Contains((await run.Refused(pms.Connect(), "the position connection")).Code, refusals);
        var data = run.Venue.CreateDataFetcher(_ => { }, key);
        await using (((IAsyncDisposable)data).ConfigureAwait(false))
        {
            _ = await data.Connect().Within("the recovery connection");
            Assert.Contains((await run.Refused(data.GetBalances(), "balances")).Code, refusals);
        }
    }

    private static async Task Nonsense(CardRun run, VenueFaultKind kind, bool counted)
    {
        var oms = await run.ReadyOms();
        await run.ReadyPms();
        await run.Working("n-1");
        using var fault = run.Fault(kind, count: 1);
        run.Venue.Fill("n-1", run.Q / 5);
        await fault.Acted.Within("the nonsense being sent");
        await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "n-1" } o && o.CumulativeQuantity == run.Q / 5, "the first fill");
        await run.Account.Position(run.Symbol, run.Q / 5);
        await run.Ready();
        run.Venue.Fill("n-1", run.Q / 5);
        await run.Tape.Entries.First(e => e.Update.Order is { ClientOrderId: "n-1" } o && o.CumulativeQuantity == run.Q / 5 * 2, "both fills");
        var told = new[] { (await oms.GetStatus()).OrThrow(), (await run.Pms!.GetStatus()).OrThrow() };
        Assert.True(!counted || told.Sum(s => s.UnreadableMessages + s.UnknownMessages) > 0, "the nonsense was not counted");
    }
}
