using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Positions and account live, and what recovery fetches.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Positions =>
    [
        new("POS-01", "A position is opened long, and then sold beyond it.", "Each is published with its sign and its entry price.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            var order = await run.Trade("p-1");
            var held = await run.Account.Position(run.Symbol, run.Q);
            Assert.Equal(decimal.Round(order.AveragePrice!.Value, 4), decimal.Round(held.EntryPrice!.Value, 4));
            await run.Trade("p-2", Side.Sell, run.Q * 3);
            await run.Account.Position(run.Symbol, -run.Q * 2);
        }),
        new("POS-02", "A position is closed.", "It is published as flat: zero, not nothing.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Trade("p-1");
            await run.Account.Position(run.Symbol, run.Q);
            await run.Trade("p-2", Side.Sell);
            await run.Account.Position(run.Symbol, 0);
        }),
        new("POS-03", "A position is turned over by one order.", "Closing and opening are both booked: the position has the other sign.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Trade("p-1");
            await run.Trade("p-2", Side.Sell, run.Q * 2);
            await run.Account.Position(run.Symbol, -run.Q);
        }),
        new("POS-04", "Money comes in.", "The account's update tells the new balance.", async run =>
        {
            var pms = await run.ReadyPms();
            var before = (await pms.GetAccount()).OrThrow().Account.Balances.Sum(b => b.Wallet);
            run.Venue.Deposit(1_000);
            await run.Until(async () => (await pms.GetAccount()).OrThrow().Account.Balances.Sum(b => b.Wallet) == before + 1_000, "the deposit");
            Assert.Contains(run.Account.Accounts.All, a => a.Event == run.Venue.AccountWords.Deposit);
        }),
        new("POS-05", "Funding is paid on a position.", "The balance changes and is told as funding; position and fills do not.", async run =>
        {
            await run.ReadyOms();
            await run.ReadyPms();
            await run.Trade("p-1");
            await run.Account.Position(run.Symbol, run.Q);
            var fills = run.Tape.Updates.Count(u => u.Fill is not null);
            var accounts = run.Account.Accounts.All.Count;
            run.Venue.Fund(0.001m);
            await run.Until(() => Task.FromResult(run.Account.Accounts.All.Skip(accounts).Any(a => a.Event == run.Venue.AccountWords.Funding)), "the funding");
            Assert.Equal(fills, run.Tape.Updates.Count(u => u.Fill is not null));
        }),
        new("POS-06", "The picture of positions is taken while they change.", "It says its place in the stream, and what follows goes on from there.", async run =>
        {
            await run.ReadyOms();
            var pms = await run.ReadyPms();
            await run.Trade("p-1");
            await run.Account.Position(run.Symbol, run.Q);
            var picture = (await pms.GetPositions()).OrThrow();
            Assert.Equal(run.Account.LastPositionPlace.Seq, picture.Seq);
            Assert.Equal(run.Q, picture.Positions.Single(p => p.Symbol == run.Symbol).Quantity);
        }),
        new("POS-07", "Events of the account are lost, and the connection is asked to reconcile.", "What differs is published; asked again, nothing is.", async run =>
        {
            await run.ReadyOms();
            var pms = await run.ReadyPms();
            using (run.Fault(VenueFaultKind.LoseEvent, count: 0))
            {
                _ = await run.Oms!.PlaceMarketOrder(run.Market("p-1")).Within("the place");
                await run.Venue.WhenReceived("p-1", VenueCommand.Place).Within("the place");
            }

            (await pms.Reconcile().Within("the reconciliation")).OrThrow();
            await run.Account.Position(run.Symbol, run.Q);
            var told = run.Account.Positions.All.Count;
            (await pms.Reconcile().Within("the reconciliation")).OrThrow();
            Assert.Equal(told, run.Account.Positions.All.Count);
            _ = await run.Oms!.GetOrder(run.Key("p-1")).Within("the order");
        }),
    ];

    private static IEnumerable<Card> Recovery =>
    [
        new("DAT-01", "Account, balances and positions are fetched.", "They are the venue's.", async run =>
        {
            await run.ReadyOms();
            await run.Trade("d-1");
            var data = await run.ReadyData();
            var positions = (await data.GetPositions().Within("positions")).OrThrow();
            Assert.Equal(run.Venue.Truth().Positions.Select(p => (p.Symbol, p.Quantity)), positions.Select(p => (p.Symbol, p.Quantity)));
            var balances = (await data.GetBalances().Within("balances")).OrThrow();
            Assert.Contains(balances, b => b.Wallet > 0);
            Assert.NotEmpty((await data.GetAccountInfo().Within("the account")).OrThrow().Balances);
        }),
        new("DAT-02", "Open orders are fetched, a conditional one among them.", "All are there, with their ids and states.", async run =>
        {
            var oms = await run.ReadyOms();
            await run.Working("d-1");
            (await oms.PlaceStopOrder(new StopOrderRequest { Symbol = run.Symbol, Side = Side.Buy, Quantity = run.Q, TriggerPrice = run.High, ClientOrderId = "d-2" }).Within("the stop")).OrThrow();
            var data = await run.ReadyData();
            var open = (await data.GetOpenOrders().Within("open orders")).OrThrow();
            Assert.Equal([("d-1", OrderStatus.Working), ("d-2", OrderStatus.Untriggered)], open.Select(o => (o.ClientOrderId, o.Status)).Order());
        }),
        new("DAT-03", "Fills and orders of the past are fetched page by page.", "Each is there once, and the pages end.", async run =>
        {
            await run.ReadyOms();
            for (var i = 1; i <= 5; i++)
                await run.Trade($"d-{i}", i % 2 == 0 ? Side.Sell : Side.Buy);
            var data = await run.ReadyData();
            var fills = await Pages(c => data.GetFills(new HistoryQuery { Symbol = run.Symbol, Limit = 2, Cursor = c }));
            Assert.Equal(run.Venue.Truth().Fills.Select(f => (f.VenueOrderId, f.TradeId)).Order(), fills.Select(f => (f.VenueOrderId, f.TradeId)).Order());
            var orders = await Pages(c => data.GetOrderHistory(new HistoryQuery { Symbol = run.Symbol, Limit = 2, Cursor = c }));
            Assert.Equal(["d-1", "d-2", "d-3", "d-4", "d-5"], orders.Select(o => o.ClientOrderId).Order(StringComparer.Ordinal));
        }),
        new("DAT-04", "Instruments, the venue's time and a mark price are fetched.", "The instrument has its grid; time and mark are plausible.", async run =>
        {
            var data = await run.ReadyData();
            var instrument = (await data.GetInstruments().Within("instruments")).OrThrow().Single(i => i.Symbol == run.Symbol);
            Assert.Equal((run.Venue.Tick, true), (instrument.TickSize, instrument.IsTrading));
            Assert.InRange((await data.GetServerTime().Within("the time")).OrThrow().Offset, TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(30));
            var (bid, ask) = run.Venue.Best(run.Symbol);
            Assert.InRange((await data.GetMarkPrice(run.Symbol).Within("the mark")).OrThrow().Mark, bid * 0.98m, ask * 1.02m);
        }),
        new("DAT-05", "One order is fetched by either of its ids, and one that does not exist.", "The order as the venue has it; the other is not found.", async run =>
        {
            await run.ReadyOms();
            var order = await run.Working("d-1");
            var data = await run.ReadyData();
            Assert.Equal(order.VenueOrderId, (await data.GetOrder(run.Key("d-1")).Within("by our id")).OrThrow().VenueOrderId);
            Assert.Equal("d-1", (await data.GetOrder(new OrderKey { Symbol = run.Symbol, VenueOrderId = order.VenueOrderId }).Within("by the venue's id")).OrThrow().ClientOrderId);
            Assert.Equal(ExchangeErrorCode.OrderNotFound, (await run.Refused(data.GetOrder(run.Key("nobody-7")), "an order that does not exist")).Code);
        }),
    ];

    private static async Task<List<T>> Pages<T>(Func<string?, Task<Result<HistoryPage<T>>>> fetch)
    {
        var all = new List<T>();
        string? cursor = null;
        for (var pages = 0; pages < 100; pages++)
        {
            var page = (await fetch(cursor).Within("a page")).OrThrow();
            all.AddRange(page.Items);
            cursor = page.Next;
            if (cursor is null)
                return all;
        }

        Assert.Fail("the pages do not end");
        return all;
    }
}
