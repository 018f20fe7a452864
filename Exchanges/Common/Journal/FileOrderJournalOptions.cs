namespace Exchange.Exchanges.Common.Journal;

/// <summary>Where a file journal is and how careful it is.</summary>
public sealed record FileOrderJournalOptions
{
    /// <summary>The folder; each connection has its own. Made when it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Waits before each command until its record is on the disk. Without it a record survives the death of the process, and not a
    /// loss of power.
    /// </summary>
    public bool FlushToDisk { get; init; }

    /// <summary>How long ended orders are kept.</summary>
    public TimeSpan KeepEnded { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many client order ids of orders not kept any more are remembered.</summary>
    public int KeepUsedIds { get; init; } = 500_000;

    /// <summary>
    /// The name of this machine; its own when null. A folder that another machine wrote last is refused, since a file fences one
    /// machine only. Set it where machines change their name at each start and the folder is theirs alone (containers with a volume).
    /// </summary>
    public string? Machine { get; init; }
}
