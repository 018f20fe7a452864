using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Connecting, and what a connection says of itself.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Connecting =>
    [
        new("CON-01", "All four roles are connected.", "Each is ready, and its states led there one after another.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.ReadyData();
            var tape = new MarketTape();
            await using var market = (IAsyncDisposable)run.Venue.CreateSubscriber(tape);
            Assert.True((await ((IExchangeSubscriber)market).Connect().Within("the market connection")).OrThrow().IsReady);
            Assert.Equal(ConnectionState.Ready, run.Tape.States.All[^1].State);
            Assert.Contains(run.Tape.States.All, s => s.State == ConnectionState.Connecting);
        }),
        new("CON-02", "The order connection is made with the venue's other kind of key.", "Orders are placed and cancelled as with the usual one.", async run =>
        {
            var oms = await run.ReadyOms(VenueKey.OtherKind);
            await run.Working("a-1");
            await run.Cancelled(oms, "a-1");
        }),
        new("CON-03", "An order is given before the connection is made.", "It is refused as not ready, provably not sent, and may be tried again.", async run =>
        {
            var oms = run.NewOms();
            var error = await run.Refused(oms.PlaceLimitOrder(run.Limit("a-1")), "the order");
            Assert.Equal((ExchangeErrorCode.NotReady, CommandOutcome.Rejected), (error.Code, error.Outcome!.Value));
            Assert.Equal(0, run.Venue.CountReceived("a-1", VenueCommand.Place));
            (await oms.Connect().Within("the connection")).OrThrow();
        }),
        new("CON-04", "The connection is closed with working orders, and made again.", "The orders work on at the venue, none is taken meanwhile, and they are known again afterwards.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("a-1");
            (await oms.Disconnect().Within("the end")).OrThrow();
            Assert.True(run.Venue.Truth().Order("a-1")!.IsOpen);
            await run.Refused(oms.PlaceLimitOrder(run.Limit("a-2")), "an order meanwhile");
            run.Venue.Fill("a-1", run.Q / 10);
            (await oms.Connect().Within("the connection")).OrThrow();
            Assert.Equal(run.Q / 10, (await run.Tape.Event("a-1", OrderEvent.Filled)).Order.CumulativeQuantity);
        }),
        new("CON-05", "The order connection is asked what the venue offers.", "Types, times in force, the form of client order ids and the history's reach are told.", async run =>
        {
            var oms = await run.ReadyOms();
            var told = (await oms.GetCapabilities()).OrThrow();
            Assert.Equal(run.Venue.Venue, told.Exchange);
            Assert.Contains(OrderType.Limit, told.OrderTypes);
            Assert.Contains(TimeInForce.GoodTillCancelled, told.TimesInForce);
            Assert.NotEmpty(told.ClientOrderIdForm);
            Assert.Matches(told.ClientOrderIdPattern, "7");
        }),
    ];
}
