using System.Globalization;
using System.Net.Http.Headers;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// One role's view of the venue's budgets (venue sheet, section 7.2): request weight a minute for the address, of which the role has its
/// share, and orders a minute and in ten seconds for the account. All are read from every answer that tells them.
/// </summary>
internal sealed class BinanceBudget
{
    private const string OrderRateExceeded = "-1015";

    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _tenSeconds = TimeSpan.FromSeconds(10);

    public BinanceBudget(BinanceOptions options, double share, Func<DateTimeOffset> venueNow)
    {
        Weight = new RateMeter(options.WeightLimit, _minute, share, options.CancelReserve, venueNow);
        OrdersIn10Seconds = new RateMeter(options.OrderLimitIn10Seconds, _tenSeconds, 1, 0, venueNow);
        OrdersAMinute = new RateMeter(options.OrderLimitAMinute, _minute, 1, 0, venueNow);
    }

    /// <summary>Request weight, and with it the pause that the venue asks for.</summary>
    public RateMeter Weight { get; }

    /// <summary>Orders placed or changed in ten seconds.</summary>
    public RateMeter OrdersIn10Seconds { get; }

    /// <summary>Orders placed or changed a minute.</summary>
    public RateMeter OrdersAMinute { get; }

    /// <summary>Takes from the order counts, or says why nothing may leave.</summary>
    /// <param name="inTenSeconds">What the command counts for in ten seconds.</param>
    /// <param name="inAMinute">What it counts for in a minute; a batch counts once.</param>
    public ExchangeError? TakeOrders(int inTenSeconds, int inAMinute)
    {
        if (!OrdersIn10Seconds.TryTake(inTenSeconds, RequestPriority.Normal, out var retryAt))
            return TooMany(OrdersIn10Seconds, retryAt);
        if (OrdersAMinute.TryTake(inAMinute, RequestPriority.Normal, out retryAt))
            return null;
        OrdersIn10Seconds.Return(inTenSeconds);
        return TooMany(OrdersAMinute, retryAt);
    }

    /// <summary>The venue refused an order for the order rate, which somebody else may have used up: nothing more in this window.</summary>
    private ExchangeError OnOrderRateExceeded(ExchangeError error)
    {
        OrdersIn10Seconds.Observe(OrdersIn10Seconds.Limit);
        return error with { RetryAt = new DateTimeOffset(((OrdersIn10Seconds.Now.UtcTicks / _tenSeconds.Ticks) + 1) * _tenSeconds.Ticks, TimeSpan.Zero) };
    }

    /// <summary>Reads one entry of <c>rateLimits</c>, of an answer (with a count) or of exchangeInfo (without).</summary>
    public void Observe(ReadOnlySpan<byte> type, ReadOnlySpan<byte> interval, long intervals, long limit, long count)
    {
        var meter = type.SequenceEqual("REQUEST_WEIGHT"u8) && interval.SequenceEqual("MINUTE"u8) && intervals == 1 ? Weight
            : !type.SequenceEqual("ORDERS"u8) ? null
            : interval.SequenceEqual("MINUTE"u8) && intervals == 1 ? OrdersAMinute
            : interval.SequenceEqual("SECOND"u8) && intervals == 10 ? OrdersIn10Seconds
            : null;
        if (meter is null)
            return;
        if (limit is > 0 and <= int.MaxValue && meter.Limit != limit)
            meter.Limit = (int)limit;
        if (count is >= 0 and <= int.MaxValue)
            meter.Observe((int)count);
    }

    /// <summary>Reads the array <c>rateLimits</c> that the scanner stands before.</summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ReadOnlySpan<byte> type = default, interval = default;
            long intervals = 0, limit = 0, count = -1;
            ok = json.TryEnterObject();
            while (ok && json.NextProperty(out var name))
            {
                ok = name switch
                {
                    _ when name.SequenceEqual("rateLimitType"u8) => json.TryReadString(out type, out _),
                    _ when name.SequenceEqual("interval"u8) => json.TryReadString(out interval, out _),
                    _ when name.SequenceEqual("intervalNum"u8) => json.TryReadInt64(out intervals),
                    _ when name.SequenceEqual("limit"u8) => json.TryReadInt64(out limit),
                    _ when name.SequenceEqual("count"u8) => json.TryReadInt64(out count),
                    _ => json.TrySkip(),
                };
            }

            if (ok)
                Observe(type, interval, intervals, limit, count);
        }

        return ok && json.Ok;
    }

    /// <summary>
    /// Takes note of a refusal for coming too often: of orders alone (-1015), or of everything.
    /// </summary>
    /// <returns>The error, with the time from which a retry may help.</returns>
    public ExchangeError Observe(ExchangeError error)
    {
        if (error.VenueCode == OrderRateExceeded)
            return OnOrderRateExceeded(error);
        return AsksForPause(error) ? Weight.PauseFor(error) : error;
    }

    /// <summary>Whether an error means that nothing at all may be sent for a while.</summary>
    public static bool AsksForPause(ExchangeError error) =>
        error.Code is ExchangeErrorCode.RateLimited or ExchangeErrorCode.Banned && error.VenueCode != OrderRateExceeded;

    private static ExchangeError TooMany(RateMeter meter, DateTimeOffset retryAt) => new()
    {
        Code = ExchangeErrorCode.RateLimited,
        Message = string.Create(CultureInfo.InvariantCulture, $"the account's {meter.Limit} orders in {meter.Window.TotalSeconds:0} s are used up; try again at {retryAt:HH:mm:ss} UTC"),
        Outcome = CommandOutcome.Rejected,
        Retryable = true,
        RetryAt = retryAt,
    };
}

/// <summary>How Binance answers over HTTP, and where it tells what is used of the budgets.</summary>
/// <param name="weight">Request weight.</param>
/// <param name="budget">The order counts; null where no orders are sent.</param>
internal sealed class BinanceHttpRules(RateMeter weight, BinanceBudget? budget = null) : VenueHttpRules
{
    /// <inheritdoc/>
    public override ExchangeError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body) =>
        BinanceErrors.Read(status, body);

    /// <inheritdoc/>
    public override bool AsksForPause(ExchangeError error) => BinanceBudget.AsksForPause(error);

    /// <inheritdoc/>
    public override void OnResponse(HttpResponseHeaders headers)
    {
        Observe(headers, "X-MBX-USED-WEIGHT-1M", weight);
        Observe(headers, "X-MBX-ORDER-COUNT-10S", budget?.OrdersIn10Seconds);
        Observe(headers, "X-MBX-ORDER-COUNT-1M", budget?.OrdersAMinute);
    }

    private static void Observe(HttpResponseHeaders headers, string name, RateMeter? meter)
    {
        // Signed: -1 was seen where the venue does not count.
        if (meter is not null && headers.TryGetValues(name, out var values)
            && int.TryParse(values.FirstOrDefault(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var used))
        {
            meter.Observe(used);
        }
    }
}
