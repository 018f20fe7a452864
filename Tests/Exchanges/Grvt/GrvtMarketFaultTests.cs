using System.Collections.Concurrent;
using System.Globalization;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>
/// The connector against the simulated venue while market-data faults are switched on: books end synced and right, what is published as
/// synced was the venue's book at that time, and where a fault broke the book it was shown as broken.
/// </summary>
public sealed class GrvtMarketFaultTests
{
    private const string Symbol = "BTC_USDT_Perp";
    private const string Changes = "v1.book.d";

    [Theory]
    [InlineData(nameof(FaultKind.SkipSequence), true, "full")]
    [InlineData(nameof(FaultKind.LoseFrame), true, "full")]
    [InlineData(nameof(FaultKind.MalformedFrame), true, "full")]
    [InlineData(nameof(FaultKind.TruncatedJson), true, "full")]
    [InlineData(nameof(FaultKind.NullFields), true, "full")]
    [InlineData(nameof(FaultKind.CrossedBook), true, "full")]
    [InlineData(nameof(FaultKind.DropSocket), true, "full")]
    [InlineData(nameof(FaultKind.SessionCut), true, "full")]
    [InlineData(nameof(FaultKind.Silence), true, "full")]
    [InlineData(nameof(FaultKind.DuplicateFrame), false, "full")]
    [InlineData(nameof(FaultKind.HugeFrame), false, "full")]
    [InlineData(nameof(FaultKind.NestedJson), false, "full")]
    [InlineData(nameof(FaultKind.UnknownEvent), false, "full")]
    [InlineData(nameof(FaultKind.SkipSequence), true, "lite")]
    [InlineData(nameof(FaultKind.CrossedBook), true, "lite")]
    public async Task A_fault_is_shown_if_it_breaks_the_book_and_mended(string kind, bool breaks, string encoding)
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Grvt = new GrvtSimulatorOptions { Symbols = [Symbol] }, Runs = false, Seed = 11 },
            TestContext.Current.CancellationToken);
        await using var pump = new Pump(simulator);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(
            new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri, Encoding = encoding, SocketStaleMs = 20_000, BookStaleMs = 1_000 }, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        (await connector.SubscribeOrderBook(Symbol, 20, 0, cancellationToken: TestContext.Current.CancellationToken).Within("the subscription")).OrThrow();
        pump.Start();
        await sink.Books.First(b => b.State == BookState.Synced, "the first synced book");

        var lasts = kind == nameof(FaultKind.Silence);
        var onSocket = kind is nameof(FaultKind.DropSocket) or nameof(FaultKind.SessionCut);
        var from = sink.Books.All.Count;
        var fault = simulator.AddFault(new Fault { Venue = GrvtVenue.VenueName, Kind = Enum.Parse<FaultKind>(kind), Stream = onSocket ? null : Changes, Count = lasts ? 0 : 1 });
        if (lasts)
            await sink.Books.Next(from, b => b.State == BookState.Stale, "the silent book to be shown as stale");
        else
            await fault.Exhausted.Within($"{kind} to happen");
        simulator.ClearFaults();
        if (breaks)
            await sink.Books.Next(from, b => b.State != BookState.Synced, $"{kind} to be shown");
        var after = pump.Now;
        var seen = 0;
        await sink.Books.Next(from, b => b.State == BookState.Synced && b.LastUpdateId > after && ++seen == 20, $"twenty synced books beyond {kind}");
        var books = sink.Books.All;
        Assert.Equal(breaks, books.Skip(from).Any(b => b.State != BookState.Synced));
        var checkedBooks = books.Where(b => b.State == BookState.Synced).Count(pump.IsTrue);
        Assert.True(checkedBooks > 5, $"only {checkedBooks} books could be compared with the venue's");
    }

    /// <summary>All kinds of data, as the venue sends them, in both encodings.</summary>
    [Theory]
    [InlineData("full")]
    [InlineData("lite")]
    public async Task Everything_is_had_from_the_simulated_venue(string encoding)
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Grvt = new GrvtSimulatorOptions(), Seed = 11 }, TestContext.Current.CancellationToken);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri, Encoding = encoding }, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        var instruments = (await connector.GetInstruments(TestContext.Current.CancellationToken)).OrThrow();
        Assert.Contains(instruments, i => i.Kind == InstrumentKind.Perpetual);
        (await connector.SubscribeOrderBook(Symbol, 10, 500, cancellationToken: TestContext.Current.CancellationToken).Within("a picture")).OrThrow();
        (await connector.SubscribeTrades(Symbol, cancellationToken: TestContext.Current.CancellationToken).Within("trades")).OrThrow();
        (await connector.SubscribeTopOfBook(Symbol, cancellationToken: TestContext.Current.CancellationToken).Within("quotes")).OrThrow();
        (await connector.SubscribeMarkPrice(Symbol, cancellationToken: TestContext.Current.CancellationToken).Within("mark prices")).OrThrow();
        var book = await sink.Books.First(b => b.State == BookState.Synced, "a book");
        Assert.Equal((10, 10), (book.Bids.Length, book.Asks.Length));
        await sink.Trades.First(t => t.Quantity > 0, "a trade");
        await sink.Tops.First(t => t.Bid is not null && t.Ask is not null, "a quote");
        Assert.NotNull((await sink.Marks.First(m => m.Mark > 0, "a mark price")).FundingRate);
        var status = (await connector.GetStatus(TestContext.Current.CancellationToken)).OrThrow();
        Assert.Equal((ConnectionState.Ready, 0L, 0L), (status.State, status.UnknownMessages, status.UnreadableMessages));
    }

    /// <summary>An acknowledgement that does not come: the streams are taken back, asked for again, and what they bring is right.</summary>
    [Fact]
    public async Task A_missing_acknowledgement_is_made_good()
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Seed = 11 }, TestContext.Current.CancellationToken);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri, PulseSymbol = "", CommandTimeoutMs = 500 }, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        var lost = simulator.AddFault(new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.SwallowAck, Count = 1 });
        (await connector.SubscribeOrderBook(Symbol, 20, 0, cancellationToken: TestContext.Current.CancellationToken).Within("the subscription")).OrThrow();
        await lost.Exhausted.Within("the acknowledgement to be lost");
        var from = sink.Books.All.Count;
        var seen = 0;
        await sink.Books.Next(from, b => b.State == BookState.Synced && ++seen == 5, "synced books");
        var status = (await connector.GetStatus(TestContext.Current.CancellationToken)).OrThrow();
        Assert.Equal((ConnectionState.Ready, 0L), (status.State, status.Reconnects));
    }

    /// <summary>The pulse is refused where its instrument does not exist: it is done without.</summary>
    [Fact]
    public async Task A_venue_without_the_instrument_of_the_pulse_serves_all_the_same()
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Seed = 11 }, TestContext.Current.CancellationToken);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri, PulseSymbol = "NO_SUCH_Perp" }, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        (await connector.SubscribeTopOfBook(Symbol, cancellationToken: TestContext.Current.CancellationToken).Within("best prices")).OrThrow();
        await sink.Tops.First(t => t.Bid is not null && t.Ask is not null, "best prices");
    }

    /// <summary>Trades that happen while there is no socket are told when the next one begins: each once, and in order.</summary>
    [Fact]
    public async Task Trades_of_a_break_are_told_behind_it()
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Grvt = new GrvtSimulatorOptions { Symbols = [Symbol] }, Runs = false, Seed = 11 },
            TestContext.Current.CancellationToken);
        simulator.Step(2_000);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri }, sink, random: () => 0);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        (await connector.SubscribeTrades(Symbol, cancellationToken: TestContext.Current.CancellationToken).Within("the subscription")).OrThrow();
        var feed = simulator.Grvt.Api.Market.Find(Symbol)!;
        for (var i = 1; i <= 3; i++)
            Print(61_000 + i);
        await sink.Trades.First(t => t.Price == 61_003, "the third trade");
        var from = sink.Statuses.All.Count;
        var refused = simulator.AddFault(new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.RefuseConnection, Count = 0 });
        simulator.AddFault(new Fault { Venue = GrvtVenue.VenueName, Kind = FaultKind.DropSocket, Count = 1 });
        await sink.Statuses.Next(from, s => s.State != ConnectionState.Ready, "the socket to be lost");
        for (var i = 4; i <= 9; i++)
            Print(61_000 + i);
        from = sink.Statuses.All.Count;
        Assert.NotNull(refused);
        simulator.ClearFaults();
        await sink.Statuses.Next(from, s => s.State == ConnectionState.Ready, "the next socket");
        Print(61_010);
        await sink.Trades.First(t => t.Price == 61_010, "the trade behind the break");
        Assert.Equal(Enumerable.Range(61_001, 10).Select(p => (decimal)p), sink.Trades.All.Select(t => t.Price));

        void Print(decimal price)
        {
            simulator.Advance(TimeSpan.FromMilliseconds(5));
            lock (simulator.Context.Turn)
                feed.Print(price);
        }
    }

    /// <summary>
    /// Another depth or interval of the same instrument would end the one that is there: they are on two sockets until the next one has its
    /// book, and no book in between is shown as broken.
    /// </summary>
    [Fact]
    public async Task A_change_of_what_is_asked_never_shows_a_broken_book()
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [GrvtVenue.VenueName], Grvt = new GrvtSimulatorOptions { Symbols = [Symbol] }, Runs = false, Seed = 11 },
            TestContext.Current.CancellationToken);
        await using var pump = new Pump(simulator);
        var sink = new RecordingSink();
        await using var connector = new GrvtSubscriber(new GrvtOptions { MarketDataUrl = simulator.GrvtMarketDataUri }, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        (await connector.SubscribeOrderBook(Symbol, 10, 500, cancellationToken: TestContext.Current.CancellationToken).Within("ten levels")).OrThrow();
        pump.Start();
        await sink.Books.First(b => b is { State: BookState.Synced, Bids.Length: 10 }, "ten levels a side");
        var from = sink.Books.All.Count;
        (await connector.SubscribeOrderBook(Symbol, 50, 500, "another", TestContext.Current.CancellationToken).Within("fifty levels")).OrThrow();
        await sink.Books.Next(from, b => b.Bids.Length > 10, "more than ten levels");
        (await connector.SubscribeOrderBook(Symbol, 20, 50, "a third", TestContext.Current.CancellationToken).Within("changes")).OrThrow();
        var seen = 0;
        await sink.Books.Next(from, b => b is { State: BookState.Synced, Bids.Length: > 10 } && ++seen == 10, "ten more books");
        Assert.DoesNotContain(sink.Books.All.Skip(from), b => b.State != BookState.Synced);
        var status = (await connector.GetStatus(TestContext.Current.CancellationToken)).OrThrow();
        Assert.Equal((ConnectionState.Ready, 0L, 0L), (status.State, status.Resyncs, status.UnreadableMessages));
    }

    /// <summary>Changes the simulated book again and again, and remembers when it was what: a book carries the venue's time.</summary>
    private sealed class Pump : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(long From, long To, List<PriceLevel> Bids, List<PriceLevel> Asks)> _truth = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly SimulatorHost _simulator;
        private Task _pumping = Task.CompletedTask;

        public Pump(SimulatorHost simulator)
        {
            _simulator = simulator;
            simulator.Step(300);
        }

        /// <summary>The venue's time, as ids of books tell it.</summary>
        public long Now => (_simulator.Clock.VenueNow.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

        public void Start() => _pumping = Task.Run(PumpAsync);

        /// <summary>Whether the book is one that the venue had; fails when it had another at that time. Times between two rounds are not known here.</summary>
        public bool IsTrue(OrderBook book)
        {
            foreach (var (from, to, bids, asks) in _truth)
            {
                if (book.LastUpdateId < from || book.LastUpdateId > to)
                    continue;
                Assert.Equal(bids, book.Bids);
                Assert.Equal(asks, book.Asks);
                return true;
            }

            return false;
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _pumping;
            _stopping.Dispose();
        }

        private async Task PumpAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            try
            {
                while (await timer.WaitForNextTickAsync(_stopping.Token))
                {
                    _simulator.Step();
                    var book = _simulator.Grvt.Book(Symbol);
                    var (from, bids, asks) = (Now, Top(book.Bids), Top(book.Asks));
                    _simulator.Advance(TimeSpan.FromMilliseconds(25));
                    _truth.Enqueue((from, Now, bids, asks));
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private static List<PriceLevel> Top(IEnumerable<(string Price, string Quantity)> side) => [.. side.Take(20).Select(l => new PriceLevel(
            decimal.Parse(l.Price, NumberStyles.Float, CultureInfo.InvariantCulture), decimal.Parse(l.Quantity, NumberStyles.Float, CultureInfo.InvariantCulture)))];
    }
}
