using System.Globalization;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>Our own limits on what may leave. A limit that is null does not exist. No limit ever keeps a cancel from leaving.</summary>
public sealed record TradingLimits
{
    /// <summary>The symbol under which <see cref="MaxPosition"/> and <see cref="MaxOrderNotional"/> hold for all that are not named.</summary>
    public const string AnySymbol = "*";

    /// <summary>
    /// How far a limit price may be from the mark price on its bad side, in percent (5 is 5 %): a buy above, a sell below. For a
    /// conditional order, from its trigger price.
    /// </summary>
    public decimal? PriceCollarPercent { get; init; }

    /// <summary>Lets orders pass that need the mark price while it is not known.</summary>
    public bool AllowUnknownMarkPrice { get; init; }

    /// <summary>Orders and replacements that may leave in a second; as many may leave at once.</summary>
    public int? OrdersPerSecond { get; init; }

    /// <summary>Orders that may be open at a time, those of others on the account among them.</summary>
    public int? MaxOpenOrders { get; init; }

    /// <summary>
    /// The greatest position of a symbol (of each leg in hedge mode), long or short, in the instrument's quantity. Counted at the
    /// worst: with all open orders of that side filled. Reduce-only orders are exempt.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> MaxPosition { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Lets orders pass that need the position while it is not known.</summary>
    public bool AllowUnknownPosition { get; init; }

    /// <summary>The greatest price times quantity of one order of a symbol, in quote. Reduce-only orders are exempt.</summary>
    public IReadOnlyDictionary<string, decimal> MaxOrderNotional { get; init; } = new Dictionary<string, decimal>();

    /// <summary>What is wrong with the limits, each naming its key under <paramref name="section"/>; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate(string section)
    {
        var wrong = new List<string>();
        Above(PriceCollarPercent, nameof(PriceCollarPercent), "a percentage above 0, such as 5");
        Above(OrdersPerSecond, nameof(OrdersPerSecond), "a whole number from 1");
        Above(MaxOpenOrders, nameof(MaxOpenOrders), "a whole number from 1");
        foreach (var (symbol, limit) in MaxPosition)
            Above(limit, $"{nameof(MaxPosition)}:{symbol}", "a quantity above 0");
        foreach (var (symbol, limit) in MaxOrderNotional)
            Above(limit, $"{nameof(MaxOrderNotional)}:{symbol}", "an amount above 0");
        return wrong;

        void Above(decimal? value, string key, string legal)
        {
            if (value <= 0)
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:{key} is {value}: give {legal}, or leave it out for no limit"));
        }
    }

    /// <summary>The limit of a symbol, or the one of all.</summary>
    internal static decimal? Of(IReadOnlyDictionary<string, decimal> limits, string symbol) =>
        limits.Count == 0 ? null : limits.TryGetValue(symbol, out var limit) || limits.TryGetValue(AnySymbol, out limit) ? limit : null;
}
