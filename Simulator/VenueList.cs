using Exchange.Simulator.Binance;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Grvt;

namespace Exchange.Simulator;

/// <summary>The venues that there are. A new one is one more line here.</summary>
internal static class VenueList
{
    public static IReadOnlyList<string> Names { get; } = [BinanceVenue.VenueName, DeribitVenue.VenueName, GrvtVenue.VenueName];

    /// <exception cref="ArgumentException">There is no such venue, or its options cannot be met.</exception>
    public static ISimulatedVenue Create(string name, SimulatorContext context, SimulatorOptions options, Action<string> tell) => name switch
    {
        BinanceVenue.VenueName => new BinanceVenue(context, options, tell),
        DeribitVenue.VenueName => new DeribitVenue(context, options, tell),
        GrvtVenue.VenueName => options.ReplayOf(name) is null
            ? new GrvtVenue(context, options.Grvt)
            : throw new ArgumentException("replay: recordings of GRVT cannot be played yet"),
        _ => throw new ArgumentException($"venues: of {string.Join(", ", Names)}, not {name}"),
    };

    /// <summary>The venue that a recording is of, by the addresses in it.</summary>
    /// <exception cref="InvalidDataException">It is of none that there is.</exception>
    public static string OfRecording(string path)
    {
        var lines = File.ReadLines(path).Where(line => line.Length > 0);
        return lines.Select(line => Names.FirstOrDefault(name => line.Contains($"{name}.com/", StringComparison.Ordinal)
                || line.Contains($"{name}.io/", StringComparison.Ordinal))).FirstOrDefault(found => found is not null)
            ?? BinanceVenue.VenueName;
    }
}
