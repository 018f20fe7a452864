using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>One way in which a book is being had; a feed has one in service and sometimes the next one being prepared.</summary>
internal abstract class BinanceBookSource(BinanceBookPlan plan)
{
    /// <summary>Which stream it reads.</summary>
    public BinanceBookPlan Plan => plan;

    /// <summary>True while there is a complete book.</summary>
    public abstract bool IsLive { get; }

    /// <summary>The last change contained; 0 when there is no book.</summary>
    public abstract long LastUpdateId { get; }

    /// <summary>When the venue made it, UTC.</summary>
    public abstract DateTimeOffset VenueTime { get; }

    /// <summary>When it reached us, UTC.</summary>
    public abstract DateTimeOffset ReceivedTime { get; }

    /// <summary>Messages that held nothing new.</summary>
    public abstract long Ignored { get; }

    /// <summary>Takes a message of the stream.</summary>
    public abstract BookStep OnMessage(DepthMessage message, DateTimeOffset receivedAt);

    /// <summary>The best bids, best first.</summary>
    public abstract ImmutableArray<PriceLevel> TopBids(int n);

    /// <summary>The best asks, best first.</summary>
    public abstract ImmutableArray<PriceLevel> TopAsks(int n);

    /// <summary>Forgets the book: the stream starts anew.</summary>
    public abstract void Reset();
}

/// <summary>Changes on a snapshot.</summary>
internal sealed class BinanceDiffBook(BinanceBookPlan plan) : BinanceBookSource(plan)
{
    // So many messages in a row that are all older than the book: the venue's ids have started again.
    private const int MostIgnoredInARow = 50;

    private readonly OrderBookBuilder _builder = new(new BinanceBookChain(), plan.Depth);

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

    /// <summary>True while only a snapshot helps.</summary>
    public bool NeedsSnapshot => _builder.NeedsSnapshot;

    /// <summary>True while a snapshot is being fetched for it.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Snapshots asked for in short succession.</summary>
    public int FetchAttempts { get; set; }

    /// <summary>When a snapshot was last asked for, as a timestamp.</summary>
    public long LastFetch { get; set; }

    /// <inheritdoc/>
    public override BookStep OnMessage(DepthMessage message, DateTimeOffset receivedAt)
    {
        var step = _builder.OnChange(
            new UpdateIds(message.FirstId, message.LastId, message.PreviousId), message.Bids.Levels, message.Asks.Levels, message.VenueTime, receivedAt);
        if (step == BookStep.Ignored && _builder.IgnoredInARow >= MostIgnoredInARow)
        {
            _builder.Reset();
            return BookStep.Gap;
        }

        return step;
    }

    /// <summary>Takes a snapshot.</summary>
    public BookStep OnSnapshot(DepthSnapshot snapshot) => _builder.OnSnapshot(snapshot.LastId, snapshot.Bids.Levels, snapshot.Asks.Levels);

    /// <summary>True when too few levels are surely known for a book of <paramref name="n"/>.</summary>
    public bool IsThinFor(int n) => _builder.IsThinFor(Math.Min(n, Plan.Depth / 2));

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopBids(int n) => _builder.TopBids(n);

    /// <inheritdoc/>
    public override ImmutableArray<PriceLevel> TopAsks(int n) => _builder.TopAsks(n);

    /// <inheritdoc/>
    public override void Reset() => _builder.Reset();
}

/// <summary>Whole pictures: each replaces the one before, if it is newer.</summary>
internal sealed class BinancePartialBook(BinanceBookPlan plan) : BinanceBookSource(plan)
{
    private readonly PriceLevel[] _bids = new PriceLevel[BinanceBookPlan.MaxPartialDepth];
    private readonly PriceLevel[] _asks = new PriceLevel[BinanceBookPlan.MaxPartialDepth];
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
    public override BookStep OnMessage(DepthMessage message, DateTimeOffset receivedAt)
    {
        if (message.LastId <= _lastUpdateId)
        {
            _ignored++;
            return BookStep.Ignored;
        }

        // Binance's own sample lists bids ascending: the order is not to be relied on.
        var bids = message.Bids.Levels;
        var asks = message.Asks.Levels;
        Sort(bids, descending: true);
        Sort(asks, descending: false);
        _lastUpdateId = message.LastId;
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
