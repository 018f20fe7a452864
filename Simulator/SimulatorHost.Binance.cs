using Exchange.Simulator.Binance;

namespace Exchange.Simulator;

/// <summary>Binance at hand, for tests and benchmarks of it.</summary>
internal sealed partial class SimulatorHost
{
    /// <exception cref="ArgumentException">Binance is not among <see cref="SimulatorOptions.Venues"/>.</exception>
    public BinanceVenue Binance => Venue<BinanceVenue>();

    /// <summary>The private side of Binance: what can be done to it, and what it knows.</summary>
    /// <exception cref="ArgumentException">A recording is being played: nothing trades.</exception>
    public TradingControl Trading => Binance.Trading;

    /// <summary>Where Binance's REST calls go: <c>http://127.0.0.1:port</c>.</summary>
    public Uri BinanceRestUri => Binance.Ports[0].Uri;

    /// <summary>Binance's WebSocket API.</summary>
    public Uri BinanceWsApiUri => new(BinanceStreamUri, "/ws-fapi/v1");

    /// <summary>Where Binance's streams are: <c>ws://127.0.0.1:port</c>, the route to be added.</summary>
    public Uri BinanceStreamUri => new UriBuilder(BinanceRestUri) { Scheme = "ws" }.Uri;

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
}
