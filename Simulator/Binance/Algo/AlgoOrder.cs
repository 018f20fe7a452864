using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Algo;

/// <summary>A conditional order as the Algo service keeps it (sheet, section 6.5).</summary>
internal sealed class AlgoOrder
{
    public required Account Account { get; init; }

    public required SymbolFeed Feed { get; init; }

    public required long AlgoId { get; init; }

    public required string ClientAlgoId { get; init; }

    public required AlgoTicket Ticket { get; init; }

    public required long CreateTime { get; init; }

    /// <summary>NEW, TRIGGERING, TRIGGERED, FINISHED, CANCELED, REJECTED, EXPIRED.</summary>
    public string Status { get; set; } = "NEW";

    public long UpdateTime { get; set; }

    public long TriggerTime { get; set; }

    /// <summary>The order in the book, once triggered.</summary>
    public TradingOrder? Actual { get; set; }

    /// <summary>Why it came to nothing (<c>rm</c>).</summary>
    public string Failure { get; set; } = "";

    /// <summary>A trailing stop follows the price from here on (<c>ia</c>).</summary>
    public bool IsActivated { get; set; }

    /// <summary>A trailing stop: the furthest that the price has gone its way since it was activated.</summary>
    public decimal Extreme { get; set; }

    public string Symbol => Feed.Instrument.Symbol;

    public bool IsOpen => Status is "NEW" or "TRIGGERING";
}

/// <summary>What <c>algoOrder.place</c> asks for.</summary>
internal sealed record AlgoTicket
{
    public required string Type { get; init; }

    public required Side Side { get; init; }

    public PositionSide PositionSide { get; init; }

    public string TimeInForce { get; init; } = "GTC";

    /// <summary>0 with <see cref="ClosePosition"/>.</summary>
    public decimal Quantity { get; init; }

    /// <summary>Of the limit order to be; null for market types and with a price match.</summary>
    public decimal? Price { get; init; }

    /// <summary>0 for a trailing stop.</summary>
    public decimal TriggerPrice { get; init; }

    public bool ByMark { get; init; }

    public string PriceMatch { get; init; } = "NONE";

    public bool ClosePosition { get; init; }

    public bool PriceProtect { get; init; }

    public bool ReduceOnly { get; init; }

    public decimal? ActivatePrice { get; init; }

    /// <summary>Per cent.</summary>
    public decimal CallbackRate { get; init; }

    public string SelfTradePrevention { get; init; } = "EXPIRE_MAKER";

    public string? ClientAlgoId { get; init; }

    public bool IsTrailing => Type == "TRAILING_STOP_MARKET";

    public bool IsLimit => Type is "STOP" or "TAKE_PROFIT";

    public string WorkingType => ByMark ? "MARK_PRICE" : "CONTRACT_PRICE";

    /// <summary>Whether it waits for the price to rise to the trigger (true) or to fall to it.</summary>
    public bool FiresAbove => Type.StartsWith("STOP", StringComparison.Ordinal) == (Side == Side.Buy);
}
