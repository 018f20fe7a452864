namespace Exchange.Exchanges.Deribit;

/// <summary>The addresses of one environment (venue sheet, section 1).</summary>
/// <param name="Rest">HTTP, scheme and host.</param>
/// <param name="Socket">The WebSocket: one address for public and private, inverse and linear.</param>
internal sealed record DeribitUrls(Uri Rest, Uri Socket)
{
    private static readonly Dictionary<string, DeribitEnvironment> _knownHosts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["www.deribit.com"] = DeribitEnvironment.Live,
        ["deribit.com"] = DeribitEnvironment.Live,
        ["streams.deribit.com"] = DeribitEnvironment.Live,
        ["test.deribit.com"] = DeribitEnvironment.Testnet,
    };

    /// <summary>The addresses that settings ask for.</summary>
    public static DeribitUrls From(DeribitOptions options)
    {
        if (!DeribitOptions.TryParseEnvironment(options.Environment, out var environment))
            throw new ArgumentException(string.Join("; ", options.Validate()), nameof(options));
        var defaults = Of(environment);
        return new DeribitUrls(options.RestUrl ?? defaults.Rest, options.SocketUrl ?? defaults.Socket);
    }

    /// <summary>Refuses addresses of different environments side by side: test orders by real prices, or worse, the other way round.</summary>
    public static void Validate(DeribitOptions options, DeribitEnvironment environment, List<string> errors)
    {
        Check(nameof(DeribitOptions.RestUrl), options.RestUrl, "http", "https");
        Check(nameof(DeribitOptions.SocketUrl), options.SocketUrl, "ws", "wss");

        void Check(string key, Uri? url, string plain, string secure)
        {
            if (url is null)
                return;
            var name = $"{DeribitOptions.Section}:{key}";
            if (!url.IsAbsoluteUri || (url.Scheme != plain && url.Scheme != secure))
                errors.Add($"{name}: '{url}' is not an absolute {plain} or {secure} URL");
            else if (OwnerOf(url) is { } owner && owner != environment)
                errors.Add($"{name}: {url.Host} belongs to the environment {Name(owner)}, but {DeribitOptions.Section}:Environment is {Name(environment)}");
        }
    }

    private static DeribitUrls Of(DeribitEnvironment environment) => environment switch
    {
        DeribitEnvironment.Live => new(new("https://www.deribit.com"), new("wss://www.deribit.com/ws/api/v2")),
        DeribitEnvironment.Testnet => new(new("https://test.deribit.com"), new("wss://test.deribit.com/ws/api/v2")),
        _ => new(new("http://127.0.0.1:9402"), new("ws://127.0.0.1:9402/ws/api/v2")),
    };

    /// <summary>Whose host it is; null for one that is not known (a proxy of the user's).</summary>
    private static DeribitEnvironment? OwnerOf(Uri url) =>
        url.IsLoopback ? DeribitEnvironment.Sim : _knownHosts.TryGetValue(url.Host, out var owner) ? owner : null;

#pragma warning disable CA1308 // the settings are written in lower case
    private static string Name(DeribitEnvironment environment) => environment.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
