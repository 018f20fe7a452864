using System.Collections.Immutable;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>How books chain, which stream serves what, and the book against an obvious one over random losses and sockets.</summary>
public sealed class GrvtBookTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Changes_chain_by_what_the_numbers_said_and_not_by_their_time()
    {
        var chain = new GrvtBookChain();
        Assert.Equal(ChainStep.Apply, chain.Next(100, GrvtBookChain.Ids(200, isGap: false)));
        Assert.Equal(ChainStep.Apply, chain.Next(100, GrvtBookChain.Ids(100, isGap: false)));
        Assert.Equal(ChainStep.Gap, chain.Next(100, GrvtBookChain.Ids(200, isGap: true)));
        Assert.Equal(ChainStep.Gap, chain.First(100, GrvtBookChain.Ids(200, isGap: true)));
    }

    [Theory]
    [InlineData(20, 0, "v1.book.d X@50", false)]
    [InlineData(20, 99, "v1.book.d X@50", false)]
    [InlineData(20, 100, "v1.book.d X@100", false)]
    [InlineData(20, 499, "v1.book.d X@100", false)]
    [InlineData(10, 500, "v1.book.s X@500-10", true)]
    [InlineData(11, 999, "v1.book.s X@500-50", true)]
    [InlineData(51, 1000, "v1.book.s X@1000-100", true)]
    [InlineData(100, 60_000, "v1.book.s X@1000-100", true)]
    [InlineData(101, 500, "v1.book.d X@500", false)]
    [InlineData(500, 5000, "v1.book.d X@1000", false)]
    public void The_plan_takes_the_stream_that_serves_best(int topN, int frequencyMs, string stream, bool picture)
    {
        var plan = GrvtBookPlan.For("X", new StreamDemand(topN, frequencyMs, null), new GrvtOptions());
        Assert.Equal((stream, picture), (plan.Stream, plan.IsPicture));
        Assert.True(plan.Depth >= topN);
    }

    [Fact]
    public void Settings_overrule_the_plan()
    {
        var demand = new StreamDemand(5, 500, null);
        Assert.Equal("v1.book.d X@500", GrvtBookPlan.For("X", demand, new GrvtOptions { BookSource = "diff" }).Stream);
        Assert.Equal("v1.book.d X@1000", GrvtBookPlan.For("X", demand, new GrvtOptions { BookSource = "diff", BookRateMs = 1000 }).Stream);
        Assert.Equal("v1.book.s X@500-500", GrvtBookPlan.For("X", new StreamDemand(500, 0, null), new GrvtOptions { BookSource = "partial" }).Stream);
    }

    /// <summary>Rates and depths that the venue does not have are refused by name.</summary>
    [Theory]
    [InlineData(nameof(GrvtOptions.BookRateMs))]
    [InlineData(nameof(GrvtOptions.TopOfBookRateMs))]
    [InlineData(nameof(GrvtOptions.MarkPriceRateMs))]
    [InlineData(nameof(GrvtOptions.LatestTrades))]
    public void Settings_that_the_venue_does_not_have_are_refused(string key)
    {
        var options = new GrvtOptions();
        typeof(GrvtOptions).GetProperty(key)!.SetValue(options, 250);
        var error = Assert.Single(options.Validate());
        Assert.StartsWith($"Exchange:Grvt:{key}: 250 is none of ", error, StringComparison.Ordinal);
    }

    /// <summary>
    /// A venue whose messages are lost, unreadable, repeated, and sent by a second socket that numbers and cuts its changes otherwise: a book that calls itself synced is
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
            using var feed = new BookFeed("grvt", "X", new GrvtBookSource(new GrvtOptions()), host, host, TimeProvider.System);
            feed.SetDemand(new StreamDemand(500, 0, null));
            var processor = new GrvtMarketDataProcessor();
            processor.Add(feed.Handlers.Single());
            List<Subscription> sockets = [new(1, venue)];
            processor.OnReply(sockets[0].Acknowledgement(), 1);
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
                        if (random.Next(40) == 0)
                        {
                            Assert.Equal(FrameKind.Unreadable, processor.OnFrame(Bytes(message).AsSpan()[..^9], socket.Link, _now, out _));
                            continue;
                        }

                        Assert.Equal(FrameKind.Data, processor.OnFrame(Bytes(message), socket.Link, _now, out _));
                        if (random.Next(15) == 0)
                            processor.OnFrame(Bytes(message), socket.Link, _now, out _);
                    }
                }

                // The socket is replaced: both deliver for a while.
                if (sockets.Count == 1 && random.Next(20) == 0)
                {
                    sockets.Add(new Subscription(next++, venue));
                    processor.OnReply(sockets[^1].Acknowledgement(), sockets[^1].Link);
                }
                else if (sockets.Count == 2 && random.Next(6) == 0)
                    sockets.RemoveAt(0);

                // What the connection does when a snapshot is needed: the channel starts anew on the newest socket.
                if (host.Wanted is not null && random.Next(3) == 0)
                {
                    host.Wanted = null;
                    processor.OnReply("""{"stream":"v1.book.d","unsubs":["X@50"]}"""u8, sockets[^1].Link);
                    sockets[^1].Renew();
                    processor.OnReply(sockets[^1].Acknowledgement(), sockets[^1].Link);
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

    /// <summary>Writes a message as the venue does, so that the reading is tried as well.</summary>
    private static byte[] Bytes(Message message) => System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant(
        $"{{\"stream\":\"v1.book.d\",\"selector\":\"X@50\",\"sequence_number\":\"{message.Number}\",\"feed\":{{\"event_time\":\"{message.Id}\",\"instrument\":\"X\",\"bids\":[{Levels(message.Bids)}],\"asks\":[{Levels(message.Asks)}]}},\"prev_sequence_number\":\"{message.Previous}\"}}"));

    private static string Levels(IEnumerable<PriceLevel> levels) => string.Join(",", levels.Select(l =>
        FormattableString.Invariant($"{{\"price\":\"{l.Price}.0\",\"size\":\"{l.Quantity}\",\"num_orders\":1}}")));

    private sealed record Message(long Number, long Previous, long Id, ImmutableArray<PriceLevel> Bids, ImmutableArray<PriceLevel> Asks);

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
        private long _number = 1000 * link;

        public int Link => link;

        /// <summary>The result of a subscribe call: it tells the number of the first change, which may be lost.</summary>
        public byte[] Acknowledgement() => System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{{\"stream\":\"v1.book.d\",\"subs\":[\"X@50\"],\"unsubs\":[],\"num_snapshots\":[1],\"first_sequence_number\":[\"{_number + 1}\"],\"latest_sequence_number\":[\"{_number}\"]}}"));

        public void Renew()
        {
            _sent = 0;
            _number += 77;
        }

        public IEnumerable<Message> Messages()
        {
            var id = venue.LastId;
            if (_sent == id)
                yield break;
            var (bids, asks) = venue.BookAt(id);
            if (_sent == 0)
            {
                yield return new Message(0, 0, id, bids, asks);
            }
            else
            {
                var (oldBids, oldAsks) = venue.BookAt(_sent);
                yield return new Message(++_number, _number - 1, id, Difference(oldBids, bids), Difference(oldAsks, asks));
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

            // The cluster's time.
            LastId += _random.Next(1, 90);
            _history[LastId] = ([.. _bids.Reverse().Select(l => new PriceLevel(l.Key, l.Value))], [.. _asks.Select(l => new PriceLevel(l.Key, l.Value))]);
        }
    }
}
