namespace Exchange.Exchanges.Common.Books;

/// <summary>The ids by which a venue shows that its book messages follow one another.</summary>
/// <param name="First">The first change that the message contains.</param>
/// <param name="Last">The last change that the message contains.</param>
/// <param name="Previous">The last change of the message before it; 0 where the venue does not tell.</param>
public readonly record struct UpdateIds(long First, long Last, long Previous);

/// <summary>What to do with a book message.</summary>
public enum ChainStep
{
    /// <summary>All that it contains is in the book already.</summary>
    Skip = 0,
    /// <summary>It follows without a hole.</summary>
    Apply = 1,
    /// <summary>Something before it is missing.</summary>
    Gap = 2,
}

/// <summary>A venue's rule of how snapshot and changes chain.</summary>
public abstract class BookChain
{
    /// <summary>The first message after a snapshot. <see cref="ChainStep.Gap"/> means that the snapshot is too old.</summary>
    public abstract ChainStep First(long snapshotId, in UpdateIds ids);

    /// <summary>A message after one that was applied.</summary>
    public abstract ChainStep Next(long lastId, in UpdateIds ids);
}
