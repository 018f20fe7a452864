namespace Exchange.Exchanges.Binance;

/// <summary>Which Binance a process talks to: one switch for all its URLs.</summary>
public enum BinanceEnvironment
{
    /// <summary>The simulator on this machine.</summary>
    Sim = 0,
    /// <summary>Binance's test network.</summary>
    Testnet = 1,
    /// <summary>The real venue.</summary>
    Live = 2,
}

/// <summary>Settings of the Binance connections, section <c>Exchange:Binance</c>.</summary>
public sealed class BinanceOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Exchange:Binance";

    /// <summary><c>sim</c>, <c>testnet</c> or <c>live</c>; picks every URL that is not set by itself.</summary>
    public string Environment { get; set; } = "sim";

    /// <summary>REST, scheme and host; null for the environment's.</summary>
    public Uri? RestUrl { get; set; }

    /// <summary>Streams, scheme and host without the route; null for the environment's.</summary>
    public Uri? StreamUrl { get; set; }

    /// <summary>The WebSocket API, whole; null for the environment's.</summary>
    public Uri? WsApiUrl { get; set; }

    /// <summary>
    /// Where books come from: <c>auto</c> (whole pictures up to 20 levels at 100 ms and slower, changes otherwise), <c>diff</c>
    /// (always changes on a snapshot) or <c>partial</c> (always whole pictures; deeper than 20 is then refused).
    /// </summary>
    public string BookSource { get; set; } = "auto";

    /// <summary><c>aggTrade</c> (fills of one price and taker within 100 ms as one trade) or <c>trade</c> (each fill; not documented by Binance).</summary>
    public string TradeStream { get; set; } = "aggTrade";

    /// <summary>Streams on one socket before another is opened; Binance allows 1024.</summary>
    public int MaxStreamsPerConnection { get; set; } = 200;

    /// <summary>Silence of a book after which it is shown as stale and asked after by REST, in milliseconds.</summary>
    public int BookStaleMs { get; set; } = 5_000;

    /// <summary>Silence of a symbol's trades after which they are asked after by REST, in milliseconds.</summary>
    public int TradeStaleMs { get; set; } = 60_000;

    /// <summary>Silence of a whole socket after which it is given up, in milliseconds.</summary>
    public int SocketStaleMs { get; set; } = 15_000;

    /// <summary>Age at which a socket is replaced, in hours; Binance cuts it at 24.</summary>
    public double RotateHours { get; set; } = 23;

    /// <summary>How long a subscribe call waits for the venue's acknowledgement, in milliseconds.</summary>
    public int SubscribeWaitMs { get; set; } = 5_000;

    /// <summary>
    /// The least time between two control messages on one socket, in milliseconds. Binance takes 10 messages a second, our pongs
    /// included, and cuts and bans beyond.
    /// </summary>
    public int ControlIntervalMs { get; set; } = 250;

    /// <summary>How often the instruments are loaded again, in seconds.</summary>
    public int InstrumentReloadSeconds { get; set; } = 300;

    /// <summary>How often the venue's clock is measured, in seconds.</summary>
    public int ClockSeconds { get; set; } = 600;

    /// <summary>The venue's request weight a minute for our address.</summary>
    public int WeightLimit { get; set; } = 2400;

    /// <summary>The part of <see cref="WeightLimit"/> that the market data connection may use.</summary>
    public double WeightShare { get; set; } = 0.4;

    /// <summary>The part of <see cref="WeightLimit"/> that the order connection may use; cancels may go beyond it.</summary>
    public double OmsWeightShare { get; set; } = 0.25;

    /// <summary>The part of <see cref="WeightLimit"/> that the position connection may use.</summary>
    public double PmsWeightShare { get; set; } = 0.1;

    /// <summary>The part of <see cref="WeightLimit"/> that the recovery connection may use.</summary>
    public double DataWeightShare { get; set; } = 0.15;

    /// <summary>The part of <see cref="WeightLimit"/> that is kept for cancels.</summary>
    public double CancelReserve { get; set; } = 0.1;

    /// <summary>Orders that the account may send in ten seconds, until the venue tells its own number.</summary>
    public int OrderLimitIn10Seconds { get; set; } = 300;

    /// <summary>Orders that the account may send in a minute, until the venue tells its own number.</summary>
    public int OrderLimitAMinute { get; set; } = 1200;

    /// <summary>How long after its time stamp the venue may still act on a request, in milliseconds.</summary>
    public int RecvWindowMs { get; set; } = 5_000;

    /// <summary>How long the venue's answer to a command may take before its outcome counts as unknown, in milliseconds.</summary>
    public int CommandTimeoutMs { get; set; } = 5_000;

    /// <summary>How long the order connection waits for the first mark prices before it is ready without them, in milliseconds.</summary>
    public int MarkWaitMs { get; set; } = 3_000;

    /// <summary>
    /// What ends when an order would trade with another of the same account: <c>NONE</c>, <c>EXPIRE_TAKER</c>, <c>EXPIRE_MAKER</c> or
    /// <c>EXPIRE_BOTH</c>. Always sent, since the venue's documents disagree on what holds otherwise.
    /// </summary>
    public string SelfTradePrevention { get; set; } = "EXPIRE_MAKER";

    /// <summary>How often the listen key is kept alive, in minutes; it dies after 60.</summary>
    public double ListenKeyMinutes { get; set; } = 30;

    /// <summary>
    /// How long the user stream may owe an event for an order that the venue has acknowledged, in milliseconds; then it is deaf, and is
    /// opened anew.
    /// </summary>
    public int UserStreamOwesMs { get; set; } = 10_000;

    /// <summary>How often orders and positions are compared with the venue's while all is well, in seconds: an event may be lost unseen.</summary>
    public int CompareSeconds { get; set; } = 300;

    /// <summary>Age beyond which a mark price is not relied on, in milliseconds; the venue sends one a second.</summary>
    public int MarkPriceAgeMs { get; set; } = 15_000;

    /// <summary>What is wrong with the settings, each line naming its key; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!TryParseEnvironment(Environment, out var environment))
            errors.Add($"{Section}:Environment: '{Environment}' is none of sim, testnet, live");
        else
            BinanceUrls.Validate(this, environment, errors);
        OneOf(nameof(BookSource), BookSource, ["auto", "diff", "partial"]);
        OneOf(nameof(TradeStream), TradeStream, ["aggTrade", "trade"]);
        Between(nameof(MaxStreamsPerConnection), MaxStreamsPerConnection, 1, 1024);
        Between(nameof(BookStaleMs), BookStaleMs, 500, 3_600_000);
        Between(nameof(TradeStaleMs), TradeStaleMs, 1_000, 3_600_000);
        Between(nameof(SocketStaleMs), SocketStaleMs, 1_000, 3_600_000);
        Between(nameof(RotateHours), RotateHours, 0.001, 23.9);
        Between(nameof(SubscribeWaitMs), SubscribeWaitMs, 0, 60_000);
        Between(nameof(ControlIntervalMs), ControlIntervalMs, 0, 10_000);
        Between(nameof(InstrumentReloadSeconds), InstrumentReloadSeconds, 10, 86_400);
        Between(nameof(ClockSeconds), ClockSeconds, 10, 86_400);
        Between(nameof(WeightLimit), WeightLimit, 100, 1_000_000);
        Between(nameof(WeightShare), WeightShare, 0.01, 1);
        Between(nameof(OmsWeightShare), OmsWeightShare, 0.01, 1);
        Between(nameof(PmsWeightShare), PmsWeightShare, 0.01, 1);
        Between(nameof(DataWeightShare), DataWeightShare, 0.01, 1);
        Between(nameof(CancelReserve), CancelReserve, 0, 0.9);
        Between(nameof(OrderLimitIn10Seconds), OrderLimitIn10Seconds, 1, 100_000);
        Between(nameof(OrderLimitAMinute), OrderLimitAMinute, 1, 1_000_000);
        Between(nameof(RecvWindowMs), RecvWindowMs, 500, 60_000);
        Between(nameof(CommandTimeoutMs), CommandTimeoutMs, 100, 60_000);
        Between(nameof(MarkWaitMs), MarkWaitMs, 0, 60_000);
        OneOf(nameof(SelfTradePrevention), SelfTradePrevention, ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"]);
        Between(nameof(ListenKeyMinutes), ListenKeyMinutes, 0.001, 50);
        Between(nameof(MarkPriceAgeMs), MarkPriceAgeMs, 1_000, 600_000);
        Between(nameof(CompareSeconds), CompareSeconds, 10, 86_400);
        Between(nameof(UserStreamOwesMs), UserStreamOwesMs, 1_000, 600_000);
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

    internal static bool TryParseEnvironment(string? text, out BinanceEnvironment environment)
    {
        (var known, environment) = text switch
        {
            "sim" => (true, BinanceEnvironment.Sim),
            "testnet" => (true, BinanceEnvironment.Testnet),
            "live" => (true, BinanceEnvironment.Live),
            _ => (false, default),
        };
        return known;
    }
}
