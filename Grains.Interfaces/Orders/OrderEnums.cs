namespace Exchange.Grains.Interfaces;

/// <summary>Buy or sell.</summary>
public enum Side
{
    /// <summary>Buy.</summary>
    Buy = 0,
    /// <summary>Sell.</summary>
    Sell = 1,
}

/// <summary>Which leg of a position an order or a position belongs to.</summary>
public enum PositionSide
{
    /// <summary>One position a symbol, with a sign (one-way mode).</summary>
    Net = 0,
    /// <summary>The long leg (hedge mode).</summary>
    Long = 1,
    /// <summary>The short leg (hedge mode).</summary>
    Short = 2,
}

/// <summary>The type of an order.</summary>
public enum OrderType
{
    /// <summary>At the best prices there are.</summary>
    Market = 0,
    /// <summary>At a price or better.</summary>
    Limit = 1,
    /// <summary>A market order once the trigger price is reached against the position.</summary>
    StopMarket = 2,
    /// <summary>A limit order once the trigger price is reached against the position.</summary>
    StopLimit = 3,
    /// <summary>A market order once the trigger price is reached in the position's favour.</summary>
    TakeProfitMarket = 4,
    /// <summary>A limit order once the trigger price is reached in the position's favour.</summary>
    TakeProfitLimit = 5,
    /// <summary>A stop whose trigger follows the market at an offset.</summary>
    TrailingStop = 6,
}

/// <summary>How long an order works.</summary>
public enum TimeInForce
{
    /// <summary>Until it is cancelled, or the venue's limit (<see cref="Capabilities.GoodTillCancelledLimit"/>).</summary>
    GoodTillCancelled = 0,
    /// <summary>What does not fill at once is cancelled.</summary>
    ImmediateOrCancel = 1,
    /// <summary>All at once or nothing.</summary>
    FillOrKill = 2,
    /// <summary>Until a given time.</summary>
    GoodTillDate = 3,
}

/// <summary>The price that fires a trigger.</summary>
public enum TriggerPriceSource
{
    /// <summary>The last traded price.</summary>
    Last = 0,
    /// <summary>The mark price.</summary>
    Mark = 1,
    /// <summary>The index price.</summary>
    Index = 2,
}

/// <summary>What the offset of a trailing stop is counted in.</summary>
public enum TrailingOffsetUnit
{
    /// <summary>Percent of the price (1.5 is 1.5 %).</summary>
    Percent = 0,
    /// <summary>An absolute price distance.</summary>
    Price = 1,
}

/// <summary>Where an order stands.</summary>
public enum OrderStatus
{
    /// <summary>Sent, or about to be; the venue has not answered yet. Also while its outcome is unknown.</summary>
    PendingNew = 0,
    /// <summary>Taken by the venue, waiting for its trigger price.</summary>
    Untriggered = 1,
    /// <summary>Resting in the book, nothing filled.</summary>
    Working = 2,
    /// <summary>Resting in the book, partly filled.</summary>
    PartiallyFilled = 3,
    /// <summary>A replacement is in flight; the old order still works until told otherwise.</summary>
    PendingReplace = 4,
    /// <summary>A cancel is in flight; the order still works until told otherwise.</summary>
    PendingCancel = 5,
    /// <summary>Filled whole. Terminal.</summary>
    Filled = 6,
    /// <summary>Cancelled, perhaps partly filled. Terminal.</summary>
    Cancelled = 7,
    /// <summary>Ended by the venue's own rules (time in force, self-trade prevention). Terminal.</summary>
    Expired = 8,
    /// <summary>Provably refused; nothing was placed. Terminal, unless a later event proves otherwise.</summary>
    Rejected = 9,
}

/// <summary>Who made an order.</summary>
public enum OrderOrigin
{
    /// <summary>A trader of this gateway.</summary>
    Trader = 0,
    /// <summary>Somebody else on the same account: another program, or by hand.</summary>
    External = 1,
    /// <summary>The venue, liquidating.</summary>
    Liquidation = 2,
    /// <summary>The venue, auto-deleveraging.</summary>
    AutoDeleverage = 3,
    /// <summary>The venue, settling or delisting.</summary>
    Settlement = 4,
}
