using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Faults;

namespace Exchange.Simulator;

/// <summary>
/// One venue of a simulator: <see cref="SimulatorHost"/> opens its ports, steps its market, gives it the faults that name it, and
/// tells of it on the control port. Everything but the handlers of its ports is used within the simulator's turn.
/// </summary>
internal interface ISimulatedVenue : IDisposable
{
    /// <summary>What <see cref="Fault.Venue"/> and the paths of the control port say.</summary>
    string Name { get; }

    IReadOnlyList<VenuePort> Ports { get; }

    /// <summary>What somebody at the terminal needs to get in: the demo credentials.</summary>
    string Credentials { get; }

    /// <summary>What has a book.</summary>
    IReadOnlyList<string> Symbols { get; }

    /// <summary>The private side, as the control port offers it.</summary>
    /// <exception cref="ArgumentException">A recording is being played: nothing trades.</exception>
    IVenueControl Control { get; }

    /// <summary>The whole book as the engine (or the recording) has it.</summary>
    BookState Book(string symbol);

    /// <summary>So many decisions of the order flow, over the symbols in turn; a recording has none.</summary>
    void Step(int decisions);

    /// <summary>A fault of this venue has been set: what acts at once acts now.</summary>
    /// <exception cref="ArgumentException">It cannot be had; the message says why.</exception>
    void OnFault(Fault fault);

    void OnFaultRemoved(Fault fault);

    /// <summary>The venue's object in <c>GET /state</c>.</summary>
    void WriteState(Utf8JsonWriter writer);
}

/// <summary>A port of a venue.</summary>
/// <param name="Name">In the ports file and on the terminal: <c>binance</c>, <c>grvt-edge</c>.</param>
/// <param name="Port">0: any.</param>
internal sealed record VenuePort(string Name, int Port, RequestDelegate Handle)
{
    /// <summary><c>http://127.0.0.1:port</c>, once it listens.</summary>
    public Uri Uri { get; set; } = null!;
}
