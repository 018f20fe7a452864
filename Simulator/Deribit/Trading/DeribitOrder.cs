using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>An order of an account (sheet, section 4.2).</summary>
internal sealed class DeribitOrder
{
    public required DeribitAccount Account { get; init; }

    public required InstrumentFeed Feed { get; init; }

    /// <summary>In the engine; also of an order that never gets there.</summary>
    public required long Number { get; init; }

    public required string OrderId { get; init; }

    public required Side Side { get; init; }

    /// <summary>As the venue tells it; <c>market_limit</c> is told as limit.</summary>
    public required string Type { get; init; }

    /// <summary><c>market_limit</c>, or of a fired trigger what it was.</summary>
    public string? OriginalType { get; init; }

    public required string TimeInForce { get; init; }

    public required string Label { get; init; }

    /// <summary>Total, in the instrument's unit.</summary>
    public required decimal Amount { get; set; }

    /// <summary>Null: at market.</summary>
    public required decimal? Price { get; set; }

    public decimal Filled { get; set; }

    public decimal AveragePrice { get; set; }

    public bool PostOnly { get; set; }

    public bool RejectPostOnly { get; set; }

    public bool ReduceOnly { get; set; }

    public decimal? DisplayAmount { get; set; }

    public string? Trigger { get; init; }

    public decimal? TriggerPrice { get; set; }

    public decimal? TriggerOffset { get; set; }

    /// <summary>Of a trailing stop: the best price since it was placed.</summary>
    public decimal? TriggerReference { get; set; }

    /// <summary>Of an order that a trigger made.</summary>
    public string? TriggerOrderId { get; init; }

    public bool Replaced { get; set; }

    /// <summary><c>open</c>, <c>filled</c>, <c>rejected</c>, <c>cancelled</c>, <c>untriggered</c>, <c>triggered</c>.</summary>
    public required string State { get; set; }

    public string? CancelReason { get; set; }

    /// <summary>The socket that it came by; 0 over HTTP.</summary>
    public long ConnectionId { get; init; }

    /// <summary>Placed by hand in the venue's own web page.</summary>
    public bool IsWeb { get; init; }

    public bool IsLiquidation { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; set; }

    public Order? Engine { get; set; }

    public DeribitInstrument Instrument => Feed.Instrument;

    public decimal Remaining => Amount - Filled;

    public bool IsTrigger => Trigger is not null && TriggerOrderId is null;

    public bool IsOpen => State is "open" or "untriggered";
}

/// <summary>A fill of an account's order.</summary>
internal sealed record DeribitFill(
    DeribitOrder Order, PublicTrade Trade, decimal Price, decimal Amount, decimal Fee, decimal Profit, bool IsMaker, string State)
{
    public string TradeId => InstrumentFeed.IdOf(Order.Instrument, Trade.Trade.Id);
}
