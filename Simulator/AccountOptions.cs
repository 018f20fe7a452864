namespace Exchange.Simulator;

/// <summary>An API key that the simulated venue knows: HMAC with a secret, or Ed25519 with a public key (hex).</summary>
internal sealed record ApiKeyOptions(string Key, string? Secret = null, string? Ed25519PublicKey = null, bool CanTrade = true);

/// <summary>An account of the simulated venue.</summary>
internal sealed record AccountOptions
{
    /// <summary>Seed of the demo account's Ed25519 key: the one that Binance publishes as an illustration.</summary>
    public const string DemoEd25519Seed = "8244616b4606b8400a66fd0efcbea9af1611fd2540e975b3808b20007d9bcf6e";

    /// <summary>The demo account, with the keys that <c>./exchange sim</c> prints.</summary>
    public static readonly AccountOptions Demo = new()
    {
        Name = "demo",
        Keys =
        [
            new("demo-key", "demo-secret"),
            new("demo-ed25519", Ed25519PublicKey: "19420abfd752a565c15625e9da6eaf0086fc40c14960183214442c14996a800d"),
            new("demo-readonly", "demo-secret", CanTrade: false),
        ],
    };

    public required string Name { get; init; }

    public required IReadOnlyList<ApiKeyOptions> Keys { get; init; }

    public IReadOnlyDictionary<string, decimal> Balances { get; init; } =
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USDT"] = 100_000, ["BNB"] = 0 };

    /// <summary>Starts in hedge mode.</summary>
    public bool Hedge { get; init; }
}
