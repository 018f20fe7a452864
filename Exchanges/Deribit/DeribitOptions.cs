namespace Exchange.Exchanges.Deribit;

/// <summary>Which Deribit a process talks to: one switch for all its URLs.</summary>
public enum DeribitEnvironment
{
    /// <summary>The simulator on this machine.</summary>
    Sim = 0,
    /// <summary>Deribit's test exchange, with accounts, keys and limits of its own.</summary>
    Testnet = 1,
    /// <summary>The real venue.</summary>
    Live = 2,
}

/// <summary>Settings of the Deribit connections, section <c>Exchange:Deribit</c>.</summary>
public sealed class DeribitOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Exchange:Deribit";

    /// <summary><c>sim</c>, <c>testnet</c> or <c>live</c>; picks every URL that is not set by itself.</summary>
    public string Environment { get; set; } = "sim";

    /// <summary>HTTP, scheme and host; null for the environment's.</summary>
    public Uri? RestUrl { get; set; }

    /// <summary>The WebSocket, whole; null for the environment's.</summary>
    public Uri? SocketUrl { get; set; }

    /// <summary>How a socket proves who we are: <c>client_signature</c> (the secret stays here) or <c>client_credentials</c>.</summary>
    public string GrantType { get; set; } = "client_signature";

    /// <summary>
    /// The beginning of the names of our sessions at the venue; the role follows. Two gateways on one key need two names: a key has 16
    /// sessions, and a name belongs to one of them.
    /// </summary>
    public string SessionName { get; set; } = "exchange";

    /// <summary>How often the venue looks whether we are there, in seconds; it closes a socket that does not answer in ten.</summary>
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>Silence of a whole socket, heartbeats included, after which it is given up, in milliseconds.</summary>
    public int SocketStaleMs { get; set; } = 40_000;

    /// <summary>The part of a token's life after which it is refreshed.</summary>
    public double RefreshAt { get; set; } = 0.8;

    /// <summary>
    /// Which changes of a book are asked for: <c>auto</c> (<c>raw</c> where there are credentials, <c>100ms</c> otherwise), <c>raw</c>,
    /// <c>100ms</c> or <c>agg2</c>.
    /// </summary>
    public string BookInterval { get; set; } = "auto";

    /// <summary>
    /// Where books come from: <c>auto</c> (whole pictures up to 20 levels at 100 ms and slower, changes otherwise), <c>diff</c> (always
    /// changes on a snapshot) or <c>partial</c> (always whole pictures; deeper than 20 is then refused).
    /// </summary>
    public string BookSource { get; set; } = "auto";

    /// <summary>Channels on one socket before another is opened.</summary>
    public int MaxChannelsPerConnection { get; set; } = 200;

    /// <summary>Silence of a book after which it is asked after over HTTP, in milliseconds; a still book sends nothing.</summary>
    public int BookStaleMs { get; set; } = 60_000;

    /// <summary>Silence of an instrument's trades after which they are asked after over HTTP, in milliseconds.</summary>
    public int TradeStaleMs { get; set; } = 60_000;

    /// <summary>Age at which a socket of market data is replaced, in hours.</summary>
    public double RotateHours { get; set; } = 23;

    /// <summary>How long a subscribe call waits for the venue's acknowledgement, in milliseconds.</summary>
    public int SubscribeWaitMs { get; set; } = 5_000;

    /// <summary>How often the instruments are loaded again, in seconds.</summary>
    public int InstrumentReloadSeconds { get; set; } = 300;

    /// <summary>How often the venue's clock is measured, in seconds.</summary>
    public int ClockSeconds { get; set; } = 600;

    /// <summary>Requests a second that the account has, but orders and cancels; the venue's own number is taken once it is told.</summary>
    public double RequestRate { get; set; } = 20;

    /// <summary>Requests that the account may send at once, but orders and cancels.</summary>
    public double RequestBurst { get; set; } = 100;

    /// <summary>Subscribe calls a second.</summary>
    public double SubscribeRate { get; set; } = 3.3;

    /// <summary>Subscribe calls at once.</summary>
    public double SubscribeBurst { get; set; } = 10;

    /// <summary>Orders and cancels a second that the account has: 5 up to a turnover of a million USD in seven days.</summary>
    public double OrderRate { get; set; } = 5;

    /// <summary>Orders and cancels that the account may send at once.</summary>
    public double OrderBurst { get; set; } = 20;

    /// <summary>
    /// The part of the order limits that we use. The web page and other programs spend from the same, and one breach ends the session.
    /// </summary>
    public double OrderShare { get; set; } = 0.9;

    /// <summary>The part of the order burst that is kept for cancels.</summary>
    public double CancelReserve { get; set; } = 0.25;

    /// <summary>The part of the requests that the market data connection may use.</summary>
    public double MarketShare { get; set; } = 0.3;

    /// <summary>The part of the requests that the order connection may use.</summary>
    public double OmsShare { get; set; } = 0.3;

    /// <summary>The part of the requests that the position connection may use.</summary>
    public double PmsShare { get; set; } = 0.2;

    /// <summary>The part of the requests that the recovery connection may use.</summary>
    public double DataShare { get; set; } = 0.2;

    /// <summary>How long nothing is sent after the venue has refused us for coming too often, in milliseconds.</summary>
    public int ThrottlePauseMs { get; set; } = 1_000;

    /// <summary>How long after its sending the venue may still act on a command (<c>valid_until</c>), in milliseconds.</summary>
    public int ValidityMs { get; set; } = 5_000;

    /// <summary>How long the venue's answer to a command may take before its outcome counts as unknown, in milliseconds.</summary>
    public int CommandTimeoutMs { get; set; } = 5_000;

    /// <summary>How long the order connection waits for the first mark prices before it is ready without them, in milliseconds.</summary>
    public int MarkWaitMs { get; set; } = 3_000;

    /// <summary>Whether <c>valid_until</c> is sent with an edit too.</summary>
    public bool ValidUntilOnEdit { get; set; } = true;

    /// <summary>How often orders and positions are compared with the venue's while all is well, in seconds: an event may be lost unseen.</summary>
    public int CompareSeconds { get; set; } = 300;

    /// <summary>
    /// How long the account's channel may owe an event for an order that the venue has acknowledged, in milliseconds; then it is deaf, and
    /// is opened anew.
    /// </summary>
    public int EventsOwedMs { get; set; } = 10_000;

    /// <summary>Age beyond which a mark price is not relied on, in milliseconds.</summary>
    public int MarkPriceAgeMs { get; set; } = 15_000;

    /// <summary>What is wrong with the settings, each line naming its key; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!TryParseEnvironment(Environment, out var environment))
            errors.Add($"{Section}:Environment: '{Environment}' is none of sim, testnet, live");
        else
            DeribitUrls.Validate(this, environment, errors);
        OneOf(nameof(GrantType), GrantType, ["client_signature", "client_credentials"]);
        OneOf(nameof(BookInterval), BookInterval, ["auto", "raw", "100ms", "agg2"]);
        OneOf(nameof(BookSource), BookSource, ["auto", "diff", "partial"]);
        if (SessionName.Length is 0 or > 32 || !SessionName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            errors.Add($"{Section}:SessionName: '{SessionName}' is not 1 to 32 letters, digits, - and _");
        Between(nameof(HeartbeatSeconds), HeartbeatSeconds, 10, 60);
        Between(nameof(SocketStaleMs), SocketStaleMs, 1_000, 3_600_000);
        Between(nameof(RefreshAt), RefreshAt, 0.1, 0.95);
        Between(nameof(MaxChannelsPerConnection), MaxChannelsPerConnection, 1, 500);
        Between(nameof(BookStaleMs), BookStaleMs, 500, 3_600_000);
        Between(nameof(TradeStaleMs), TradeStaleMs, 1_000, 3_600_000);
        Between(nameof(RotateHours), RotateHours, 0.001, 168);
        Between(nameof(SubscribeWaitMs), SubscribeWaitMs, 0, 60_000);
        Between(nameof(InstrumentReloadSeconds), InstrumentReloadSeconds, 10, 86_400);
        Between(nameof(ClockSeconds), ClockSeconds, 10, 86_400);
        Between(nameof(RequestRate), RequestRate, 0.1, 100_000);
        Between(nameof(RequestBurst), RequestBurst, 1, 100_000);
        Between(nameof(SubscribeRate), SubscribeRate, 0.1, 100_000);
        Between(nameof(SubscribeBurst), SubscribeBurst, 1, 100_000);
        Between(nameof(OrderRate), OrderRate, 0.1, 100_000);
        Between(nameof(OrderBurst), OrderBurst, 1, 100_000);
        Between(nameof(OrderShare), OrderShare, 0.01, 1);
        Between(nameof(CancelReserve), CancelReserve, 0, 0.9);
        Between(nameof(MarketShare), MarketShare, 0.01, 1);
        Between(nameof(OmsShare), OmsShare, 0.01, 1);
        Between(nameof(PmsShare), PmsShare, 0.01, 1);
        Between(nameof(DataShare), DataShare, 0.01, 1);
        Between(nameof(ThrottlePauseMs), ThrottlePauseMs, 100, 60_000);
        Between(nameof(ValidityMs), ValidityMs, 500, 60_000);
        Between(nameof(CommandTimeoutMs), CommandTimeoutMs, 100, 60_000);
        Between(nameof(MarkWaitMs), MarkWaitMs, 0, 60_000);
        Between(nameof(CompareSeconds), CompareSeconds, 10, 86_400);
        Between(nameof(EventsOwedMs), EventsOwedMs, 1_000, 600_000);
        Between(nameof(MarkPriceAgeMs), MarkPriceAgeMs, 1_000, 600_000);
        return errors;

        void OneOf(string key, string value, string[] legal)
        {
            if (!legal.Contains(value))
                errors.Add($"{Section}:{key}: '{value}' is none of {string.Join(", ", legal)}");
        }

        void Between(string key, double value, double low, double high)
        {
            if (!(value >= low && value <= high))
                errors.Add(FormattableString.Invariant($"{Section}:{key}: {value} is outside {low} to {high}"));
        }
    }

    internal static bool TryParseEnvironment(string? text, out DeribitEnvironment environment)
    {
        (var known, environment) = text switch
        {
            "sim" => (true, DeribitEnvironment.Sim),
            "testnet" => (true, DeribitEnvironment.Testnet),
            "live" => (true, DeribitEnvironment.Live),
            _ => (false, default),
        };
        return known;
    }
}
