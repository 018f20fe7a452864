using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>Which of an account's positions an order is about: the only one (one-way mode), or a leg (hedge mode).</summary>
internal enum PositionSide
{
    Both,
    Long,
    Short,
}

/// <summary>An account's order as the venue keeps it (sheet, section 6).</summary>
internal sealed class TradingOrder
{
    public required Account Account { get; init; }

    public required SymbolFeed Feed { get; init; }

    public required long OrderId { get; init; }

    public required string ClientOrderId { get; init; }

    public required Side Side { get; init; }

    public required PositionSide PositionSide { get; init; }

    /// <summary>LIMIT or MARKET; on an order of the venue's own, LIMIT.</summary>
    public required string Type { get; init; }

    public string OriginalType { get; init; } = "";

    /// <summary>The venue's word: GTC, IOC, FOK, GTX, GTD.</summary>
    public required string TimeInForce { get; init; }

    /// <summary>Total asked for; an amendment changes it.</summary>
    public required decimal Quantity { get; set; }

    /// <summary>0 for a market order; an amendment changes it.</summary>
    public required decimal Price { get; set; }

    public bool ReduceOnly { get; init; }

    public bool ClosePosition { get; init; }

    public string SelfTradePrevention { get; init; } = "EXPIRE_MAKER";

    public string PriceMatch { get; set; } = "NONE";

    public long GoodTillDate { get; init; }

    public string WorkingType { get; init; } = "CONTRACT_PRICE";

    public bool PriceProtect { get; init; }

    public string Status { get; set; } = "NEW";

    public decimal Executed { get; set; }

    public decimal CumulativeQuote { get; set; }

    public required long Time { get; init; }

    public long UpdateTime { get; set; }

    public int Amendments { get; set; }

    /// <summary>Why it expired, as <c>er</c> tells it; 0: it did not.</summary>
    public int ExpiryReason { get; set; }

    /// <summary>The order in the matching engine; another one after each amendment.</summary>
    public Order? Engine { get; set; }

    public string Symbol => Feed.Instrument.Symbol;

    public bool IsOpen => Status is "NEW" or "PARTIALLY_FILLED";

    public decimal Remaining => Quantity - Executed;

    public decimal AveragePrice => Executed == 0 ? 0 : CumulativeQuote / Executed;

    /// <summary>Whether it can only make its position smaller: reduce-only, or the closing side of a hedge leg.</summary>
    public bool Closes => ReduceOnly || IsClosing(Side, PositionSide);

    public static bool IsClosing(Side side, PositionSide positionSide) =>
        (positionSide == PositionSide.Long && side == Side.Sell) || (positionSide == PositionSide.Short && side == Side.Buy);
}

/// <summary>One execution of one of an account's orders.</summary>
internal sealed record Fill(
    TradingOrder Order, long TradeId, decimal Price, decimal Quantity, decimal Commission, string CommissionAsset, decimal Realised,
    bool IsMaker, long Time);
