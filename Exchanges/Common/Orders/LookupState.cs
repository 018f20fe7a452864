namespace Exchange.Exchanges.Common.Orders;

/// <summary>How far the lookups of one order are. Belongs to the queue and the manager.</summary>
internal sealed class LookupState
{
    /// <summary>Questions asked in a row, for the back-off.</summary>
    public int Attempts { get; set; }

    /// <summary>Not-found answers that count.</summary>
    public int NotFound { get; set; }

    /// <summary>When the last of those came, by the queue's clock.</summary>
    public TimeSpan NotFoundAt { get; set; }

    /// <summary>When the first not-found answer came at all, by the queue's clock.</summary>
    public TimeSpan? FirstNotFoundAt { get; set; }

    /// <summary>The venue can no longer act on the last command.</summary>
    public bool CannotAct { get; set; }

    /// <summary>Answers that left everything as it was.</summary>
    public int Unchanged { get; set; }

    /// <summary>Begins anew, for a new question.</summary>
    public void Reset()
    {
        Attempts = 0;
        NotFound = 0;
        FirstNotFoundAt = null;
        CannotAct = false;
        Unchanged = 0;
    }
}
