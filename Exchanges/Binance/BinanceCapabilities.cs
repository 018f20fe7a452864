using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What Binance USD-M offers, as data.</summary>
internal static class BinanceCapabilities
{
    /// <summary>The capabilities under an exchange key.</summary>
    public static Capabilities For(string exchange) => new()
    {
        Exchange = exchange,
        OrderTypes = [OrderType.Market, OrderType.Limit, OrderType.StopMarket, OrderType.StopLimit, OrderType.TakeProfitMarket, OrderType.TakeProfitLimit, OrderType.TrailingStop],
        TimesInForce = [TimeInForce.GoodTillCancelled, TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill, TimeInForce.GoodTillDate],
        ClientOrderIdPattern = "^[\\.A-Z\\:/a-z0-9_-]{1,36}$",
        ClientOrderIdForm = "1 to 36 of letters, digits and . : / _ -",
        NativeReplace = true,
        TrailingOffsetUnit = TrailingOffsetUnit.Percent,
        GoodTillCancelledLimit = TimeSpan.FromDays(365),
        PositionModes = [PositionMode.OneWay, PositionMode.Hedge],
        DeadManReach = DeadManReach.Symbol,
        MaxBookDepth = BinanceBookPlan.MaxDepth,
        MinBookIntervalMs = BinanceBookPlan.FastestMs,
        MaxBatchSize = 5,
        HistoryLimit = TimeSpan.FromDays(90),
    };
}
