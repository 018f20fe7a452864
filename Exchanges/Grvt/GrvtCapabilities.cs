using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What GRVT offers, as data.</summary>
internal static class GrvtCapabilities
{
    /// <summary>The deepest book that is kept.</summary>
    public const int MaxBookDepth = 500;

    /// <summary>Orders in one bulk command.</summary>
    public const int MaxBulk = 100;

    /// <summary>The capabilities under an exchange key.</summary>
    public static Capabilities For(string exchange, GrvtOptions options) => new()
    {
        Exchange = exchange,

        // No trailing stop.
        OrderTypes = [OrderType.Market, OrderType.Limit, OrderType.StopMarket, OrderType.StopLimit, OrderType.TakeProfitMarket, OrderType.TakeProfitLimit],
        TimesInForce = [TimeInForce.GoodTillCancelled, TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill, TimeInForce.GoodTillDate],
        ClientOrderIdPattern = "^[1-9][0-9]{0,19}$",
        ClientOrderIdForm = "a decimal number from 1 to 18446744073709551615 without leading zeros",
        NativeReplace = false,

        // A signature holds 30 days at most, and the order as long as it.
        GoodTillCancelledLimit = TimeSpan.FromDays(options.OrderLifeDays),
        PositionModes = [PositionMode.OneWay],
        DeadManReach = DeadManReach.Account,
        MaxBookDepth = MaxBookDepth,
        MinBookIntervalMs = 50,
        MaxBatchSize = options.BulkOrders ? MaxBulk : 1,
        HistoryLimit = TimeSpan.FromDays(90),
    };
}
