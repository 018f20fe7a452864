using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>
/// Names an execution within its order. The trade id alone does not: where two orders of ours meet, or a position flips, two
/// executions share one. (The leg is the order's own and no part of the key: not every message of a venue tells it.)
/// </summary>
/// <param name="TradeId">The venue's trade id.</param>
/// <param name="Side">Buy or sell.</param>
public readonly record struct FillKey(string TradeId, Side Side)
{
    /// <summary>The key of a fill.</summary>
    public static FillKey Of(Fill fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        return new FillKey(fill.TradeId, fill.Side);
    }
}
