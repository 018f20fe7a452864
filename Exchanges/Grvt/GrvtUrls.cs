namespace Exchange.Exchanges.Grvt;

/// <summary>
/// The addresses of one environment, and its chain (venue sheet, section 1). Logins are made at the edge, private calls at the trading host,
/// public ones at the market data host; a call at the wrong one is forbidden there.
/// </summary>
/// <param name="Edge">Logins.</param>
/// <param name="Trading">Private calls.</param>
/// <param name="MarketData">Public calls.</param>
/// <param name="ChainId">What orders are signed for.</param>
internal sealed record GrvtUrls(Uri Edge, Uri Trading, Uri MarketData, ulong ChainId)
{
    private const string LiveDomain = "grvt.io";
    private const string TestnetDomain = "testnet.grvt.io";

    /// <summary>The addresses that settings ask for.</summary>
    public static GrvtUrls From(GrvtOptions options)
    {
        if (!GrvtOptions.TryParseEnvironment(options.Environment, out var environment))
            throw new ArgumentException(string.Join("; ", options.Validate()), nameof(options));
        var defaults = Of(environment);
        return new GrvtUrls(options.EdgeUrl ?? defaults.Edge, options.TradingUrl ?? defaults.Trading, options.MarketDataUrl ?? defaults.MarketData, defaults.ChainId);
    }

    /// <summary>Refuses addresses of different environments side by side: test orders by real prices, or worse, the other way round.</summary>
    public static void Validate(GrvtOptions options, GrvtEnvironment environment, List<string> errors)
    {
        Check(nameof(GrvtOptions.EdgeUrl), options.EdgeUrl);
        Check(nameof(GrvtOptions.TradingUrl), options.TradingUrl);
        Check(nameof(GrvtOptions.MarketDataUrl), options.MarketDataUrl);

        void Check(string key, Uri? url)
        {
            if (url is null)
                return;
            var name = $"{GrvtOptions.Section}:{key}";
            if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
                errors.Add($"{name}: '{url}' is not an absolute http or https URL");
            else if (OwnerOf(url) is { } owner && owner != environment)
                errors.Add($"{name}: {url.Host} belongs to the environment {Name(owner)}, but {GrvtOptions.Section}:Environment is {Name(environment)}");
        }
    }

    /// <summary>The socket of private calls and streams.</summary>
    public Uri TradingSocket(bool lite) => Socket(Trading, lite);

    /// <summary>The socket of public calls and streams.</summary>
    public Uri MarketSocket(bool lite) => Socket(MarketData, lite);

    private static Uri Socket(Uri host, bool lite) => new UriBuilder(host)
    {
        Scheme = host.Scheme == "https" ? "wss" : "ws",
        Port = host.IsDefaultPort ? -1 : host.Port,
        Path = lite ? "/ws/lite" : "/ws/full",
    }.Uri;

    private static GrvtUrls Of(GrvtEnvironment environment) => environment switch
    {
        GrvtEnvironment.Live => OfDomain(LiveDomain, 325),
        GrvtEnvironment.Testnet => OfDomain(TestnetDomain, 326),

        // The simulator verifies signatures as the test network does.
        _ => new(new("http://127.0.0.1:9403"), new("http://127.0.0.1:9404"), new("http://127.0.0.1:9405"), 326),
    };

    private static GrvtUrls OfDomain(string domain, ulong chainId) =>
        new(new($"https://edge.{domain}"), new($"https://trades.{domain}"), new($"https://market-data.{domain}"), chainId);

    /// <summary>Whose host it is; null for one that is not known (a proxy of the user's).</summary>
    private static GrvtEnvironment? OwnerOf(Uri url) =>
        url.IsLoopback ? GrvtEnvironment.Sim
        : url.Host.EndsWith("." + TestnetDomain, StringComparison.OrdinalIgnoreCase) ? GrvtEnvironment.Testnet
        : url.Host.EndsWith("." + LiveDomain, StringComparison.OrdinalIgnoreCase) ? GrvtEnvironment.Live
        : null;

#pragma warning disable CA1308 // the settings are written in lower case
    private static string Name(GrvtEnvironment environment) => environment.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
