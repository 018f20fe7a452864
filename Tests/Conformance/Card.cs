namespace Exchange.Tests.Conformance;

/// <summary>One thing that every exchange must do: its number, what is done, what must be seen, and the doing.</summary>
/// <param name="Id">Its number. It is never used for another card.</param>
/// <param name="Does">What is done.</param>
/// <param name="Sees">What must be seen.</param>
/// <param name="Play">Does it, on connectors and a venue of its own. The invariants are asserted afterwards.</param>
internal sealed record Card(string Id, string Does, string Sees, Func<CardRun, Task> Play)
{
    /// <summary>The account begins in hedge mode.</summary>
    public bool Hedge { get; init; }

    /// <summary>It ends where nothing can be compared any more: the connection is refused, say.</summary>
    public bool EndsUnready { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>All cards, in the order of the table.</summary>
internal static partial class CardList
{
    /// <summary>The cards.</summary>
    public static IReadOnlyList<Card> All { get; } =
    [
        .. Connecting, .. Orders, .. Cancels, .. Replacements, .. Positions, .. Recovery, .. Market, .. Errors, .. OrderFaults, .. SessionFaults, .. Clusters,
    ];
}
