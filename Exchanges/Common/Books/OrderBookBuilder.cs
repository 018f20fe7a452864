using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Books;

/// <summary>What a book message or a snapshot did.</summary>
public enum BookStep
{
    /// <summary>Kept until the snapshot is there.</summary>
    Buffered = 0,
    /// <summary>Applied; the book is synced.</summary>
    Applied = 1,
    /// <summary>Old or repeated; the book is as before.</summary>
    Ignored = 2,
    /// <summary>Something is missing before it: the book was discarded, and a new snapshot is needed.</summary>
    Gap = 3,
    /// <summary>The book became crossed (best bid at or above best ask) and was discarded; a new snapshot is needed.</summary>
    Crossed = 4,
    /// <summary>The snapshot is older than the first change that is kept: another is needed. What is kept stays.</summary>
    SnapshotTooOld = 5,
    /// <summary>The snapshot is held until a change shows that the stream continues it.</summary>
    AwaitingChange = 6,
    /// <summary>A change without the snapshot that it belongs to, where the stream itself brings the snapshot: dropped.</summary>
    Dropped = 7,
}

/// <summary>
/// Builds one book from a snapshot and the changes around it, by a venue's <see cref="BookChain"/>. Changes are kept from
/// the first message on; after a gap the book is empty and not synced until a snapshot and the changes chain again.
/// Not safe for use by several threads at once.
/// </summary>
/// <param name="chain">The venue's rule.</param>
/// <param name="snapshotLimit">Levels a side that a snapshot can hold.</param>
/// <param name="bufferLimit">Changes kept while there is no snapshot; the oldest give way.</param>
public sealed class OrderBookBuilder(BookChain chain, int snapshotLimit = 1000, int bufferLimit = 2000)
{
    private readonly BookSide _bids = new(isBid: true);
    private readonly BookSide _asks = new(isBid: false);
    private readonly Queue<KeptChange> _kept = new();
    private long _lastKept;
    private bool _hasSnapshot;
    private bool _pastFirst;

    /// <summary>True while the book is complete and chained without a hole.</summary>
    public bool IsSynced { get; private set; }

    /// <summary>True while only a new snapshot helps.</summary>
    public bool NeedsSnapshot => !_hasSnapshot;

    /// <summary>The venue's id of the last change contained; 0 while not synced.</summary>
    public long LastUpdateId { get; private set; }

    /// <summary>When the venue made the last change contained, UTC.</summary>
    public DateTimeOffset VenueTime { get; private set; }

    /// <summary>When the last change contained reached us, UTC.</summary>
    public DateTimeOffset ReceivedTime { get; private set; }

    /// <summary>Times that changes were missing.</summary>
    public long Gaps { get; private set; }

    /// <summary>Times that the book was found crossed.</summary>
    public long CrossedBooks { get; private set; }

    /// <summary>Messages that held nothing new.</summary>
    public long IgnoredMessages { get; private set; }

    /// <summary>Kept changes that gave way because too many came before the snapshot.</summary>
    public long Overflowed { get; private set; }

    /// <summary>Messages in a row that held nothing new: many of them mean that the venue's ids started again.</summary>
    public int IgnoredInARow { get; private set; }

    /// <summary>The best bid, when synced and not empty.</summary>
    public PriceLevel? BestBid => IsSynced && _bids.Count > 0 ? _bids.Best : null;

    /// <summary>The best ask, when synced and not empty.</summary>
    public PriceLevel? BestAsk => IsSynced && _asks.Count > 0 ? _asks.Best : null;

    /// <summary>
    /// The best <paramref name="n"/> bids, best first; empty while not synced. Levels that lie beyond the snapshot's last
    /// one appear only once they have changed.
    /// </summary>
    public ImmutableArray<PriceLevel> TopBids(int n) => IsSynced ? _bids.Top(n) : [];

    /// <summary>The best <paramref name="n"/> asks, best first; empty while not synced.</summary>
    public ImmutableArray<PriceLevel> TopAsks(int n) => IsSynced ? _asks.Top(n) : [];

    /// <summary>
    /// True when the price has moved so far from the snapshot that fewer than <paramref name="n"/> levels of a side are surely
    /// all there: a fresh snapshot would complete it.
    /// </summary>
    public bool IsThinFor(int n) =>
        IsSynced && ((_bids.IsBounded && _bids.KnownCount < n) || (_asks.IsBounded && _asks.KnownCount < n));

    /// <summary>A message of changes. Quantities are absolute; 0 removes the level.</summary>
    public BookStep OnChange(
        in UpdateIds ids, ReadOnlySpan<PriceLevel> bids, ReadOnlySpan<PriceLevel> asks, DateTimeOffset venueTime, DateTimeOffset receivedTime)
    {
        if (!_hasSnapshot)
            return Keep(ids, bids, asks, venueTime, receivedTime);
        var step = _pastFirst ? chain.Next(LastUpdateId, ids) : chain.First(LastUpdateId, ids);
        switch (step)
        {
            case ChainStep.Skip:
                IgnoredMessages++;
                IgnoredInARow++;
                return BookStep.Ignored;
            case ChainStep.Gap:
                var wasFirst = !_pastFirst;
                Discard();
                Keep(ids, bids, asks, venueTime, receivedTime);
                if (wasFirst)
                    return BookStep.SnapshotTooOld;
                Gaps++;
                return BookStep.Gap;
            default:
                return Apply(ids, bids, asks, venueTime, receivedTime) ? BookStep.Applied : BookStep.Crossed;
        }
    }

    /// <summary>A snapshot of the whole book. One that comes while the book is synced is ignored.</summary>
    public BookStep OnSnapshot(long lastUpdateId, ReadOnlySpan<PriceLevel> bids, ReadOnlySpan<PriceLevel> asks)
    {
        if (IsSynced)
            return BookStep.Ignored;

        // Looked at before anything changes: a snapshot that is too old leaves the kept changes for the next one.
        foreach (var change in _kept)
        {
            var step = chain.First(lastUpdateId, change.Ids);
            if (step == ChainStep.Gap)
                return BookStep.SnapshotTooOld;
            if (step == ChainStep.Apply)
                break;
        }

        _bids.Load(bids, snapshotLimit);
        _asks.Load(asks, snapshotLimit);
        LastUpdateId = lastUpdateId;
        _hasSnapshot = true;
        _pastFirst = false;
        while (_kept.TryDequeue(out var change))
        {
            var step = OnChange(change.Ids, change.Bids, change.Asks, change.VenueTime, change.ReceivedTime);
            if (step is BookStep.Crossed or BookStep.Gap or BookStep.SnapshotTooOld)
                return step;
        }

        return _pastFirst ? BookStep.Applied : BookStep.AwaitingChange;
    }

    /// <summary>
    /// A snapshot that is part of the stream itself: the book is complete at once, whatever came before, and the next change must
    /// follow on it.
    /// </summary>
    public BookStep OnWhole(
        long lastUpdateId, ReadOnlySpan<PriceLevel> bids, ReadOnlySpan<PriceLevel> asks, DateTimeOffset venueTime, DateTimeOffset receivedTime)
    {
        _kept.Clear();
        _bids.Load(bids, snapshotLimit);
        _asks.Load(asks, snapshotLimit);
        _hasSnapshot = true;
        return Apply(new UpdateIds(0, lastUpdateId, 0), [], [], venueTime, receivedTime) ? BookStep.Applied : BookStep.Crossed;
    }

    /// <summary>Discards everything: a new stream starts.</summary>
    public void Reset()
    {
        Discard();
        _kept.Clear();
        _lastKept = 0;
    }

    private BookStep Keep(
        in UpdateIds ids, ReadOnlySpan<PriceLevel> bids, ReadOnlySpan<PriceLevel> asks, DateTimeOffset venueTime, DateTimeOffset receivedTime)
    {
        if (_kept.Count > 0)
        {
            var step = chain.Next(_lastKept, ids);
            if (step == ChainStep.Skip)
            {
                IgnoredMessages++;
                return BookStep.Ignored;
            }

            // A hole in what is kept: only a snapshot from after it helps, and what lies before it is of no use.
            if (step == ChainStep.Gap)
            {
                Gaps++;
                _kept.Clear();
            }
        }

        if (_kept.Count >= bufferLimit)
        {
            _kept.Dequeue();
            Overflowed++;
        }

        _kept.Enqueue(new KeptChange(ids, bids.ToArray(), asks.ToArray(), venueTime, receivedTime));
        _lastKept = ids.Last;
        return BookStep.Buffered;
    }

    private bool Apply(
        in UpdateIds ids, ReadOnlySpan<PriceLevel> bids, ReadOnlySpan<PriceLevel> asks, DateTimeOffset venueTime, DateTimeOffset receivedTime)
    {
        foreach (ref readonly var level in bids)
            _bids.Set(level.Price, level.Quantity);
        foreach (ref readonly var level in asks)
            _asks.Set(level.Price, level.Quantity);
        LastUpdateId = ids.Last;
        VenueTime = venueTime;
        ReceivedTime = receivedTime;
        IgnoredInARow = 0;
        _pastFirst = true;
        IsSynced = true;
        if (_bids.Count == 0 || _asks.Count == 0 || _bids.Best.Price < _asks.Best.Price)
            return true;
        CrossedBooks++;
        Discard();
        return false;
    }

    private void Discard()
    {
        _bids.Clear();
        _asks.Clear();
        IsSynced = false;
        _hasSnapshot = false;
        _pastFirst = false;
        LastUpdateId = 0;
        IgnoredInARow = 0;
    }

    private sealed record KeptChange(UpdateIds Ids, PriceLevel[] Bids, PriceLevel[] Asks, DateTimeOffset VenueTime, DateTimeOffset ReceivedTime);
}
