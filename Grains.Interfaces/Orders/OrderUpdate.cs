using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>What happened to an order.</summary>
public enum OrderEvent
{
    /// <summary>A command is about to leave, or has left; nothing is known from the venue.</summary>
    Submitted = 0,
    /// <summary>The venue took the order.</summary>
    Accepted = 1,
    /// <summary>The command was provably refused.</summary>
    Rejected = 2,
    /// <summary>A fill was booked.</summary>
    Filled = 3,
    /// <summary>A replacement left.</summary>
    ReplaceSubmitted = 4,
    /// <summary>The order was changed.</summary>
    Replaced = 5,
    /// <summary>The replacement was provably refused; the order is as it was.</summary>
    ReplaceRejected = 6,
    /// <summary>A cancel left.</summary>
    CancelSubmitted = 7,
    /// <summary>The order was cancelled.</summary>
    Cancelled = 8,
    /// <summary>The cancel was provably refused; the order is as it was.</summary>
    CancelRejected = 9,
    /// <summary>The order ended by the venue's rules.</summary>
    Expired = 10,
    /// <summary>A conditional order's trigger fired.</summary>
    Triggered = 11,
    /// <summary>The outcome of the last command became unknown.</summary>
    BecameUnknown = 12,
    /// <summary>The outcome of the last command became known.</summary>
    Resolved = 13,
    /// <summary>An order first seen in an event or a snapshot was taken into the books.</summary>
    Adopted = 14,
    /// <summary>Reconciliation with the venue changed what is known of the order.</summary>
    Reconciled = 15,
}

/// <summary>One event of the <c>orders</c> stream: what happened, and the order after it.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-update")]
public sealed record OrderUpdate
{
    /// <summary>What happened.</summary>
    [Id(0)]
    public required OrderEvent Event { get; init; }

    /// <summary>The order after it.</summary>
    [Id(1)]
    public required Order Order { get; init; }

    /// <summary>The fill, when one was booked.</summary>
    [Id(2)]
    public Fill? Fill { get; init; }
}

/// <summary>All orders that are not terminal, and the place in the <c>orders</c> stream that this picture was taken at.</summary>
[GenerateSerializer, Immutable, Alias("exchange.orders-snapshot")]
public sealed record OrdersSnapshot
{
    /// <summary>The <c>orders</c> stream's epoch.</summary>
    [Id(0)]
    public long Epoch { get; init; }

    /// <summary>The last sequence number contained.</summary>
    [Id(1)]
    public long Seq { get; init; }

    /// <summary>The orders.</summary>
    [Id(2)]
    public ImmutableArray<Order> Orders { get; init; } = [];
}
