using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>When no message comes: is the market quiet, or are we deaf?</summary>
internal sealed partial class BookFeed
{
    /// <summary>How long no message has brought anything new; zero while not subscribed.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (Gate)
                return _watch.Silence;
        }
    }

    /// <inheritdoc cref="SilenceWatch.IsProbeDue"/>
    public bool IsProbeDue(TimeSpan limit)
    {
        lock (Gate)
            return _watch.IsProbeDue(limit);
    }

    /// <summary>The venue has fallen silent for this book.</summary>
    public void OnSilence(string reason)
    {
        lock (Gate)
        {
            if (_state is not (BookState.Stale or BookState.Connecting))
                SetState(BookState.Stale, reason);
        }
    }

    /// <summary>
    /// Asked beside the stream, the venue's best levels are those that we have: the market is quiet, the book is live.
    /// </summary>
    /// <returns>False when they differ, so that messages must have been missed.</returns>
    public bool OnProbe(BookSnapshot snapshot)
    {
        lock (Gate)
        {
            if (_active is not { IsLive: true } active)
                return false;
            var n = Math.Min(5, _topN);
            var bids = snapshot.Bids.Levels.ToArray().OrderByDescending(l => l.Price).Take(n);
            var asks = snapshot.Asks.Levels.ToArray().OrderBy(l => l.Price).Take(n);
            if (!bids.SequenceEqual(active.TopBids(n)) || !asks.SequenceEqual(active.TopAsks(n)))
                return false;
            _watch.Quiet();
            if (_state == BookState.Stale)
                SetState(BookState.Synced, null);
            return true;
        }
    }
}
