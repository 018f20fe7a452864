namespace Exchange.Client.Trader;

/// <summary>Settings of a <see cref="TraderClient"/>.</summary>
public sealed record TraderClientOptions
{
    /// <summary>Where the gateway takes commands.</summary>
    public string CommandEndpoint { get; init; } = "tcp://127.0.0.1:5555";

    /// <summary>Where the gateway sends updates.</summary>
    public string UpdateEndpoint { get; init; } = "tcp://127.0.0.1:5556";

    /// <summary>What the trader calls itself, for the gateway's log.</summary>
    public string Name { get; init; } = "trader";

    /// <summary>How long a call waits for its answer. The gateway refuses a command that reaches it later than that.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the session is kept alive; zero to leave it to the calls.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Updates that may wait on the socket while handlers run; beyond it ZeroMQ leaves some out, which shows as a gap.</summary>
    public int ReceiveHighWatermark { get; init; } = 100_000;

    /// <summary>Updates that may wait for a reader of <see cref="TraderFeed.ReadAllAsync"/>.</summary>
    public int ReaderLimit { get; init; } = 65_536;

    /// <summary>The largest update or reply that is taken, in bytes.</summary>
    public int MaxFrameBytes { get; init; } = 64 * 1024 * 1024;
}
