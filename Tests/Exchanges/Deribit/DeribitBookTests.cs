using System.Collections.Immutable;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>How books chain, which channel serves what, and the book against an obvious one over random losses and sockets.</summary>
public sealed class DeribitBookTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("next, far beyond + 1", 173, 100, ChainStep.Apply)]
    [InlineData("gap", 201, 190, ChainStep.Gap)]
    [InlineData("repeated", 100, 90, ChainStep.Skip)]
    [InlineData("older", 95, 90, ChainStep.Skip)]
    [InlineData("overlapping", 173, 95, ChainStep.Gap)]
    public void Changes_chain_by_what_they_say_came_before(string what, long id, long previous, ChainStep expected)
    {
        Assert.True(new DeribitBookChain().Next(100, new UpdateIds(0, id, previous)) == expected, what);
        Assert.True(new DeribitBookChain().First(100, new UpdateIds(0, id, previous)) == expected, what);
    }

    [Theory]
    [InlineData(20, 100, true, "book.X.none.20.100ms")]
    [InlineData(1, 100, true, "book.X.none.1.100ms")]
    [InlineData(2, 250, false, "book.X.none.10.100ms")]
    [InlineData(11, 1000, true, "book.X.none.20.agg2")]
    [InlineData(21, 100, true, "book.X.100ms")]
    [InlineData(21, 5000, true, "book.X.agg2")]
    [InlineData(20, 0, true, "book.X.raw")]
    [InlineData(20, 99, true, "book.X.raw")]
    [InlineData(20, 0, false, "book.X.100ms")]
    [InlineData(1000, 0, true, "book.X.raw")]
    public void The_plan_takes_the_channel_that_serves_best(int topN, int frequencyMs, bool authenticated, string channel)
    {
        var plan = DeribitBookPlan.For("X", new StreamDemand(topN, frequencyMs, null), new DeribitOptions(), authenticated);
        Assert.Equal((channel, channel.Contains("none", StringComparison.Ordinal)), (plan.Stream, plan.IsPicture));
        Assert.True(plan.Depth >= topN);
    }

    [Fact]
    public void Settings_overrule_the_plan()
    {
        var demand = new StreamDemand(5, 500, null);
        Assert.Equal("book.X.100ms", DeribitBookPlan.For("X", demand, new DeribitOptions { BookSource = "diff" }, true).Stream);
        Assert.Equal("book.X.raw", DeribitBookPlan.For("X", demand, new DeribitOptions { BookSource = "diff", BookInterval = "raw" }, true).Stream);
        Assert.Equal("book.X.none.10.100ms", DeribitBookPlan.For("X", new StreamDemand(5, 0, null), new DeribitOptions { BookSource = "partial" }, true).Stream);
    }

    /// <summary>
    /// A venue whose messages are lost, repeated, and sent by a second socket that cuts its changes elsewhere: a book that calls itself synced is
    /// always what the venue had at that id, and ids never go back.
    /// </summary>
    [Fact]
    public void A_synced_book_is_the_venues_book_whatever_was_lost_repeated_or_sent_by_two_sockets()
    {
        var synced = 0;
        long gaps = 0, switched = 0;
        Prop.ForAll(ArbMap.Default.GeneratorFor<int>().ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var venue = new Venue(random);
            var host = new Host();
            using var feed = new BookFeed("deribit", "X", new Source(), host, host, TimeProvider.System);
            feed.SetDemand(new StreamDemand(1000, 0, null));
            var handler = feed.Handlers.Single();
            List<Subscription> sockets = [new(1, venue)];
            var next = 2;
            for (var i = 0; i < 150; i++)
            {
                venue.Step();
                foreach (var socket in sockets.ToList())
                {
                    if (random.Next(3) == 0)
                        continue; // gathers more into its next message
                    foreach (var message in socket.Messages())
                    {
                        if (random.Next(25) == 0)
                            continue; // lost
                        Send(handler, message, socket.Link);
                        if (random.Next(15) == 0)
                            Send(handler, message, socket.Link);
                    }
                }

                // The socket is replaced: both deliver for a while.
                if (sockets.Count == 1 && random.Next(20) == 0)
                    sockets.Add(new Subscription(next++, venue));
                else if (sockets.Count == 2 && random.Next(6) == 0)
                    sockets.RemoveAt(0);

                // What the connection does when a snapshot is needed: the channel starts anew on the newest socket.
                if (host.Wanted is not null && random.Next(3) == 0)
                {
                    host.Wanted = null;
                    sockets[^1].Renew();
                }
            }

            gaps += feed.Resyncs;
            switched += next - 2;
            long last = 0;
            foreach (var book in host.Books)
            {
                if (book.State != BookState.Synced)
                {
                    Assert.Empty(book.Bids);
                    Assert.Empty(book.Asks);
                    last = 0;
                    continue;
                }

                synced++;
                var (bids, asks) = venue.BookAt(book.LastUpdateId);
                Assert.Equal(bids, book.Bids);
                Assert.Equal(asks, book.Asks);
                Assert.True(book.LastUpdateId >= last, $"from {last} back to {book.LastUpdateId}");
                last = book.LastUpdateId;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
        Assert.True(synced > 5000, $"the books were synced {synced} times only: the test sees too little");
        Assert.True(gaps > 200, $"there were {gaps} gaps only: the test sees too little");
        Assert.True(switched > 200, $"there were {switched} replacements only: the test sees too little");
    }

    private static void Send(StreamHandler handler, Message message, int link)
    {
        lock (handler.Gate)
        {
            Assert.True(Relay.TryRead(handler, message));
            handler.LastLink = link;
            handler.Apply(_now);
        }
    }

    /// <summary>Writes a message as the venue does, so that the reading is tried as well.</summary>
    private static class Relay
    {
        public static bool TryRead(StreamHandler handler, Message message)
        {
            var text = FormattableString.Invariant(
                $"{{\"type\":\"{(message.IsSnapshot ? "snapshot" : "change")}\",\"timestamp\":1789000031000,\"change_id\":{message.Id}{(message.IsSnapshot ? "" : $",\"prev_change_id\":{message.Previous}")},\"bids\":[{Levels(message.Bids)}],\"asks\":[{Levels(message.Asks)}]}}");
            var json = new Utf8Scanner(System.Text.Encoding.UTF8.GetBytes(text));
            return handler.TryRead(ref json) && json.AtEnd;
        }

        private static string Levels(IEnumerable<PriceLevel> levels) => string.Join(",", levels.Select(l =>
            FormattableString.Invariant($"[\"{(l.Quantity == 0 ? "delete" : "change")}\",{l.Price}.0,{l.Quantity}.0]")));
    }

    private sealed record Message(bool IsSnapshot, long Previous, long Id, ImmutableArray<PriceLevel> Bids, ImmutableArray<PriceLevel> Asks);

    private sealed class Source : IBookVenue
    {
        public BookPlan PlanFor(string symbol, StreamDemand demand) => new("book.X.100ms", false, 1000);

        public BookSource NewSource(BookPlan plan) => new StreamedBook(plan, new DeribitBookChain());

        public BookMessage NewMessage() => new DeribitBookMessage();
    }

    private sealed class Host : IMarketDataSink, IBookHost
    {
        public List<OrderBook> Books { get; } = [];

        public BookSource? Wanted { get; set; }

        public void OnOrderBook(OrderBook book) => Books.Add(book);

        public void OnTrade(Trade trade)
        {
        }

        public void OnTopOfBook(TopOfBook top)
        {
        }

        public void OnMarkPrice(MarkPrice mark)
        {
        }

        public void OnStatus(ConnectionStatus status)
        {
        }

        public void OnSnapshotNeeded(BookFeed feed, BookSource book) => Wanted = book;

        public void OnStreamsChanged(BookFeed feed)
        {
        }

        public void OnResync(BookFeed feed, string reason)
        {
        }
    }

    /// <summary>One socket's subscription: a snapshot, then changes that are gathered as it likes.</summary>
    private sealed class Subscription(int link, Venue venue)
    {
        private long _sent;

        public int Link => link;

        public void Renew() => _sent = 0;

        public IEnumerable<Message> Messages()
        {
            var id = venue.LastId;
            if (_sent == id)
                yield break;
            var (bids, asks) = venue.BookAt(id);
            if (_sent == 0)
            {
                yield return new Message(true, 0, id, bids, asks);
            }
            else
            {
                var (oldBids, oldAsks) = venue.BookAt(_sent);
                yield return new Message(false, _sent, id, Difference(oldBids, bids), Difference(oldAsks, asks));
            }

            _sent = id;
        }

        private static ImmutableArray<PriceLevel> Difference(ImmutableArray<PriceLevel> before, ImmutableArray<PriceLevel> after) =>
            [.. after.Except(before), .. before.Where(b => !after.Any(a => a.Price == b.Price)).Select(b => b with { Quantity = 0 })];
    }

    /// <summary>An obvious book with all its history.</summary>
    private sealed class Venue
    {
        private readonly Random _random;
        private readonly Dictionary<long, (ImmutableArray<PriceLevel> Bids, ImmutableArray<PriceLevel> Asks)> _history = [];
        private readonly SortedDictionary<decimal, decimal> _bids = [];
        private readonly SortedDictionary<decimal, decimal> _asks = [];

        public Venue(Random random)
        {
            _random = random;
            Step();
        }

        public long LastId { get; private set; } = 140_000_000_000;

        public (ImmutableArray<PriceLevel> Bids, ImmutableArray<PriceLevel> Asks) BookAt(long id) => _history[id];

        public void Step()
        {
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                var isBid = _random.Next(2) == 0;
                var side = isBid ? _bids : _asks;
                var price = isBid ? 100m - _random.Next(8) : 101m + _random.Next(8);
                if (_random.Next(3) == 0)
                    side.Remove(price);
                else
                    side[price] = _random.Next(1, 50);
            }

            // Ids are shared with other books.
            LastId += _random.Next(1, 90);
            _history[LastId] = ([.. _bids.Reverse().Select(l => new PriceLevel(l.Key, l.Value))], [.. _asks.Select(l => new PriceLevel(l.Key, l.Value))]);
        }
    }
}
