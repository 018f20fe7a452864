namespace Exchange.Simulator.Deribit;

/// <summary>An API key that the simulated venue knows, and the most that its tokens may be granted.</summary>
internal sealed record DeribitClientOptions(
    string Id, string Secret, string Scope = "account:read_write trade:read_write wallet:read_write block_trade:read_write");

/// <summary>What the simulated venue does with a price outside of its band; the venue's papers say both.</summary>
internal enum DeribitBand
{
    Reject,
    Clamp,
}

/// <summary>What Deribit is to be. Where the venue's papers contradict each other or themselves, a setting says which it is.</summary>
internal sealed record DeribitSimulatorOptions
{
    /// <summary>0: any.</summary>
    public int Port { get; init; }

    /// <summary>The instruments that there are, of those the simulator knows; null for all.</summary>
    public IReadOnlyList<string>? Instruments { get; init; }

    /// <summary>The demo account's keys.</summary>
    public IReadOnlyList<DeribitClientOptions> Clients { get; init; } =
    [
        new("demo-id", "demo-secret"),
        new("demo-readonly", "demo-secret", "account:read trade:read wallet:read"),
    ];

    public IReadOnlyDictionary<string, decimal> Balances { get; init; } =
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["BTC"] = 10, ["ETH"] = 100, ["USDC"] = 1_000_000 };

    /// <summary>How long tokens live unless a scope asks for less.</summary>
    public TimeSpan TokenLife { get; init; } = TimeSpan.FromSeconds(31_536_000);

    /// <summary>Whether a token of connection scope has to be in every private call: the papers say so, and clients do without.</summary>
    public bool NeedsAccessToken { get; init; }

    /// <summary>Requests a second to the matching engine, of the account's tier.</summary>
    public int MatchingRate { get; init; } = 5;

    public int MatchingBurst { get; init; } = 20;

    /// <summary>A socket without traffic and without subscriptions is cut after so long.</summary>
    public TimeSpan IdleLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How far from the mark a buy may be above, and a sell below.</summary>
    public decimal PriceBand { get; init; } = 0.05m;

    public DeribitBand OutOfBand { get; init; } = DeribitBand.Reject;

    /// <summary>Whether the trigger order itself is told of a last time (<c>triggered</c>) when it fires.</summary>
    public bool TellsTriggered { get; init; } = true;
}
