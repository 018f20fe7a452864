using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>
/// The request weight of the one address that loopback is (sheet, section 7.2): 2,400 a minute; beyond it 429; and 418, a
/// ban, for whoever goes on asking.
/// </summary>
internal sealed class RequestWeights(SimulatorClock clock)
{
    public const int Limit = 2400;

    /// <summary>Refusals in one minute that the venue puts up with. The venue tells no number; this is the simulator's.</summary>
    public const int RefusalsBeforeBan = 10;

    public static readonly TimeSpan BanLength = TimeSpan.FromMinutes(2);

    private long _minute;
    private int _refusals;
    private DateTimeOffset _bannedUntil;

    public int Used { get; private set; }

    /// <summary>Counts a request.</summary>
    /// <exception cref="BinanceErrorException">429 or 418.</exception>
    public void Charge(int weight)
    {
        var now = clock.Now;
        if (now < _bannedUntil)
        {
            throw Banned();
        }

        var minute = now.ToUnixTimeSeconds() / 60;
        if (minute != _minute)
        {
            (_minute, Used, _refusals) = (minute, 0, 0);
        }

        Used += weight;
        if (Used <= Limit)
        {
            return;
        }

        if (++_refusals > RefusalsBeforeBan)
        {
            _bannedUntil = now + BanLength;
            throw Banned();
        }

        throw new BinanceErrorException(StatusCodes.Status429TooManyRequests, -1003,
            $"Too many requests; current limit of IP(127.0.0.1) is {Limit} requests per minute. "
            + "Please use the websocket for live updates to avoid polling the API.");
    }

    private BinanceErrorException Banned() => new(418, -1003, BanText(_bannedUntil + clock.Skew));

    /// <summary>The only place where the venue tells when a ban ends.</summary>
    public static string BanText(DateTimeOffset until) =>
        $"Way too many requests; IP(127.0.0.1) banned until {until.ToUnixTimeMilliseconds()}. "
        + "Please use the websocket for live updates to avoid bans.";
}

/// <summary>An error as the venue answers it.</summary>
internal sealed class BinanceErrorException(int status, int code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public int Code { get; } = code;

    public static BinanceErrorException InvalidSymbol() => new(400, -1121, "Invalid symbol.");

    public static BinanceErrorException Missing(string name) =>
        new(400, -1102, $"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");

    public static BinanceErrorException InvalidValue(string name) =>
        new(400, -1130, $"Data sent for parameter '{name}' is not valid.");
}
