using Exchange.Simulator.Binance;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator;

/// <summary>
/// The simulators of one process with their ports. Tests start one with ports of 0 and dispose it; <c>Program</c> starts one
/// with the documented ports.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    /// <summary>How often the running simulator looks what is due.</summary>
    private static readonly TimeSpan _beat = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<LoopbackListener> _listeners = [];
    private readonly SimulatorOptions _options;
    private readonly TradingControl? _trading;
    private Task _running = Task.CompletedTask;

    private SimulatorHost(SimulatorOptions options)
    {
        _options = options;
        Context = new SimulatorContext(new SimulatorClock(options.TimeProvider), options.Seed);
        BinanceVenue? venue = null;
        Binance = venue = new BinanceVenue(Context, options, hub => options.Replay is null
            ? new LiveMarket(Context, hub, options.Symbols)
            : new ReplayMarket(Context, hub, options, () => venue?.LargestBacklog ?? 0, message => Told?.Invoke(message)));
        _trading = venue.Api is { } api ? new TradingControl(Context, api) : null;
        Context.Faults.Added = OnFault;
        Context.Faults.Removed = OnFaultRemoved;
    }

    /// <summary>What a person at the terminal should know, as it happens.</summary>
    public Action<string>? Told { get; set; }

    public SimulatorContext Context { get; }

    public SimulatorClock Clock => Context.Clock;

    public BinanceVenue Binance { get; }

    /// <summary>The private side of Binance: what can be done to it, and what it knows.</summary>
    /// <exception cref="ArgumentException">A recording is being played: nothing trades.</exception>
    public TradingControl Trading => _trading ?? throw new ArgumentException("a recording is being played: nothing trades");

    /// <summary>The address of the control port.</summary>
    public Uri ControlUri { get; private set; } = null!;

    /// <summary>Where Binance's REST calls go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri BinanceRestUri { get; private set; } = null!;

    /// <summary>Binance's WebSocket API.</summary>
    public Uri BinanceWsApiUri => new(BinanceStreamUri, "/ws-fapi/v1");

    /// <summary>Where Binance's streams are: <c>ws://127.0.0.1:port</c>, the route to be added.</summary>
    public Uri BinanceStreamUri => new UriBuilder(BinanceRestUri) { Scheme = "ws" }.Uri;

    public static async Task<SimulatorHost> StartAsync(SimulatorOptions options, CancellationToken cancellation = default)
    {
        var host = new SimulatorHost(options);
        try
        {
            var control = new ControlApi(host);
            host.ControlUri = await host.ListenAsync(options.ControlPort, control.HandleAsync, cancellation);
            host.BinanceRestUri = await host.ListenAsync(options.BinancePort, host.Binance.HandleAsync, cancellation);
            host._running = options.Runs ? Task.Run(host.RunAsync, CancellationToken.None) : Task.CompletedTask;
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>So many decisions of the order flow, over the symbols in turn, at once.</summary>
    public void Step(int decisions = 1)
    {
        lock (Context.Turn)
        {
            Binance.Market.Step(decisions);
        }
    }

    /// <summary>Moves the simulator's clock forward and does what is due then (each repeated thing once).</summary>
    public void Advance(TimeSpan by)
    {
        lock (Context.Turn)
        {
            Clock.Advance(by);
            Context.Timetable.RunDue();
            Context.Touch();
        }
    }

    /// <summary>Switches a fault on.</summary>
    public Fault AddFault(Fault fault)
    {
        lock (Context.Turn)
        {
            var added = Context.Faults.Add(fault);
            Context.Touch();
            return added;
        }
    }

    public int ClearFaults()
    {
        lock (Context.Turn)
        {
            var cleared = Context.Faults.Clear();
            Context.Touch();
            return cleared;
        }
    }

    /// <summary>Switches a fault off, and lets go of what it holds back.</summary>
    public void RemoveFault(Fault fault)
    {
        lock (Context.Turn)
        {
            Context.Faults.Remove(fault.Id);
            Context.Touch();
        }
    }

    /// <summary>The whole book as the engine (or the recording) has it.</summary>
    public BookState Book(string symbol)
    {
        lock (Context.Turn)
        {
            return Binance.Market.Book(symbol);
        }
    }

    /// <summary>Publishes <c>symbol@depthN</c> with the suffix given, now; gives the frame's <c>u</c>.</summary>
    public long EmitPartialDepth(string symbol, int levels = 20, string speedSuffix = "@100ms")
    {
        lock (Context.Turn)
        {
            return Binance.Market.EmitPartialDepth(symbol, levels, speedSuffix);
        }
    }

    /// <summary>Publishes <c>symbol@depth</c> with the suffix given, and its partial books, now; gives the frame's <c>u</c>.</summary>
    public long EmitDepth(string symbol, string speedSuffix = "@100ms")
    {
        lock (Context.Turn)
        {
            return Binance.Market.EmitDepth(symbol, speedSuffix);
        }
    }

    /// <summary>Lets the order flow of one symbol decide until its book has changed.</summary>
    public void ChangeBook(string symbol)
    {
        lock (Context.Turn)
        {
            Binance.Market.ChangeBook(symbol);
        }
    }

    /// <summary>Completes once somebody is given the stream's frames.</summary>
    public Task WhenSubscribed(string stream) => Context.When(() => Binance.IsWanted(stream));

    /// <summary>Completes once so many sockets are open.</summary>
    public Task WhenConnections(int count) => Context.When(() => Binance.Connections.Count(c => c.Ended is null) == count);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        Binance.Dispose();
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private void OnFault(Fault fault)
    {
        switch (fault.Venue)
        {
            case "binance":
                Binance.OnFault(fault);
                break;
            default:
                throw new ArgumentException($"venue: there is only binance so far, not {fault.Venue}");
        }

        if (fault.Kind == FaultKind.ClockSkew)
        {
            Clock.Skew = TimeSpan.FromMilliseconds(fault.OffsetMs ?? 0);
            fault.Fire();
        }
    }

    private void OnFaultRemoved(Fault fault)
    {
        Binance.OnFaultRemoved(fault);
        if (fault.Kind == FaultKind.ClockSkew)
        {
            Clock.Skew = TimeSpan.Zero;
        }
    }

    private async Task<Uri> ListenAsync(int port, RequestDelegate handle, CancellationToken cancellation)
    {
        var listener = await LoopbackListener.StartAsync(port, handle, cancellation);
        _listeners.Add(listener);
        return listener.Uri;
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_beat, _options.TimeProvider);
        var started = Clock.Now;
        long decided = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                lock (Context.Turn)
                {
                    // A clock moved forward must not bring hours of decisions at once.
                    var due = (long)((Clock.Now - started).TotalSeconds * _options.Rate);
                    var decisions = (int)Math.Min(due - decided, Math.Max(1, _options.Rate));
                    decided = due;
                    if (decisions > 0)
                    {
                        Binance.Market.Step(decisions);
                    }

                    Context.Timetable.RunDue();
                    Context.Touch();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
