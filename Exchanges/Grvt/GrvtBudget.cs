using System.Net.Http.Headers;
using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// One role's view of the venue's budgets (venue sheet, section 11): creates and cancels, private queries, public queries. The venue
/// publishes no numbers and no header tells what is used, so all are settings.
/// </summary>
internal sealed class GrvtBudget
{
    /// <summary>What a cancel of all orders costs of <see cref="Orders"/>: the venue takes a tenth as many.</summary>
    public const int CancelAllWeight = 5;

    /// <summary>What asking for the account costs of <see cref="Queries"/>: the venue takes half as many.</summary>
    public const int AccountWeight = 2;

    /// <summary>What a book, trades or funding cost of <see cref="Public"/>.</summary>
    public const int MarketWeight = 3;

    public GrvtBudget(GrvtOptions options, double share, Func<DateTimeOffset> venueNow, TimeProvider time)
    {
        var pause = TimeSpan.FromMilliseconds(options.ThrottlePauseMs);

        // One role alone sends orders.
        Orders = new CreditBucket("creates and cancels", options.OrderRate, options.OrderBurst, 1, options.CancelReserve, pause, venueNow, time);
        Queries = new CreditBucket("private queries", options.QueryRate, options.QueryBurst, share, options.CancelReserve, pause, venueNow, time);
        Public = new CreditBucket("public queries", options.PublicRate, options.PublicBurst, share, options.CancelReserve, pause, venueNow, time);
        Logins = new CreditBucket("logins", 0.5, 4, 1, 0, pause, venueNow, time);
    }

    /// <summary>Creates and cancels.</summary>
    public CreditBucket Orders { get; }

    /// <summary>Private queries.</summary>
    public CreditBucket Queries { get; }

    /// <summary>Public queries.</summary>
    public CreditBucket Public { get; }

    /// <summary>Logins.</summary>
    public CreditBucket Logins { get; }

    /// <summary>Takes note of the error of a socket's reply: after a refusal for coming too often nothing leaves for a while.</summary>
    /// <param name="error">The error.</param>
    /// <param name="bucket">What the request was counted in.</param>
    /// <returns>The error, with the time from which a retry may help.</returns>
    public static ExchangeError Observe(ExchangeError error, CreditBucket bucket)
    {
        if (!GrvtErrors.IsThrottled(error))
            return error;
        bucket.Drain();
        return bucket.PauseFor(error);
    }
}

/// <summary>How GRVT answers over HTTP.</summary>
/// <param name="bucket">What requests are counted in.</param>
internal class GrvtHttpRules(CreditBucket bucket) : VenueHttpRules
{
    /// <inheritdoc/>
    public override ExchangeError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body)
    {
        var error = GrvtErrors.Read(status, body);
        if (GrvtErrors.IsThrottled(error))
            bucket.Drain();
        return error;
    }

    /// <inheritdoc/>
    public override bool AsksForPause(ExchangeError error) => GrvtErrors.IsThrottled(error);
}
