using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>What Deribit offers, as data.</summary>
internal static class DeribitCapabilities
{
    /// <summary>The longest label that an order takes: our client order id.</summary>
    public const int LongestLabel = 64;

    /// <summary>The deepest book that is kept.</summary>
    public const int MaxBookDepth = 1000;

    /// <summary>The capabilities under an exchange key.</summary>
    public static Capabilities For(string exchange) => new()
    {
        Exchange = exchange,
        OrderTypes = [OrderType.Market, OrderType.Limit, OrderType.StopMarket, OrderType.StopLimit, OrderType.TakeProfitMarket, OrderType.TakeProfitLimit, OrderType.TrailingStop],

        // The venue has good_til_day too, which ends at 08:00 UTC: it is taken as good_till_date with the next such time.
        TimesInForce = [TimeInForce.GoodTillCancelled, TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill, TimeInForce.GoodTillDate],
        ClientOrderIdPattern = "^[\\.A-Z\\:/a-z0-9_-]{1,64}$",
        ClientOrderIdForm = "1 to 64 of letters, digits and . : / _ -",
        NativeReplace = true,
        TrailingOffsetUnit = TrailingOffsetUnit.Price,
        PositionModes = [PositionMode.OneWay],
        DeadManReach = DeadManReach.Connection,
        MaxBookDepth = MaxBookDepth,
        MinBookIntervalMs = 0,
        MaxBatchSize = 1,
    };
}
