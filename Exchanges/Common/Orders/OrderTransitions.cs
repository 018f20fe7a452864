using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What a step from one state of an order to another is worth.</summary>
internal enum Step
{
    /// <summary>No step at all.</summary>
    Same,
    /// <summary>An order does this in the ordinary course.</summary>
    Lawful,
    /// <summary>Takes back what was held to be final: allowed only where the venue's later word proves it.</summary>
    Correction,
    /// <summary>Never happens; who tells so tells of the past.</summary>
    Stale,
}

/// <summary>The states of an order and which may follow which: the one place that decides.</summary>
internal static class OrderTransitions
{
    // Columns in the order of OrderStatus: New, Untriggered, Working, Partly, PendingReplace, PendingCancel, Filled, Cancelled, Expired,
    // Rejected. '.' same, 'x' lawful, 'c' correction, '-' stale.
    // PendingCancel and PendingReplace lead back, since what they wait for may be refused. A working order can still be refused (a
    // venue that answers first and matches later), one with fills cannot.
    private static readonly string[] _table =
    [
        /* PendingNew      */ ".xxx-xxxxx",
        /* Untriggered     */ "-.xxxxxxxx",
        /* Working         */ "--.xxxxxxx",
        /* PartiallyFilled */ "---.xxxxx-",
        /* PendingReplace  */ "-xxx.xxxxx",
        /* PendingCancel   */ "xxxxx.xxxx",
        /* Filled          */ "---c--.---",
        /* Cancelled       */ "-ccc--c.--",
        /* Expired         */ "-ccc--c-.-",
        /* Rejected        */ "-ccc--ccc.",
    ];

    /// <summary>What the step is worth.</summary>
    public static Step Judge(OrderStatus from, OrderStatus to) => _table[(int)from][(int)to] switch
    {
        '.' => Step.Same,
        'x' => Step.Lawful,
        'c' => Step.Correction,
        _ => Step.Stale,
    };

    /// <summary>True for the states after which nothing more is expected.</summary>
    public static bool IsTerminal(OrderStatus status) =>
        status is OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected;

    /// <summary>The event that tells of an order's end.</summary>
    public static OrderEvent EventOf(OrderStatus terminal) => terminal switch
    {
        OrderStatus.Filled => OrderEvent.Filled,
        OrderStatus.Cancelled => OrderEvent.Cancelled,
        OrderStatus.Expired => OrderEvent.Expired,
        _ => OrderEvent.Rejected,
    };
}
