using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator;

/// <summary>
/// The simulators of one process with their ports. Tests start one with ports of 0 and dispose it; <c>Program</c> starts one
/// with the documented ports.
/// </summary>
internal sealed partial class SimulatorHost : IAsyncDisposable
{
    /// <summary>How often the running simulator looks what is due.</summary>
    private static readonly TimeSpan _beat = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<LoopbackListener> _listeners = [];
    private readonly SimulatorOptions _options;
    private readonly List<ISimulatedVenue> _venues = [];
    private Task _running = Task.CompletedTask;

    private SimulatorHost(SimulatorOptions options)
    {
        _options = options;
        Context = new SimulatorContext(new SimulatorClock(options.TimeProvider), options.Seed);
        foreach (var name in options.Venues)
        {
            _venues.Add(VenueList.Create(name, Context, options, message => Told?.Invoke(message)));
        }

        Context.Faults.Added = OnFault;
        Context.Faults.Removed = OnFaultRemoved;
    }

    /// <summary>What a person at the terminal should know, as it happens.</summary>
    public Action<string>? Told { get; set; }

    public SimulatorContext Context { get; }

    public SimulatorClock Clock => Context.Clock;

    /// <summary>In the order of <see cref="SimulatorOptions.Venues"/>.</summary>
    public IReadOnlyList<ISimulatedVenue> Venues => _venues;

    /// <summary>The address of the control port.</summary>
    public Uri ControlUri { get; private set; } = null!;

    public static async Task<SimulatorHost> StartAsync(SimulatorOptions options, CancellationToken cancellation = default)
    {
        var host = new SimulatorHost(options);
        try
        {
            var control = new ControlApi(host);
            host.ControlUri = await host.ListenAsync(options.ControlPort, control.HandleAsync, cancellation);
            foreach (var port in host._venues.SelectMany(venue => venue.Ports))
            {
                port.Uri = await host.ListenAsync(port.Port, port.Handle, cancellation);
            }

            host._running = options.Runs ? Task.Run(host.RunAsync, CancellationToken.None) : Task.CompletedTask;
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="ArgumentException">It does not run here.</exception>
    public ISimulatedVenue Venue(string name) => _venues.Find(venue => venue.Name == name)
        ?? throw new ArgumentException($"venue: one of {string.Join(", ", _venues.Select(venue => venue.Name))}, not {name}");

    /// <summary>So many decisions of each venue's order flow, over its symbols in turn, at once.</summary>
    public void Step(int decisions = 1)
    {
        lock (Context.Turn)
        {
            _venues.ForEach(venue => venue.Step(decisions));
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

    /// <summary>The whole book as the engine (or the recording) of the first venue has it that knows the symbol.</summary>
    public BookState Book(string symbol)
    {
        lock (Context.Turn)
        {
            var venue = _venues.Find(candidate => candidate.Symbols.Contains(symbol)) ?? throw new ArgumentException($"symbol: there is no {symbol}");
            return venue.Book(symbol);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _venues.ForEach(venue => venue.Dispose());
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private void OnFault(Fault fault)
    {
        Venue(fault.Venue).OnFault(fault);
        if (fault.Kind == FaultKind.ClockSkew)
        {
            Clock.Skew = TimeSpan.FromMilliseconds(fault.OffsetMs ?? 0);
            fault.Fire();
        }
    }

    private void OnFaultRemoved(Fault fault)
    {
        Venue(fault.Venue).OnFaultRemoved(fault);
        if (fault.Kind == FaultKind.ClockSkew)
        {
            Clock.Skew = TimeSpan.Zero;
        }
    }

    private T Venue<T>()
        where T : class, ISimulatedVenue => _venues.OfType<T>().FirstOrDefault()
            ?? throw new ArgumentException($"{typeof(T).Name} is not among the venues: {string.Join(", ", _options.Venues)}");

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
                        _venues.ForEach(venue => venue.Step(decisions));
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
