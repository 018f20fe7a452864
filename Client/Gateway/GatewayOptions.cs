namespace Exchange.Client.Gateway;

/// <summary>Settings of the trader's gateway: the section <c>Exchange:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Exchange:Gateway";

    /// <summary>Where commands are taken (ROUTER). Loopback only; port 0 or <c>*</c> takes a free one.</summary>
    public string CommandEndpoint { get; set; } = "tcp://127.0.0.1:5555";

    /// <summary>Where updates go out (XPUB). Loopback only; port 0 or <c>*</c> takes a free one.</summary>
    public string UpdateEndpoint { get; set; } = "tcp://127.0.0.1:5556";

    /// <summary>
    /// The connections that the gateway watches (<c>market/binance</c>): their status, orders, positions and accounts are
    /// forwarded. Empty: those of <c>Exchange:Connections</c>, and if there are none either, every role of every venue.
    /// </summary>
    public IList<string> Connections { get; } = [];

    /// <summary>The largest command frame that is carried out, in bytes.</summary>
    public int MaxFrameBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The largest command frame that is answered at all (with <c>request_too_large</c>), in bytes. ZeroMQ cuts the peer off
    /// that sends a larger one.
    /// </summary>
    public int HardMaxFrameBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Updates that may wait for the socket's thread; beyond it trades and private updates are dropped, counted and told.</summary>
    public int UpdateQueueLimit { get; set; } = 65_536;

    /// <summary>Bytes that may wait for the socket's thread.</summary>
    public int UpdateQueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Books (quotes, marks) of one topic that may wait; beyond it the newest takes the place of the one before it.</summary>
    public int BookQueueLimit { get; set; } = 32;

    /// <summary>Updates that may wait for one slow subscriber; beyond it ZeroMQ leaves out what does not fit, for that one alone.</summary>
    public int SubscriberHighWatermark { get; set; } = 10_000;

    /// <summary>Replies that may wait for one slow peer; beyond it they are dropped and counted.</summary>
    public int ReplyHighWatermark { get; set; } = 1_000;

    /// <summary>Commands that may be under way at once, over all sessions; beyond it the answer is <c>overloaded</c>.</summary>
    public int MaxCommandsInFlight { get; set; } = 4_096;

    /// <summary>Commands of one session that may be under way at once.</summary>
    public int MaxCommandsPerSession { get; set; } = 512;

    /// <summary>Sessions that may exist at once.</summary>
    public int MaxSessions { get; set; } = 1_024;

    /// <summary>Market subscriptions that one session may hold.</summary>
    public int MaxSubscriptionsPerSession { get; set; } = 1_024;

    /// <summary>How long a call to a connection may take.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A session that heartbeats is given up after this silence, and its subscriptions with it.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A session that never heartbeats is given up this long after its last command.</summary>
    public TimeSpan IdleSessionLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// After how much silence the venue's own dead-man switch cancels, where one may be armed; renewed four times as often. Zero: none is armed.
    /// </summary>
    public TimeSpan DeadManTime { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Symbols of one exchange that a dead-man switch is kept armed for: at Binance each renewal costs 10 of 2,400 weight a minute.</summary>
    public int MaxDeadManSymbols { get; set; } = 20;

    /// <summary>How often private topics and status repeat their epoch and last sequence number.</summary>
    public TimeSpan TopicHeartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often market subscriptions are renewed at the connections.</summary>
    public TimeSpan SubscriptionRenewal { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The wait before a failed attachment or renewal is tried again.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a stop waits for what is queued to leave.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
