namespace Exchange.Exchanges.Common.Orders;

/// <summary>Counts of one order life since it began, for metrics and alarms, and how many orders are in which state now.</summary>
public readonly record struct OrderCounters
{
    /// <summary>Orders that left for the venue.</summary>
    public long Placed { get; init; }

    /// <summary>Orders refused before they left.</summary>
    public long RefusedHere { get; init; }

    /// <summary>Executions booked.</summary>
    public long Fills { get; init; }

    /// <summary>Executions told again.</summary>
    public long DuplicateFills { get; init; }

    /// <summary>Reports whose state was older than what was known. Harmless.</summary>
    public long StaleReports { get; init; }

    /// <summary>Commands whose outcome became unknown.</summary>
    public long BecameUnknown { get; init; }

    /// <summary>Questions asked of the venue about single orders.</summary>
    public long Lookups { get; init; }

    /// <summary>Of those, the ones that could not be answered.</summary>
    public long FailedLookups { get; init; }

    /// <summary>Orders first seen in an event or a snapshot.</summary>
    public long Adopted { get; init; }

    /// <summary>Orders given up because the venue did not find them.</summary>
    public long Lost { get; init; }

    /// <summary>Orders held to have ended that the venue's later word brought back. An alarm.</summary>
    public long Revived { get; init; }

    /// <summary>Reports of more filled than was ordered. An alarm.</summary>
    public long Overfills { get; init; }

    /// <summary>Reports with a state that is not known here. An alarm.</summary>
    public long UnknownStatuses { get; init; }

    /// <summary>Reports about an order not known here that say too little to adopt it. An alarm.</summary>
    public long Unattributed { get; init; }

    /// <summary>Reports that carry the client order id of another order. An alarm: somebody else uses our ids.</summary>
    public long ClientIdConflicts { get; init; }

    /// <summary>Commands refused by the venue although it had shown to know the order. An alarm.</summary>
    public long Contradictions { get; init; }

    /// <summary>Records that could not be written. An alarm.</summary>
    public long JournalFailures { get; init; }

    /// <summary>Exceptions out of a connector. An alarm: a defect.</summary>
    public long ConnectorFailures { get; init; }

    /// <summary>Orders not terminal now.</summary>
    public int Open { get; init; }

    /// <summary>Of those, the ones whose last outcome is unknown.</summary>
    public int Unknown { get; init; }

    /// <summary>How long the oldest of those has been unknown; zero when there is none.</summary>
    public TimeSpan OldestUnknown { get; init; }

    /// <summary>Orders about which the venue is to be asked.</summary>
    public int LookupsWaiting { get; init; }
}
