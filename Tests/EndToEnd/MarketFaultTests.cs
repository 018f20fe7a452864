using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Simulator.Faults;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// Each market-data fault of the simulator, switched on during a run: the trader's book ends synced and right, every synced
/// book on the way was the venue's at that update id, and where the fault broke the book the trader saw that it was broken.
/// </summary>
public sealed class MarketFaultTests
{
    private const string Symbol = "BTCUSDT";
    private const string Stream = "btcusdt@depth@100ms";

    private static readonly string[] _shortWaits =
    [
        "Exchange:Binance:BookSource=diff",
        "Exchange:Binance:BookStaleMs=1000",
        "Exchange:Binance:SocketStaleMs=3000",
        "Exchange:Binance:SubscribeWaitMs=1000",
    ];

    /// <summary>Faults after which the book must have been shown as not synced before it was synced again.</summary>
    public static TheoryData<string> Breaking => new(
        nameof(FaultKind.DropSocket), nameof(FaultKind.SessionCut), nameof(FaultKind.LoseFrame), nameof(FaultKind.ReorderFrames),
        nameof(FaultKind.SkipSequence), nameof(FaultKind.Silence), nameof(FaultKind.MalformedFrame), nameof(FaultKind.TruncatedJson),
        nameof(FaultKind.NullFields), nameof(FaultKind.CrossedBook));

    /// <summary>Faults that a book survives without a break.</summary>
    public static TheoryData<string> Harmless => new(
        nameof(FaultKind.DuplicateFrame), nameof(FaultKind.HugeFrame), nameof(FaultKind.NestedJson), nameof(FaultKind.UnknownEvent),
        nameof(FaultKind.NumberAsText), nameof(FaultKind.TextAsNumber));

    [Theory]
    [MemberData(nameof(Breaking))]
    public async Task A_fault_that_breaks_the_book_is_shown_and_mended(string kind)
    {
        var states = await RunAsync(Enum.Parse<FaultKind>(kind));
        Assert.Equal(BookState.Synced, states[^1]);
        Assert.Contains(states.SkipWhile(s => s != BookState.Synced), s => s != BookState.Synced);
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public async Task A_fault_that_does_not_touch_the_book_leaves_it_synced(string kind)
    {
        var states = await RunAsync(Enum.Parse<FaultKind>(kind));
        Assert.All(states.SkipWhile(s => s != BookState.Synced), s => Assert.Equal(BookState.Synced, s));
    }

    [Theory]
    [InlineData(503, -1000)]
    [InlineData(408, -1007)]
    public async Task A_snapshot_that_is_refused_is_asked_for_again(int status, int code)
    {
        await using var simulator = await StartSimulatorAsync();
        await using var pump = new BookPump(simulator, Symbol);
        await using var gateway = await RunningGateway.StartAsync(simulator, _shortWaits);
        var refused = simulator.AddFault(new Fault { Kind = FaultKind.RestError, Connection = "rest", Path = "/depth", Status = status, Code = code, Message = "not now" });
        var watch = await WatchAsync(gateway, pump);
        await refused.Exhausted.Within("the snapshot to be refused");
        await watch.For(u => u.Data.State == BookState.Synced, "a synced book after a refused snapshot");
        Assert.Empty(watch.Faults);
    }

    [Fact]
    public async Task A_snapshot_older_than_the_stream_is_not_used()
    {
        await using var simulator = await StartSimulatorAsync();
        await using var pump = new BookPump(simulator, Symbol);
        await using var gateway = await RunningGateway.StartAsync(simulator, _shortWaits);
        var stale = simulator.AddFault(new Fault { Kind = FaultKind.StaleSnapshot, Connection = "rest", Symbol = Symbol, Count = 2 });
        simulator.ChangeBook(Symbol);
        simulator.EmitDepth(Symbol);
        var watch = await WatchAsync(gateway, pump);
        await stale.Exhausted.Within("two stale snapshots to be given");
        await watch.For(u => u.Data.State == BookState.Synced, "a synced book after stale snapshots");
        Assert.Empty(watch.Faults);
    }

    [Theory]
    [InlineData(nameof(FaultKind.SwallowAck))]
    [InlineData(nameof(FaultKind.DropBeforeRequest))]
    [InlineData(nameof(FaultKind.DropAfterRequest))]
    [InlineData(nameof(FaultKind.RefuseConnection))]
    public async Task A_subscription_that_meets_a_fault_is_made_good(string kind)
    {
        await using var simulator = await StartSimulatorAsync();
        await using var pump = new BookPump(simulator, Symbol);
        await using var gateway = await RunningGateway.StartAsync(simulator, _shortWaits);
        var fault = simulator.AddFault(new Fault { Kind = Enum.Parse<FaultKind>(kind), Connection = "public" });
        var watch = await WatchAsync(gateway, pump);
        await fault.Exhausted.Within($"{kind} to happen");
        await watch.For(u => u.Data.State == BookState.Synced, $"a synced book after {kind}");
        Assert.Empty(watch.Faults);
    }

    private static Task<SimulatorHost> StartSimulatorAsync() =>
        SimulatorHost.StartAsync(new SimulatorOptions { Runs = false, Symbols = [Symbol], Seed = 11 }, TestContext.Current.CancellationToken);

    private static async Task<BookWatch> WatchAsync(RunningGateway gateway, BookPump pump)
    {
        var watch = new BookWatch(gateway.Trader, pump.Contradiction);
        pump.Start();
        (await gateway.Trader.SubscribeOrderBook("binance", Symbol, 20, 0)).OrThrow();
        return watch;
    }

    /// <summary>Synced, the fault, and synced again beyond what was sent while the fault lasted.</summary>
    private static async Task<List<BookState>> RunAsync(FaultKind kind)
    {
        await using var simulator = await StartSimulatorAsync();
        await using var pump = new BookPump(simulator, Symbol);
        await using var gateway = await RunningGateway.StartAsync(simulator, _shortWaits);
        var watch = await WatchAsync(gateway, pump);
        await watch.For(u => u.Data.State == BookState.Synced, "the first synced book");

        var lasts = kind == FaultKind.Silence;
        var onSocket = kind is FaultKind.DropSocket or FaultKind.SessionCut;
        var fault = simulator.AddFault(new Fault
        {
            Kind = kind,
            Connection = "public",
            Stream = onSocket ? null : Stream,
            Count = lasts ? 0 : 1,
        });
        if (lasts)
            await watch.For(u => u.Data.State == BookState.Stale, "the silent book to be shown as stale");
        else
            await fault.Exhausted.Within($"{kind} to happen");
        simulator.ClearFaults();

        var after = pump.LastId;
        await watch.For(u => u.Data.State == BookState.Synced && u.Data.LastUpdateId > after, $"a synced book beyond {kind}");
        Assert.Empty(watch.Faults);
        return watch.States;
    }
}
