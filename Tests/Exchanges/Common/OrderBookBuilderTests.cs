using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

/// <summary>The book against an obvious one, over random venues, losses and snapshots.</summary>
public sealed class OrderBookBuilderTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_synced_book_is_the_venues_book_whatever_was_lost_repeated_or_fetched_when()
    {
        var synced = 0;
        var gaps = 0L;
        Prop.ForAll(ArbMap.Default.GeneratorFor<int>().ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var venue = new Venue(random);
            var book = new OrderBookBuilder(new BinanceBookChain(acceptBoundary: random.Next(2) == 0), snapshotLimit: int.MaxValue, bufferLimit: 20);
            var pastSnapshots = new List<(long Id, PriceLevel[] Bids, PriceLevel[] Asks)>();
            Change? before = null;
            for (var i = 0; i < 120; i++)
            {
                var change = venue.Step();
                var lost = random.Next(20) == 0;
                if (!lost)
                {
                    book.OnChange(change.Ids, change.Bids, change.Asks, _now, _now);
                    Check(book, venue, ref synced);
                    if (before is not null && random.Next(15) == 0)
                    {
                        Assert.NotEqual(BookStep.Gap, book.OnChange(before.Ids, before.Bids, before.Asks, _now, _now));
                        Check(book, venue, ref synced);
                    }

                    before = change;
                }

                pastSnapshots.Add(venue.Snapshot());
                if (!book.NeedsSnapshot || random.Next(3) > 0)
                    continue;

                // A snapshot of some moments ago: its answer was under way while changes arrived.
                var (id, bids, asks) = pastSnapshots[Math.Max(0, pastSnapshots.Count - 1 - random.Next(6))];
                book.OnSnapshot(id, bids, asks);
                Check(book, venue, ref synced);
            }

            gaps += book.Gaps;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
        Assert.True(synced > 5000, $"the books were synced {synced} times only: the test sees too little");
        Assert.True(gaps > 300, $"there were {gaps} gaps only: the test sees too little");
    }

    /// <summary>Empty unless synced; if synced, exactly what the venue has, or had when the last change was made.</summary>
    private static void Check(OrderBookBuilder book, Venue venue, ref int synced)
    {
        if (!book.IsSynced)
        {
            Assert.Empty(book.TopBids(int.MaxValue));
            Assert.Empty(book.TopAsks(int.MaxValue));
            return;
        }

        synced++;
        var (bids, asks) = venue.BookAt(book.LastUpdateId);
        Assert.Equal(bids, book.TopBids(int.MaxValue));
        Assert.Equal(asks, book.TopAsks(int.MaxValue));
        Assert.Equal(bids.Take(3), book.TopBids(3));
        if (bids.Length > 0 && asks.Length > 0)
            Assert.True(bids[0].Price < asks[0].Price);
    }

    private sealed record Change(UpdateIds Ids, PriceLevel[] Bids, PriceLevel[] Asks);

    /// <summary>A venue that moves its book, with ids that have holes; remembers its book after each message.</summary>
    private sealed class Venue(Random random)
    {
        private readonly SortedDictionary<decimal, decimal> _bids = [];
        private readonly SortedDictionary<decimal, decimal> _asks = [];
        private readonly Dictionary<long, (PriceLevel[] Bids, PriceLevel[] Asks)> _history = [];
        private long _id = 1000;
        private decimal _middle = 100;

        public Change Step()
        {
            var previous = _id;
            var first = previous + 1 + random.Next(4);
            _id = first + random.Next(5);
            _middle += random.Next(-2, 3);
            var bids = new Dictionary<decimal, decimal>();
            var asks = new Dictionary<decimal, decimal>();
            foreach (var price in _bids.Keys.Where(p => p >= _middle).ToList())
                bids[price] = 0;
            foreach (var price in _asks.Keys.Where(p => p <= _middle).ToList())
                asks[price] = 0;
            for (var i = random.Next(4); i > 0; i--)
                bids[_middle - random.Next(1, 12)] = random.Next(4);
            for (var i = random.Next(4); i > 0; i--)
                asks[_middle + random.Next(1, 12)] = random.Next(4);
            Apply(_bids, bids);
            Apply(_asks, asks);
            _history[_id] = ([.. _bids.Reverse().Select(Level)], [.. _asks.Select(Level)]);
            return new Change(new UpdateIds(first, _id, previous), [.. bids.Select(Level)], [.. asks.Select(Level)]);
        }

        public (long Id, PriceLevel[] Bids, PriceLevel[] Asks) Snapshot() => (_id, _history[_id].Bids, _history[_id].Asks);

        public (PriceLevel[] Bids, PriceLevel[] Asks) BookAt(long id) => _history[id];

        private static void Apply(SortedDictionary<decimal, decimal> side, Dictionary<decimal, decimal> changes)
        {
            foreach (var (price, quantity) in changes)
            {
                if (quantity == 0)
                    side.Remove(price);
                else
                    side[price] = quantity;
            }
        }

        private static PriceLevel Level(KeyValuePair<decimal, decimal> level) => new(level.Key, level.Value);
    }
}
