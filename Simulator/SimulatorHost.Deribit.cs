using Exchange.Simulator.Deribit;

namespace Exchange.Simulator;

/// <summary>Deribit at hand, for tests and benchmarks of it.</summary>
internal sealed partial class SimulatorHost
{
    /// <exception cref="ArgumentException">Deribit is not among <see cref="SimulatorOptions.Venues"/>.</exception>
    public DeribitVenue Deribit => Venue<DeribitVenue>();

    /// <summary>Where Deribit's HTTP calls go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri DeribitRestUri => Deribit.Ports[0].Uri;

    /// <summary>Deribit's socket.</summary>
    public Uri DeribitSocketUri => new UriBuilder(DeribitRestUri) { Scheme = "ws", Path = "/ws/api/v2" }.Uri;
}
