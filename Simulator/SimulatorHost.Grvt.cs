using Exchange.Simulator.Grvt;

namespace Exchange.Simulator;

/// <summary>GRVT at hand, for tests and benchmarks of it.</summary>
internal sealed partial class SimulatorHost
{
    /// <exception cref="ArgumentException">GRVT is not among <see cref="SimulatorOptions.Venues"/>.</exception>
    public GrvtVenue Grvt => Venue<GrvtVenue>();

    /// <summary>Where logins go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri GrvtEdgeUri => Grvt.Ports[0].Uri;

    /// <summary>Where private calls go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri GrvtTradingUri => Grvt.Ports[1].Uri;

    /// <summary>Where public calls go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri GrvtMarketDataUri => Grvt.Ports[2].Uri;

    /// <summary>Where the trading sockets are: <c>ws://127.0.0.1:port</c>, the path to be added.</summary>
    public Uri GrvtTradingSocketUri => new UriBuilder(GrvtTradingUri) { Scheme = "ws" }.Uri;

    /// <summary>Where the market data sockets are: <c>ws://127.0.0.1:port</c>, the path to be added.</summary>
    public Uri GrvtMarketDataSocketUri => new UriBuilder(GrvtMarketDataUri) { Scheme = "ws" }.Uri;
}
