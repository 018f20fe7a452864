using Exchange.Simulator.Binance;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Grvt;

namespace Exchange.Simulator;

/// <summary>What a simulator is to be; ports of 0 are chosen by the system.</summary>
internal sealed record SimulatorOptions
{
    public int ControlPort { get; init; }

    /// <summary>Which venues run, of <see cref="VenueList.Names"/>.</summary>
    public IReadOnlyList<string> Venues { get; init; } = [BinanceVenue.VenueName];

    public int BinancePort { get; init; }

    public DeribitSimulatorOptions Deribit { get; init; } = new();

    /// <summary>What GRVT is to be, where it runs.</summary>
    public GrvtSimulatorOptions Grvt { get; init; } = new();

    /// <summary>Fixes every decision of the order flow.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The Binance symbols that there are, of those the simulator knows.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"];

    /// <summary>
    /// True: order flow and clock run by themselves. False: nothing happens until <see cref="SimulatorHost.Step"/> and
    /// <see cref="SimulatorHost.Advance"/> are called.
    /// </summary>
    public bool Runs { get; init; } = true;

    /// <summary>Decisions of the order flow a second, over all symbols of a venue.</summary>
    public int Rate { get; init; } = 400;

    /// <summary>The recording that this venue is to play; null for the order flow.</summary>
    public string? ReplayOf(string venue) => venue == ReplayVenue ? Replay : null;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Who may trade at Binance; the demo account unless told otherwise.</summary>
    public IReadOnlyList<AccountOptions> Accounts { get; init; } = [AccountOptions.Demo];

    /// <summary>
    /// Whether the real order of a triggered conditional one has its client id. The venue's papers do not say; linking by the
    /// venue's order id works with either.
    /// </summary>
    public bool TriggeredKeepsClientId { get; init; }

    /// <summary>The venue's order limit of ten seconds; benchmarks raise it.</summary>
    public int OrdersPerTenSeconds { get; init; } = 300;

    /// <summary>The venue's order limit of a minute.</summary>
    public int OrdersPerMinute { get; init; } = 1200;

    /// <summary>A recording to play in place of the order flow.</summary>
    public string? Replay { get; init; }

    /// <summary>The venue that the recording is of; the others' order flow goes on.</summary>
    public string ReplayVenue { get; init; } = BinanceVenue.VenueName;

    /// <summary>Times as fast as recorded; positive infinity means as fast as clients can take it.</summary>
    public double ReplaySpeed { get; init; } = 1;

    /// <summary>Playing begins with the first subscription, not with the simulator.</summary>
    public bool StartOnSubscribe { get; init; } = true;
}
