using System.Collections.Concurrent;
using System.Globalization;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>
/// The connector against the simulated venue while market-data faults are switched on: books end synced and right, what is published as
/// synced was the venue's book at that id, and where a fault broke the book it was shown as broken.
/// </summary>
public sealed class DeribitMarketFaultTests
{
    private const string Symbol = "BTC-PERPETUAL";
    private const string Raw = "book.BTC-PERPETUAL.raw";

    [Theory]
    [InlineData(nameof(FaultKind.SkipSequence), true)]
    [InlineData(nameof(FaultKind.LoseFrame), true)]
    [InlineData(nameof(FaultKind.MalformedFrame), true)]
    [InlineData(nameof(FaultKind.TruncatedJson), true)]
    [InlineData(nameof(FaultKind.NullFields), true)]
    [InlineData(nameof(FaultKind.DropSocket), true)]
    [InlineData(nameof(FaultKind.SessionCut), true)]
    [InlineData(nameof(FaultKind.Silence), true)]
    [InlineData(nameof(FaultKind.DuplicateFrame), false)]
    [InlineData(nameof(FaultKind.HugeFrame), false)]
    [InlineData(nameof(FaultKind.NestedJson), false)]
    [InlineData(nameof(FaultKind.UnknownEvent), false)]
    public async Task A_fault_is_shown_if_it_breaks_the_book_and_mended(string kind, bool breaks)
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [DeribitVenue.VenueName], Deribit = new DeribitSimulatorOptions { Instruments = [Symbol] }, Runs = false, Seed = 11 },
            TestContext.Current.CancellationToken);
        await using var pump = new Pump(simulator);
        var sink = new RecordingSink();
        await using var connector = new DeribitSubscriber(
            new DeribitOptions
            {
                RestUrl = simulator.DeribitRestUri,
                SocketUrl = simulator.DeribitSocketUri,
                HeartbeatSeconds = 10,
                SocketStaleMs = 20_000,
                BookStaleMs = 1_000,
            },
            new AuthCredentials { Key = "demo-id", Secret = "demo-secret" },
            sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        (await connector.SubscribeOrderBook(Symbol, 20, 0, cancellationToken: TestContext.Current.CancellationToken).Within("the subscription")).OrThrow();
        pump.Start();
        await sink.Books.First(b => b.State == BookState.Synced, "the first synced book");

        var lasts = kind == nameof(FaultKind.Silence);
        var onSocket = kind is nameof(FaultKind.DropSocket) or nameof(FaultKind.SessionCut);
        var from = sink.Books.All.Count;
        var fault = simulator.AddFault(new Fault { Venue = DeribitVenue.VenueName, Kind = Enum.Parse<FaultKind>(kind), Stream = onSocket ? null : Raw, Count = lasts ? 0 : 1 });
        if (lasts)
            await sink.Books.Next(from, b => b.State == BookState.Stale, "the silent book to be shown as stale");
        else
            await fault.Exhausted.Within($"{kind} to happen");
        simulator.ClearFaults();
        if (breaks)
            await sink.Books.Next(from, b => b.State != BookState.Synced, $"{kind} to be shown");
        var after = pump.LastId;
        var seen = 0;
        await sink.Books.Next(from, b => b.State == BookState.Synced && b.LastUpdateId > after && ++seen == 20, $"twenty synced books beyond {kind}");
        var books = sink.Books.All;
        Assert.Equal(breaks, books.Skip(from).Any(b => b.State != BookState.Synced));
        var checkedBooks = books.Where(b => b.State == BookState.Synced).Count(pump.IsTrue);
        Assert.True(checkedBooks > 5, $"only {checkedBooks} books could be compared with the venue's");
    }

    /// <summary>All kinds of data, as the venue sends them, and a channel that the venue does not know.</summary>
    [Fact]
    public async Task Everything_is_had_from_the_simulated_venue()
    {
        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = [DeribitVenue.VenueName], Seed = 11 }, TestContext.Current.CancellationToken);
        var sink = new RecordingSink();
        await using var connector = new DeribitSubscriber(new DeribitOptions { RestUrl = simulator.DeribitRestUri, SocketUrl = simulator.DeribitSocketUri }, null, sink);
        (await connector.Connect(TestContext.Current.CancellationToken).Within("the connection")).OrThrow();
        var instruments = (await connector.GetInstruments(TestContext.Current.CancellationToken)).OrThrow();
        Assert.Contains(instruments, i => i.Kind == InstrumentKind.Option);
        Assert.Contains(instruments, i => i.Kind == InstrumentKind.Perpetual);
        (await connector.SubscribeOrderBook(Symbol, 10, 100, cancellationToken: TestContext.Current.CancellationToken).Within("a picture")).OrThrow();
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

    /// <summary>Changes the simulated book again and again, and remembers it at every id.</summary>
    private sealed class Pump : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<long, (List<PriceLevel> Bids, List<PriceLevel> Asks)> _truth = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly SimulatorHost _simulator;
        private Task _pumping = Task.CompletedTask;
        private long _lastId;

        public Pump(SimulatorHost simulator)
        {
            _simulator = simulator;
            simulator.Step(300);
            Remember();
        }

        public long LastId => Volatile.Read(ref _lastId);

        public void Start() => _pumping = Task.Run(PumpAsync);

        /// <summary>Whether the book is one that the venue had; fails when it had another at that id. Ids between two decisions are not known here.</summary>
        public bool IsTrue(OrderBook book)
        {
            if (!_truth.TryGetValue(book.LastUpdateId, out var truth))
                return false;
            Assert.Equal(truth.Bids, book.Bids);
            Assert.Equal(truth.Asks, book.Asks);
            return true;
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
                    _simulator.Advance(TimeSpan.FromMilliseconds(10));
                    Remember();
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private void Remember()
        {
            var book = _simulator.Deribit.Book(Symbol);
            _truth[book.LastUpdateId] = (Top(book.Bids), Top(book.Asks));
            Volatile.Write(ref _lastId, book.LastUpdateId);
        }

        private static List<PriceLevel> Top(IEnumerable<(string Price, string Quantity)> side) => [.. side.Take(20).Select(l => new PriceLevel(
            decimal.Parse(l.Price, NumberStyles.Float, CultureInfo.InvariantCulture), decimal.Parse(l.Quantity, NumberStyles.Float, CultureInfo.InvariantCulture)))];
    }
}
