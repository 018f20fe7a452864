using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>What a record tells.</summary>
public enum JournalKind
{
    /// <summary>An order, whole: about to be placed, or taken into the books.</summary>
    Order = 0,
    /// <summary>Where an order stands now.</summary>
    State = 1,
    /// <summary>An execution was booked.</summary>
    Fill = 2,
    /// <summary>A replacement is about to leave.</summary>
    Replace = 3,
    /// <summary>The old order of a replacement has ended; the rest is about to be placed under another id on the wire.</summary>
    Rest = 4,
    /// <summary>A cancel is about to leave.</summary>
    Cancel = 5,
    /// <summary>A cancel of all orders, of a symbol or of the account, is about to leave.</summary>
    CancelAll = 6,
    /// <summary>An order turned out to be another one; its executions go over.</summary>
    Merged = 7,
    /// <summary>The kill switch was moved.</summary>
    Trading = 8,
    /// <summary>A client order id that was used for an order not kept any more.</summary>
    UsedId = 9,
    /// <summary>An order with all that is kept of it: written when the journal is tidied.</summary>
    Kept = 10,
}

/// <summary>One record of the journal. Which fields count depends on <see cref="Kind"/>; it is passed by reference and not kept.</summary>
public readonly record struct JournalRecord
{
    /// <summary>What it tells.</summary>
    public required JournalKind Kind { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Names the order within the journal.</summary>
    public string? Key { get; init; }

    /// <summary>Order, State, Fill: the order after it.</summary>
    public Order? Order { get; init; }

    /// <summary>State, Fill, Order: where it stands apart from commands in flight.</summary>
    public OrderStatus Venue { get; init; }

    /// <summary>Order, State: the venue has shown that it knows the order.</summary>
    public bool Seen { get; init; }

    /// <summary>Order, State: that it ended is our conclusion.</summary>
    public bool Lost { get; init; }

    /// <summary>Fill: the execution.</summary>
    public Fill? Fill { get; init; }

    /// <summary>Order, Replace, Rest: the venue's time after which it cannot act on the command any more.</summary>
    public DateTimeOffset? LastChance { get; init; }

    /// <summary>Replace, Rest: the price that is wanted.</summary>
    public decimal Price { get; init; }

    /// <summary>Replace, Rest: the total quantity that is wanted.</summary>
    public decimal Quantity { get; init; }

    /// <summary>Order, Rest: the client order id on the wire, where it is not the trader's.</summary>
    public string? WireId { get; init; }

    /// <summary>Order, Rest: filled under earlier ids on the wire.</summary>
    public decimal Carried { get; init; }

    /// <summary>Order: filled before it was adopted.</summary>
    public decimal WithoutDetails { get; init; }

    /// <summary>Merged: the key of the order that it is. UsedId: nothing.</summary>
    public string? Into { get; init; }

    /// <summary>CancelAll: the symbol; null for the account.</summary>
    public string? Symbol { get; init; }

    /// <summary>Trading: the kill switch's position.</summary>
    public TradingState Trading { get; init; }
}
