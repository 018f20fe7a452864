using Exchange.Exchanges.Common.Books;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// How GRVT's book messages chain. The numbers that show a loss stand in the envelope and belong to one connection
/// (<see cref="GrvtSequences"/>), so they cannot order books of two connections; the time that the venue's cluster stamps, in nanoseconds, is
/// the same on all. It is the id of a book here, and what the numbers said is told beside it.
/// </summary>
internal sealed class GrvtBookChain : BookChain
{
    private const long Lost = -1;

    /// <summary>The ids of a message.</summary>
    /// <param name="eventTime">When the venue made it, unix nanoseconds.</param>
    /// <param name="isGap">Whether messages before it were lost.</param>
    public static UpdateIds Ids(long eventTime, bool isGap) => new(0, eventTime, isGap ? Lost : 0);

    /// <inheritdoc/>
    public override ChainStep First(long snapshotId, in UpdateIds ids) => Next(snapshotId, ids);

    /// <inheritdoc/>
    public override ChainStep Next(long lastId, in UpdateIds ids) => ids.Previous == Lost ? ChainStep.Gap : ChainStep.Apply;
}
