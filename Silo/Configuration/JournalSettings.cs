namespace Exchange.Silo.Configuration;

/// <summary>How order journals are kept; section <c>Exchange:Journal</c>. They lie under <c>Exchange:Data</c>.</summary>
internal sealed class JournalSettings
{
    /// <summary>
    /// Waits before each order until its record is on the disk. Without it a record survives the death of the process, and not a loss of
    /// power.
    /// </summary>
    public bool FlushToDisk { get; set; }

    /// <summary>How long ended orders are remembered over a restart.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The name of this machine; its own when not given. Set it where the name changes with each start and the data folder is this
    /// machine's alone (a container with a volume).
    /// </summary>
    public string? Machine { get; set; }
}
