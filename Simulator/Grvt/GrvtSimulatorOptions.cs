namespace Exchange.Simulator.Grvt;

/// <summary>What becomes of a trading socket whose cookie expires; the venue's papers do not say.</summary>
internal enum GrvtSocketAtExpiry
{
    /// <summary>Its calls are refused with 1000; its streams go on.</summary>
    Refuse,

    /// <summary>It goes on as if nothing had happened: the handshake was all.</summary>
    Keep,

    /// <summary>It is closed (close code 1008).</summary>
    Close,
}

/// <summary>An API key with the address that signs for it.</summary>
/// <param name="Key">What the edge is told.</param>
/// <param name="Signer">The address, in lower case.</param>
/// <param name="CanTrade">Else it may only look.</param>
/// <param name="IsElsewhere">Its whitelist does not have the client's address: 1008.</param>
internal sealed record GrvtKeyOptions(string Key, string Signer, bool CanTrade = true, bool IsElsewhere = false);

/// <summary>An account of the simulated venue.</summary>
internal sealed record GrvtAccountOptions
{
    /// <summary>Signer of the demo key: the address of the private key of 32 bytes of 01.</summary>
    public const string DemoSigner = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1";

    /// <summary>Signer of the key that may only look: the address of the private key of 32 bytes of 02.</summary>
    public const string ReadOnlySigner = "0x5050a4f4b3f9338c3472dcc01a87c76a144b3c9c";

    /// <summary>The demo account, with the keys that <c>./exchange sim</c> prints.</summary>
    public static readonly GrvtAccountOptions Demo = new()
    {
        Name = "demo",
        SubAccountId = 1_000_000_000_000_001,
        MainAccountId = DemoSigner,
        Keys =
        [
            new("demo-key", DemoSigner),
            new("demo-readonly", ReadOnlySigner, CanTrade: false),
            new("demo-elsewhere", DemoSigner, IsElsewhere: true),
        ],
    };

    public required string Name { get; init; }

    public required ulong SubAccountId { get; init; }

    /// <summary>Address of the funding account.</summary>
    public required string MainAccountId { get; init; }

    public required IReadOnlyList<GrvtKeyOptions> Keys { get; init; }

    /// <summary>Builders that may be named in orders, by address in lower case, with the highest fee in percent.</summary>
    public IReadOnlyDictionary<string, decimal> Builders { get; init; } =
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["0xabc1230001230001230001230001230001230001"] = 0.001m };

    public IReadOnlyDictionary<string, decimal> Balances { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USDT"] = 100_000 };
}

/// <summary>What the simulated GRVT is to be; ports of 0 are chosen by the system.</summary>
internal sealed record GrvtSimulatorOptions
{
    public int EdgePort { get; init; }

    public int TradingPort { get; init; }

    public int MarketDataPort { get; init; }

    /// <summary>Of those the simulator knows.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = ["BTC_USDT_Perp", "ETH_USDT_Perp", "SOL_USDT_Perp", "SUI_USDT_Perp"];

    /// <summary>Who may trade; the demo account unless told otherwise.</summary>
    public IReadOnlyList<GrvtAccountOptions> Accounts { get; init; } = [GrvtAccountOptions.Demo];

    /// <summary>Testnet's.</summary>
    public ulong ChainId { get; init; } = 326;

    /// <summary>How long a cookie of an API key lives.</summary>
    public TimeSpan CookieLife { get; init; } = TimeSpan.FromDays(1);

    public GrvtSocketAtExpiry SocketAtExpiry { get; init; }

    /// <summary>What creates that are not post-only wait for (25 ms at the venue); zero keeps tests free of the clock.</summary>
    public TimeSpan SpeedBump { get; init; }

    /// <summary>Creates and cancels that an account may send in ten seconds; benchmarks raise it.</summary>
    public int OrdersPerTenSeconds { get; init; } = 200;

    /// <summary>The open orders that an account may have (2090).</summary>
    public int MaximumOpenOrders { get; init; } = 200;
}
