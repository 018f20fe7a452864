using Exchange.Exchanges.Common.Books;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// How Deribit's book messages chain (venue sheet, section 7): each change names the one before it by <c>prev_change_id</c>. Ids are shared
/// by many books, so a jump in <c>change_id</c> alone means nothing.
/// </summary>
internal sealed class DeribitBookChain : BookChain
{
    /// <inheritdoc/>
    public override ChainStep First(long snapshotId, in UpdateIds ids) => Next(snapshotId, ids);

    /// <inheritdoc/>
    public override ChainStep Next(long lastId, in UpdateIds ids)
    {
        if (ids.Previous == lastId)
            return ChainStep.Apply;

        // Sent twice: all of it is in the book.
        return ids.Last <= lastId ? ChainStep.Skip : ChainStep.Gap;
    }
}
