namespace Exchange.Exchanges.Binance;

/// <summary>The part of the stream service that a stream lives on. A stream asked for on the wrong one is acknowledged and stays silent.</summary>
internal enum BinanceRoute
{
    /// <summary>Books, best bid and ask, single trades.</summary>
    Public = 0,
    /// <summary>Aggregated trades, mark prices, candles, statistics.</summary>
    Market = 1,
}

/// <summary>The addresses of one environment (venue sheet, section 2).</summary>
/// <param name="Rest">REST, scheme and host.</param>
/// <param name="Streams">Streams, scheme and host.</param>
/// <param name="WsApi">The WebSocket API.</param>
internal sealed record BinanceUrls(Uri Rest, Uri Streams, Uri WsApi)
{
    private static readonly Dictionary<string, BinanceEnvironment> _knownHosts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fapi.binance.com"] = BinanceEnvironment.Live,
        ["fstream.binance.com"] = BinanceEnvironment.Live,
        ["ws-fapi.binance.com"] = BinanceEnvironment.Live,
        ["demo-fapi.binance.com"] = BinanceEnvironment.Testnet,
        ["testnet.binancefuture.com"] = BinanceEnvironment.Testnet,
        ["fstream.binancefuture.com"] = BinanceEnvironment.Testnet,
        ["stream.binancefuture.com"] = BinanceEnvironment.Testnet,
        ["demo-fstream.binance.com"] = BinanceEnvironment.Testnet,
    };

    /// <summary>The addresses that settings ask for.</summary>
    public static BinanceUrls From(BinanceOptions options)
    {
        if (!BinanceOptions.TryParseEnvironment(options.Environment, out var environment))
            throw new ArgumentException(string.Join("; ", options.Validate()), nameof(options));
        var defaults = Of(environment);
        return new BinanceUrls(options.RestUrl ?? defaults.Rest, options.StreamUrl ?? defaults.Streams, options.WsApiUrl ?? defaults.WsApi);
    }

    /// <summary>Refuses addresses of different environments side by side: test orders by real prices, or worse, the other way round.</summary>
    public static void Validate(BinanceOptions options, BinanceEnvironment environment, List<string> errors)
    {
        Check(nameof(BinanceOptions.RestUrl), options.RestUrl, "http", "https");
        Check(nameof(BinanceOptions.StreamUrl), options.StreamUrl, "ws", "wss");
        Check(nameof(BinanceOptions.WsApiUrl), options.WsApiUrl, "ws", "wss");

        void Check(string key, Uri? url, string plain, string secure)
        {
            if (url is null)
                return;
            var name = $"{BinanceOptions.Section}:{key}";
            if (!url.IsAbsoluteUri || (url.Scheme != plain && url.Scheme != secure))
                errors.Add($"{name}: '{url}' is not an absolute {plain} or {secure} URL");
            else if (OwnerOf(url) is { } owner && owner != environment)
                errors.Add($"{name}: {url.Host} belongs to the environment {Name(owner)}, but {BinanceOptions.Section}:Environment is {Name(environment)}");
        }
    }

    /// <summary>The socket of a route. The combined form: each message names its stream.</summary>
    public Uri Stream(BinanceRoute route) =>
        new(Streams.AbsoluteUri.TrimEnd('/') + (route == BinanceRoute.Public ? "/public/stream" : "/market/stream"));

    /// <summary>The socket of the account's own events, without the listen key that completes it.</summary>
    public Uri UserStream => new(Streams.AbsoluteUri.TrimEnd('/') + "/private/ws");

    private static BinanceUrls Of(BinanceEnvironment environment) => environment switch
    {
        BinanceEnvironment.Live => new(new("https://fapi.binance.com"), new("wss://fstream.binance.com"), new("wss://ws-fapi.binance.com/ws-fapi/v1")),
        BinanceEnvironment.Testnet => new(new("https://demo-fapi.binance.com"), new("wss://fstream.binancefuture.com"), new("wss://testnet.binancefuture.com/ws-fapi/v1")),
        _ => new(new("http://127.0.0.1:9401"), new("ws://127.0.0.1:9401"), new("ws://127.0.0.1:9401/ws-fapi/v1")),
    };

    /// <summary>Whose host it is; null for one that is not known (a proxy of the user's).</summary>
    private static BinanceEnvironment? OwnerOf(Uri url) =>
        url.IsLoopback ? BinanceEnvironment.Sim : _knownHosts.TryGetValue(url.Host, out var owner) ? owner : null;

#pragma warning disable CA1308 // the settings are written in lower case
    private static string Name(BinanceEnvironment environment) => environment.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
