using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>Books and trades.</content>
internal static partial class CardList
{
    private static IEnumerable<Card> Market =>
    [
        new("MKT-01", "A book is subscribed to, and the market moves.", "Every synced book is the venue's, and newer than the one before.", run => WithMarket(run, async (market, tape) =>
        {
            (await market.SubscribeOrderBook(run.Symbol, 10, 0).Within("the subscription")).OrThrow();
            await Stirred(run, tape.Books.First(b => b.State == BookState.Synced, "a synced book"));
            for (var i = 0; i < 5; i++)
            {
                var seen = tape.Books.All.Count;
                await Stirred(run, tape.Books.Next(seen, b => b.State == BookState.Synced, "the next book"));
            }

            var (bids, asks) = run.Venue.TrueBook(run.Symbol);
            await tape.Books.First(b => b.Bids.Take(10).SequenceEqual(bids.Take(10)) && b.Asks.Take(10).SequenceEqual(asks.Take(10)), "the venue's book");
            LawfulBooks(tape);
        })),
        new("MKT-02", "Trades are subscribed to, and the market moves.", "Each arrives once, in order, with price, quantity and the taker's side.", run => WithMarket(run, async (market, tape) =>
        {
            (await market.SubscribeTrades(run.Symbol).Within("the subscription")).OrThrow();
            await Stirred(run, tape.Trades.First(_ => tape.Trades.All.Count >= 3, "some trades"));
            var trades = tape.Trades.All;
            Assert.Equal(trades.Select(t => t.TradeId).Distinct().Count(), trades.Count);
            Assert.All(trades, t => Assert.True(t is { Price: > 0, Quantity: > 0 } && t.Symbol == run.Symbol));
        })),
        new("MKT-03", "Best prices and mark price are subscribed to.", "Both arrive: the bid is below the ask, the mark is near them.", run => WithMarket(run, async (market, tape) =>
        {
            (await market.SubscribeTopOfBook(run.Symbol).Within("the subscription")).OrThrow();
            (await market.SubscribeMarkPrice(run.Symbol).Within("the subscription")).OrThrow();
            var top = await Stirred(run, tape.Tops.First(_ => true, "best prices"));
            Assert.True(top.Bid!.Value.Price < top.Ask!.Value.Price);
            var mark = await Stirred(run, tape.Marks.First(_ => true, "a mark price"));
            Assert.InRange(mark.Mark, top.Bid.Value.Price * 0.95m, top.Ask.Value.Price * 1.05m);
        })),
        new("MKT-04", "An unknown symbol is subscribed to.", "It is refused, naming the symbol.", run => WithMarket(run, async (market, _) =>
        {
            var error = await run.Refused(market.SubscribeOrderBook("NOSUCH"), "the subscription");
            Assert.Equal((ExchangeErrorCode.UnknownSymbol, "symbol"), (error.Code, error.Field));
        })),
        new("MKT-05", "An update of a book is lost.", "No book is shown as synced across the gap; then it is synced again and the venue's.", run => WithMarket(run, async (market, tape) =>
        {
            (await market.SubscribeOrderBook(run.Symbol, 50, 0).Within("the subscription")).OrThrow();
            await Stirred(run, tape.Books.First(b => b.State == BookState.Synced, "a synced book"));
            var seen = tape.Books.All.Count;
            using var fault = run.Fault(VenueFaultKind.LoseBookUpdate);
            await Stirred(run, tape.Books.Next(seen, b => b.State != BookState.Synced, "the gap being seen"));
            seen = tape.Books.All.Count;
            await Stirred(run, tape.Books.Next(seen, b => b.State == BookState.Synced, "a synced book again"));
            LawfulBooks(tape);
        })),
    ];

    private static async Task WithMarket(CardRun run, Func<IExchangeSubscriber, MarketTape, Task> play)
    {
        var tape = new MarketTape();
        var market = run.Venue.CreateSubscriber(tape);
        await using var end = (IAsyncDisposable)market;
        (await market.Connect().Within("the market connection")).OrThrow();
        await play(market, tape);
    }

    /// <summary>Moves the market until something has come.</summary>
    private static async Task<T> Stirred<T>(CardRun run, Task<T> awaited)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100), run.Venue.Time);
        while (!awaited.IsCompleted)
        {
            run.Venue.Stir();
            await Task.WhenAny(awaited, beat.WaitForNextTickAsync().AsTask());
        }

        return await awaited;
    }

    private static void LawfulBooks(MarketTape tape)
    {
        long last = 0;
        foreach (var book in tape.Books.All)
        {
            if (book.State != BookState.Synced)
            {
                last = 0;
                continue;
            }

            Assert.True(book.LastUpdateId >= last, $"book {book.LastUpdateId} after {last}");
            last = book.LastUpdateId;
            Assert.True(book.Bids.IsEmpty || book.Asks.IsEmpty || book.Bids[0].Price < book.Asks[0].Price, "a crossed book was shown as synced");
            Assert.Equal(book.Bids.OrderByDescending(l => l.Price), book.Bids);
            Assert.Equal(book.Asks.OrderBy(l => l.Price), book.Asks);
        }
    }
}
