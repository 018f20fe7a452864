namespace Exchange.Exchanges.Binance;

/// <summary>Names of streams, and the route that each lives on (venue sheet, section 10.1).</summary>
internal static class BinanceStreams
{
    /// <summary>Changes of the book.</summary>
    public static string Depth(string symbol, int intervalMs) => $"{Lower(symbol)}@depth{Interval(intervalMs)}";

    /// <summary>The whole top of the book, 5, 10 or 20 levels a side.</summary>
    public static string PartialDepth(string symbol, int levels, int intervalMs) => $"{Lower(symbol)}@depth{levels}{Interval(intervalMs)}";

    /// <summary>Best bid and ask.</summary>
    public static string BookTicker(string symbol) => Lower(symbol) + "@bookTicker";

    /// <summary>Fills of one price and taker side within 100 ms, as one trade.</summary>
    public static string AggTrade(string symbol) => Lower(symbol) + "@aggTrade";

    /// <summary>Each fill.</summary>
    public static string Trade(string symbol) => Lower(symbol) + "@trade";

    /// <summary>Mark price, index and funding, once a second.</summary>
    public static string MarkPrice(string symbol) => Lower(symbol) + "@markPrice@1s";

    /// <summary>The route of a stream.</summary>
    public static BinanceRoute RouteOf(string stream)
    {
        var at = stream.IndexOf('@', StringComparison.Ordinal);
        var kind = stream.StartsWith('!') ? stream.AsSpan(1) : at < 0 ? stream.AsSpan() : stream.AsSpan(at + 1);
        var isPublic = kind.StartsWith("depth") || kind.StartsWith("bookTicker") || kind.StartsWith("rpiDepth") || kind.SequenceEqual("trade");
        return isPublic ? BinanceRoute.Public : BinanceRoute.Market;
    }

    /// <summary>The name of a route in addresses.</summary>
    public static string NameOf(BinanceRoute route) => route == BinanceRoute.Public ? "public" : "market";

    /// <summary>The route of a name.</summary>
    public static BinanceRoute RouteNamed(string name) => name == NameOf(BinanceRoute.Public) ? BinanceRoute.Public : BinanceRoute.Market;

    /// <summary>250 ms is the speed of the name without a suffix.</summary>
    private static string Interval(int intervalMs) => intervalMs switch
    {
        100 => "@100ms",
        250 => "",
        500 => "@500ms",
        _ => throw new ArgumentOutOfRangeException(nameof(intervalMs), intervalMs, "Binance sends books every 100, 250 or 500 ms"),
    };

#pragma warning disable CA1308 // stream names carry the symbol in lower case
    private static string Lower(string symbol) => symbol.ToLowerInvariant();
#pragma warning restore CA1308
}
