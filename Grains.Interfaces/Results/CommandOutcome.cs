namespace Exchange.Grains.Interfaces;

/// <summary>What is known of a command that changes something at the venue when it did not succeed.</summary>
public enum CommandOutcome
{
    /// <summary>The venue provably did not act: it said so, or the command provably never left.</summary>
    Rejected = 0,

    /// <summary>
    /// Nobody can tell yet: a time-out, a lost socket, a 5xx or a reply that could not be read. The order stays pending
    /// and its resolution arrives on the <c>orders</c> stream.
    /// </summary>
    Unknown = 1,
}
