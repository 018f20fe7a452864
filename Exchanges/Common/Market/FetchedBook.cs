using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>Changes on a snapshot that is fetched beside the stream.</summary>
internal sealed class FetchedBook(BookPlan plan, BookChain chain) : BookSource(plan)
{
    // So many messages in a row that are all older than the book: the venue's ids have started again.
    private const int MostIgnoredInARow = 50;

    private readonly OrderBookBuilder _builder = new(chain, plan.Depth);

    /// <inheritdoc/>
    public override bool IsLive => _builder.IsSynced;

    /// <inheritdoc/>
    public override long LastUpdateId => _builder.LastUpdateId;

    /// <inheritdoc/>
    public override DateTimeOffset VenueTime => _builder.VenueTime;

    /// <inheritdoc/>
    public override DateTimeOffset ReceivedTime => _builder.ReceivedTime;

    /// <inheritdoc/>
    public override long Ignored => _builder.IgnoredMessages;

    /// <inheritdoc/>
    public override bool NeedsSnapshot => _builder.NeedsSnapshot;

    /// <inheritdoc/>
    public override BookStep OnMessage(BookMessage message, int link, DateTimeOffset receivedAt)
    {
        var step = _builder.OnChange(message.Ids, message.Bids.Levels, message.Asks.Levels, message.VenueTime, receivedAt);
        if (step == BookStep.Ignored && _builder.IgnoredInARow >= MostIgnoredInARow)
        {
            _builder.Reset();
            return BookStep.Gap;
        }

        return step;
    }

    /// <inheritdoc/>
    public override BookStep OnSnapshot(BookSnapshot snapshot) => _builder.OnSnapshot(snapshot.LastId, snapshot.Bids.Levels, snapshot.Asks.Levels);

    /// <inheritdoc/>
    public override bool IsThinFor(int n) => _builder.IsThinFor(Math.Min(n, Plan.Depth / 2));

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopBids(int n) => _builder.TopBids(n);

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopAsks(int n) => _builder.TopAsks(n);

    /// <inheritdoc/>
    public override void Reset() => _builder.Reset();
}
