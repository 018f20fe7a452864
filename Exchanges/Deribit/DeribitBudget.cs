using System.Net.Http.Headers;
using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// One role's view of the venue's credits (venue sheet, section 8). Orders and cancels have credits of their own, subscribe calls too; all
/// else, HTTP and socket alike, spends from one pool. One breach ends the session, so that nothing is sent that is not there.
/// </summary>
internal sealed class DeribitBudget
{
    public DeribitBudget(DeribitOptions options, double share, Func<DateTimeOffset> venueNow, TimeProvider time)
    {
        var pause = TimeSpan.FromMilliseconds(options.ThrottlePauseMs);
        Requests = new CreditBucket("requests", options.RequestRate, options.RequestBurst, share, options.CancelReserve, pause, venueNow, time);
        Subscribes = new CreditBucket("subscribe calls", options.SubscribeRate, options.SubscribeBurst, share, 0, pause, venueNow, time);
        Orders = new CreditBucket("orders and cancels", options.OrderRate, options.OrderBurst, options.OrderShare, options.CancelReserve, pause, venueNow, time);
    }

    /// <summary>All that is not an order, a cancel or a subscription; and the pause that the venue asks for.</summary>
    public CreditBucket Requests { get; }

    /// <summary>Subscribe and unsubscribe calls.</summary>
    public CreditBucket Subscribes { get; }

    /// <summary>What goes to the matching engine: buy, sell, edit, cancel. Of use to the order connection alone.</summary>
    public CreditBucket Orders { get; }

    /// <summary>Takes note of an error: after a refusal for coming too often nothing leaves for a while, and nothing is left.</summary>
    /// <returns>The error, with the time from which a retry may help.</returns>
    public ExchangeError Observe(ExchangeError error)
    {
        if (!DeribitErrors.IsThrottled(error))
            return error;
        Requests.Drain();
        Subscribes.Drain();
        Orders.Drain();
        return Requests.PauseFor(error);
    }
}

/// <summary>How Deribit answers over HTTP: errors come as 400 with the JSON-RPC body, and no header tells what is used.</summary>
internal sealed class DeribitHttpRules(DeribitBudget budget) : VenueHttpRules
{
    /// <inheritdoc/>
    public override ExchangeError ReadError(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body) =>
        budget.Observe(DeribitErrors.ReadHttp(status, body));

    /// <inheritdoc/>
    public override bool AsksForPause(ExchangeError error) => DeribitErrors.IsThrottled(error);
}
