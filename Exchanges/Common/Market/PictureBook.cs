using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>Whole pictures: each replaces the one before, if it is newer.</summary>
internal sealed class PictureBook(BookPlan plan) : BookSource(plan)
{
    private readonly PriceLevel[] _bids = new PriceLevel[plan.Depth];
    private readonly PriceLevel[] _asks = new PriceLevel[plan.Depth];
    private int _bidCount;
    private int _askCount;
    private bool _isLive;
    private long _lastUpdateId;
    private DateTimeOffset _venueTime;
    private DateTimeOffset _receivedTime;
    private long _ignored;

    /// <inheritdoc/>
    public override bool IsLive => _isLive;

    /// <inheritdoc/>
    public override long LastUpdateId => _lastUpdateId;

    /// <inheritdoc/>
    public override DateTimeOffset VenueTime => _venueTime;

    /// <inheritdoc/>
    public override DateTimeOffset ReceivedTime => _receivedTime;

    /// <inheritdoc/>
    public override long Ignored => _ignored;

    /// <inheritdoc/>
    public override BookStep OnMessage(BookMessage message, int link, DateTimeOffset receivedAt)
    {
        if (message.Ids.Last <= _lastUpdateId)
        {
            _ignored++;
            return BookStep.Ignored;
        }

        // A venue's own sample lists bids ascending: the order is not to be relied on.
        var bids = message.Bids.Levels;
        var asks = message.Asks.Levels;
        Sort(bids, descending: true);
        Sort(asks, descending: false);
        _lastUpdateId = message.Ids.Last;
        _venueTime = message.VenueTime;
        _receivedTime = receivedAt;
        if (bids.Length > 0 && asks.Length > 0 && bids[0].Price >= asks[0].Price)
        {
            _isLive = false;
            return BookStep.Crossed;
        }

        _bidCount = Copy(bids, _bids);
        _askCount = Copy(asks, _asks);
        _isLive = true;
        return BookStep.Applied;
    }

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopBids(int n) => _isLive ? [.. _bids.AsSpan(0, Math.Min(n, _bidCount))] : [];

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopAsks(int n) => _isLive ? [.. _asks.AsSpan(0, Math.Min(n, _askCount))] : [];

    /// <inheritdoc/>
    public override void Reset()
    {
        _isLive = false;
        _lastUpdateId = 0;
    }

    private static int Copy(ReadOnlySpan<PriceLevel> from, PriceLevel[] to)
    {
        var count = 0;
        foreach (ref readonly var level in from)
        {
            if (level.Quantity > 0 && count < to.Length)
                to[count++] = level;
        }

        return count;
    }

    private static void Sort(Span<PriceLevel> levels, bool descending)
    {
        // Sorted already, nearly always.
        for (var i = 1; i < levels.Length; i++)
        {
            if (levels[i - 1].Price < levels[i].Price == descending)
            {
                levels.Sort((a, b) => descending ? b.Price.CompareTo(a.Price) : a.Price.CompareTo(b.Price));
                return;
            }
        }
    }
}
