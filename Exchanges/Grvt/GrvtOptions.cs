namespace Exchange.Exchanges.Grvt;

/// <summary>Which GRVT a process talks to: one switch for all its URLs and for the chain that orders are signed for.</summary>
public enum GrvtEnvironment
{
    /// <summary>The simulator on this machine.</summary>
    Sim = 0,
    /// <summary>GRVT's test network.</summary>
    Testnet = 1,
    /// <summary>The real venue.</summary>
    Live = 2,
}

/// <summary>Settings of the GRVT connections, section <c>Exchange:Grvt</c>.</summary>
public sealed class GrvtOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Exchange:Grvt";

    /// <summary><c>sim</c>, <c>testnet</c> or <c>live</c>; picks the chain id, and every URL that is not set by itself.</summary>
    public string Environment { get; set; } = "sim";

    /// <summary>Where logins are made, scheme and host; null for the environment's.</summary>
    public Uri? EdgeUrl { get; set; }

    /// <summary>Private calls, scheme (http or https) and host; the socket is on the same host. Null for the environment's.</summary>
    public Uri? TradingUrl { get; set; }

    /// <summary>Public calls, scheme (http or https) and host; the socket is on the same host. Null for the environment's.</summary>
    public Uri? MarketDataUrl { get; set; }

    /// <summary><c>full</c> or <c>lite</c>: whether names on the wire are whole words or initials. Values are the same.</summary>
    public string Encoding { get; set; } = "full";

    /// <summary>How long before the cookie's end the next login is made, in minutes; of a cookie that lives shorter, a third of its life.</summary>
    public double RenewMinutes { get; set; } = 10;

    /// <summary>How long a cookie is taken to live whose end the venue does not tell, in minutes.</summary>
    public double UntoldCookieMinutes { get; set; } = 45;

    /// <summary>How often WebSocket pings are sent, in seconds.</summary>
    public double KeepAliveSeconds { get; set; } = 15;

    /// <summary>Silence of a whole public socket after which it is given up, in milliseconds.</summary>
    public int SocketStaleMs { get; set; } = 15_000;

    /// <summary>How often the instruments are loaded again, in seconds.</summary>
    public int InstrumentReloadSeconds { get; set; } = 300;

    /// <summary>How often the venue's clock is measured, in seconds.</summary>
    public int ClockSeconds { get; set; } = 600;

    /// <summary>Creates and cancels a second that the account has in the long run (about 20 at the venue, which publishes no number).</summary>
    public double OrderRate { get; set; } = 18;

    /// <summary>Creates and cancels that the account may send at once.</summary>
    public double OrderBurst { get; set; } = 20;

    /// <summary>Private queries a second that the account has in the long run (about 5 at the venue).</summary>
    public double QueryRate { get; set; } = 3;

    /// <summary>Private queries that the account may send at once.</summary>
    public double QueryBurst { get; set; } = 20;

    /// <summary>Public queries a second in the long run (about 25 at the venue).</summary>
    public double PublicRate { get; set; } = 15;

    /// <summary>Public queries at once.</summary>
    public double PublicBurst { get; set; } = 30;

    /// <summary>The part of the bursts that is kept for cancels, and for what a cancel needs.</summary>
    public double CancelReserve { get; set; } = 0.25;

    /// <summary>The part of the public queries that the market data connection may use.</summary>
    public double MarketShare { get; set; } = 0.4;

    /// <summary>The part of the queries that the order connection may use.</summary>
    public double OmsShare { get; set; } = 0.5;

    /// <summary>The part of the queries that the position connection may use.</summary>
    public double PmsShare { get; set; } = 0.25;

    /// <summary>The part of the queries that the recovery connection may use.</summary>
    public double DataShare { get; set; } = 0.25;

    /// <summary>How long nothing is sent after the venue has refused us for coming too often, in milliseconds.</summary>
    public int ThrottlePauseMs { get; set; } = 1_000;

    /// <summary>How long the venue's answer to a command may take before its outcome counts as unknown, in milliseconds.</summary>
    public int CommandTimeoutMs { get; set; } = 5_000;

    /// <summary>How long the order connection waits for the first mark prices before it is ready without them, in milliseconds.</summary>
    public int MarkWaitMs { get; set; } = 3_000;

    /// <summary>
    /// How long a cancel kills a create of the same client order id that arrives after it, in milliseconds; an order that was never seen is
    /// cancelled with the venue's longest, 5 s.
    /// </summary>
    public int CancelTimeToLiveMs { get; set; } = 1_000;

    /// <summary>How long an order works that is good till cancelled, in days; the venue takes no signature that holds longer than 30.</summary>
    public double OrderLifeDays { get; set; } = 29.9;

    /// <summary>How long a signature holds of an order that does not rest, in seconds: later the venue cannot act on it any more.</summary>
    public int ImmediateOrderSeconds { get; set; } = 60;

    /// <summary>The time in force of market orders, <c>IMMEDIATE_OR_CANCEL</c> or <c>GOOD_TILL_TIME</c>: the venue's papers have both.</summary>
    public string MarketTimeInForce { get; set; } = "IMMEDIATE_OR_CANCEL";

    /// <summary>Whether batches go by the venue's <c>bulk_orders</c> (new, and not atomic); otherwise there are no batches.</summary>
    public bool BulkOrders { get; set; }

    /// <summary>How often orders and positions are compared with the venue's while all is well, in seconds: an event may be lost unseen.</summary>
    public int CompareSeconds { get; set; } = 300;

    /// <summary>How often the account's balances are asked for, in seconds: no stream tells them.</summary>
    public int AccountPollSeconds { get; set; } = 10;

    /// <summary>
    /// How long the account's stream may owe an event for an order that the venue has acknowledged, in milliseconds; then it is deaf, and is
    /// opened anew.
    /// </summary>
    public int UserStreamOwesMs { get; set; } = 10_000;

    /// <summary>Age beyond which a mark price is not relied on, in milliseconds; one comes a second.</summary>
    public int MarkPriceAgeMs { get; set; } = 15_000;

    /// <summary>
    /// How books are had: <c>diff</c>, changes on a snapshot; <c>partial</c>, whole pictures; <c>auto</c>, pictures where they are fast and
    /// deep enough and cost less.
    /// </summary>
    public string BookSource { get; set; } = "auto";

    /// <summary>The interval of book changes, 50, 100, 500 or 1000 in milliseconds; 0 for what suits what is asked.</summary>
    public int BookRateMs { get; set; }

    /// <summary>The interval of best bid and ask, in milliseconds: 0 (every change), 50, 100, 200, 500, 1000 or 5000.</summary>
    public int TopOfBookRateMs { get; set; } = 50;

    /// <summary>The interval of mark prices, in milliseconds: 500, 1000 or 5000.</summary>
    public int MarkPriceRateMs { get; set; } = 500;

    /// <summary>How many trades a connection begins with, 50, 200, 500 or 1000: after a break, those that were missed are among them.</summary>
    public int LatestTrades { get; set; } = 50;

    /// <summary>
    /// The instrument whose ticker each public socket has beside what is asked for, so that a dead one shows by its silence; empty for none.
    /// </summary>
    public string PulseSymbol { get; set; } = "BTC_USDT_Perp";

    /// <summary>Selectors on one public socket before another is opened; the venue publishes no limit.</summary>
    public int MaxSelectorsPerConnection { get; set; } = 50;

    /// <summary>Silence of a book after which it is asked after over HTTP, in milliseconds; a still book sends nothing.</summary>
    public int BookStaleMs { get; set; } = 60_000;

    /// <summary>Silence of an instrument's trades after which they are asked after over HTTP, in milliseconds.</summary>
    public int TradeStaleMs { get; set; } = 60_000;

    /// <summary>Age at which a socket of market data is replaced, in hours.</summary>
    public double RotateHours { get; set; } = 23;

    /// <summary>How long a subscribe call waits for the venue's acknowledgement, in milliseconds.</summary>
    public int SubscribeWaitMs { get; set; } = 5_000;

    /// <summary>True for the lite encoding.</summary>
    internal bool IsLite => Encoding == "lite";

    /// <summary>What is wrong with the settings, each line naming its key; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!TryParseEnvironment(Environment, out var environment))
            errors.Add($"{Section}:Environment: '{Environment}' is none of sim, testnet, live");
        else
            GrvtUrls.Validate(this, environment, errors);
        OneOf(nameof(Encoding), Encoding, ["full", "lite"]);
        OneOf(nameof(MarketTimeInForce), MarketTimeInForce, ["IMMEDIATE_OR_CANCEL", "GOOD_TILL_TIME"]);
        OneOf(nameof(BookSource), BookSource, ["auto", "diff", "partial"]);
        OneOfNumbers(nameof(BookRateMs), BookRateMs, [0, 50, 100, 500, 1000]);
        OneOfNumbers(nameof(TopOfBookRateMs), TopOfBookRateMs, [0, 50, 100, 200, 500, 1000, 5000]);
        OneOfNumbers(nameof(MarkPriceRateMs), MarkPriceRateMs, [500, 1000, 5000]);
        OneOfNumbers(nameof(LatestTrades), LatestTrades, [50, 200, 500, 1000]);
        Between(nameof(MaxSelectorsPerConnection), MaxSelectorsPerConnection, 1, 1000);
        Between(nameof(BookStaleMs), BookStaleMs, 500, 3_600_000);
        Between(nameof(TradeStaleMs), TradeStaleMs, 1_000, 3_600_000);
        Between(nameof(RotateHours), RotateHours, 0.001, 168);
        Between(nameof(SubscribeWaitMs), SubscribeWaitMs, 0, 60_000);
        Between(nameof(RenewMinutes), RenewMinutes, 0.01, 600);
        Between(nameof(UntoldCookieMinutes), UntoldCookieMinutes, 0.01, 1440);
        Between(nameof(KeepAliveSeconds), KeepAliveSeconds, 1, 60);
        Between(nameof(SocketStaleMs), SocketStaleMs, 1_000, 3_600_000);
        Between(nameof(InstrumentReloadSeconds), InstrumentReloadSeconds, 10, 86_400);
        Between(nameof(ClockSeconds), ClockSeconds, 10, 86_400);
        Between(nameof(OrderRate), OrderRate, 0.1, 100_000);
        Between(nameof(OrderBurst), OrderBurst, 1, 100_000);
        Between(nameof(QueryRate), QueryRate, 0.1, 100_000);
        Between(nameof(QueryBurst), QueryBurst, 1, 100_000);
        Between(nameof(PublicRate), PublicRate, 0.1, 100_000);
        Between(nameof(PublicBurst), PublicBurst, 1, 100_000);
        Between(nameof(CancelReserve), CancelReserve, 0, 0.9);
        Between(nameof(MarketShare), MarketShare, 0.01, 1);
        Between(nameof(OmsShare), OmsShare, 0.01, 1);
        Between(nameof(PmsShare), PmsShare, 0.01, 1);
        Between(nameof(DataShare), DataShare, 0.01, 1);
        Between(nameof(ThrottlePauseMs), ThrottlePauseMs, 100, 60_000);
        Between(nameof(CommandTimeoutMs), CommandTimeoutMs, 100, 60_000);
        Between(nameof(MarkWaitMs), MarkWaitMs, 0, 60_000);
        Between(nameof(CancelTimeToLiveMs), CancelTimeToLiveMs, 100, 5_000);
        Between(nameof(OrderLifeDays), OrderLifeDays, 0.001, 29.99);
        Between(nameof(ImmediateOrderSeconds), ImmediateOrderSeconds, 5, 86_400);
        Between(nameof(CompareSeconds), CompareSeconds, 10, 86_400);
        Between(nameof(AccountPollSeconds), AccountPollSeconds, 1, 3_600);
        Between(nameof(UserStreamOwesMs), UserStreamOwesMs, 1_000, 600_000);
        Between(nameof(MarkPriceAgeMs), MarkPriceAgeMs, 1_000, 600_000);
        return errors;

        void OneOf(string key, string value, string[] legal)
        {
            if (!legal.Contains(value))
                errors.Add($"{Section}:{key}: '{value}' is none of {string.Join(", ", legal)}");
        }

        void OneOfNumbers(string key, int value, int[] legal)
        {
            if (!legal.Contains(value))
                errors.Add(FormattableString.Invariant($"{Section}:{key}: {value} is none of {string.Join(", ", legal)}"));
        }

        void Between(string key, double value, double low, double high)
        {
            if (!(value >= low && value <= high))
                errors.Add(FormattableString.Invariant($"{Section}:{key}: {value} is outside {low} to {high}"));
        }
    }

    internal static bool TryParseEnvironment(string? text, out GrvtEnvironment environment)
    {
        (var known, environment) = text switch
        {
            "sim" => (true, GrvtEnvironment.Sim),
            "testnet" => (true, GrvtEnvironment.Testnet),
            "live" => (true, GrvtEnvironment.Live),
            _ => (false, default),
        };
        return known;
    }
}
