using Exchange.Exchanges.Common.Books;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// How Binance USD-M depth messages chain (developers.binance.com, "How to manage a local order book correctly"): the first
/// one applied has <c>U</c> ≤ L ≤ <c>u</c>, from then on each <c>pu</c> equals the <c>u</c> before it. Holes between <c>pu</c> and
/// <c>U</c> are normal: ids are shared by all symbols.
/// </summary>
/// <param name="acceptBoundary">
/// Whether a first message with <c>pu</c> ≤ L &lt; <c>U</c> is taken. It fails the documented rule though nothing is missing
/// between its predecessor and the snapshot; in the recordings that we have, this is the usual case for a snapshot that ends
/// where a message ends. True unless a test wants the letter of the rule.
/// </param>
internal sealed class BinanceBookChain(bool acceptBoundary = true) : BookChain
{
    /// <inheritdoc/>
    public override ChainStep First(long snapshotId, in UpdateIds ids)
    {
        if (ids.Last < snapshotId)
            return ChainStep.Skip;
        return ids.First <= snapshotId || (acceptBoundary && ids.Previous <= snapshotId) ? ChainStep.Apply : ChainStep.Gap;
    }

    /// <inheritdoc/>
    public override ChainStep Next(long lastId, in UpdateIds ids)
    {
        if (ids.Previous == lastId)
            return ChainStep.Apply;

        // Sent twice, as while a socket is being replaced: all of it is in the book.
        return ids.Last <= lastId ? ChainStep.Skip : ChainStep.Gap;
    }
}
