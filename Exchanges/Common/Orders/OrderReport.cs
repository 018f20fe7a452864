using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>How a report reached us.</summary>
public enum ReportSource
{
    /// <summary>Pushed by the venue's private stream.</summary>
    Event = 0,
    /// <summary>The answer to a command.</summary>
    Reply = 1,
    /// <summary>The answer to a question: a lookup, a snapshot of open orders, a history.</summary>
    Query = 2,
}

/// <summary>
/// One thing that the venue said of one order, in our words. What it did not say is null and changes nothing. Reports may come
/// late, twice and out of order; the order's life sorts that out.
/// </summary>
public sealed record OrderReport
{
    /// <summary>How it reached us.</summary>
    public required ReportSource Source { get; init; }

    /// <summary>The venue's own symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>The client order id; null when the report names the venue order id alone.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>The venue order id that the report is about.</summary>
    public string? VenueOrderId { get; init; }

    /// <summary>
    /// The venue order id under which the order goes on (a trigger, a replacement). Later reports may name either; an order
    /// adopted under this id before the link was told is the same order.
    /// </summary>
    public string? SuccessorVenueOrderId { get; init; }

    /// <summary>
    /// Where the order stands; null when the venue's word is not known here, and then it is not terminal.
    /// <see cref="OrderStatus.PendingNew"/> says that the venue has only taken note of it, and proves nothing.
    /// </summary>
    public OrderStatus? Status { get; init; }

    /// <summary>The venue's own word.</summary>
    public string? VenueStatus { get; init; }

    /// <summary>The trigger of a conditional order has fired.</summary>
    public bool Triggered { get; init; }

    /// <summary>The report tells that price or quantity were changed.</summary>
    public bool Amended { get; init; }

    /// <summary>Buy or sell.</summary>
    public Side? Side { get; init; }

    /// <summary>The leg.</summary>
    public PositionSide? PositionSide { get; init; }

    /// <summary>The type.</summary>
    public OrderType? Type { get; init; }

    /// <summary>How long it works.</summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>Must not take liquidity.</summary>
    public bool? PostOnly { get; init; }

    /// <summary>May only reduce the position.</summary>
    public bool? ReduceOnly { get; init; }

    /// <summary>The total quantity, fills included.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>The limit price.</summary>
    public decimal? Price { get; init; }

    /// <summary>The trigger price.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>The offset of a trailing stop.</summary>
    public decimal? TrailingOffset { get; init; }

    /// <summary>The price that fires the trigger.</summary>
    public TriggerPriceSource? TriggerBy { get; init; }

    /// <summary>The end of a good-till-date order, UTC.</summary>
    public DateTimeOffset? GoodTillDate { get; init; }

    /// <summary>Filled so far, as the venue counts it.</summary>
    public decimal? CumulativeQuantity { get; init; }

    /// <summary>The average price of what is filled.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>The one execution that this report tells of.</summary>
    public Fill? Fill { get; init; }

    /// <summary>Who made the order, as far as its ids tell; <see cref="OrderOrigin.External"/> unless they do.</summary>
    public OrderOrigin Origin { get; init; } = OrderOrigin.External;

    /// <summary>Why it ended.</summary>
    public ExchangeError? Reason { get; init; }

    /// <summary>When the venue made the order, UTC.</summary>
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When the venue changed it, UTC.</summary>
    public DateTimeOffset? VenueTime { get; init; }

    /// <summary>When the report reached us, UTC.</summary>
    public required DateTimeOffset ReceivedTime { get; init; }
}
