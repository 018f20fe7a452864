using System.Collections.Immutable;
using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>One way in which a book is being had; a feed has one in service and sometimes the next one being prepared.</summary>
internal abstract class BookSource(BookPlan plan)
{
    /// <summary>Which stream it reads.</summary>
    public BookPlan Plan => plan;

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

    /// <summary>True while only a snapshot helps that must be asked for.</summary>
    public virtual bool NeedsSnapshot => false;

    /// <summary>True while a snapshot that was asked for is under way.</summary>
    public bool IsFetching { get; set; }

    /// <summary>Snapshots asked for in short succession.</summary>
    public int FetchAttempts { get; set; }

    /// <summary>When a snapshot was last asked for, as a timestamp.</summary>
    public long LastFetch { get; set; }

    /// <summary>Takes a message of the stream.</summary>
    /// <param name="message">The message.</param>
    /// <param name="link">The link that it came by: while a socket is being replaced, two deliver.</param>
    /// <param name="receivedAt">When it arrived, UTC.</param>
    public abstract BookStep OnMessage(BookMessage message, int link, DateTimeOffset receivedAt);

    /// <summary>Takes a snapshot that was fetched.</summary>
    public virtual BookStep OnSnapshot(BookSnapshot snapshot) => BookStep.Ignored;

    /// <summary>True when too few levels are surely known for a book of <paramref name="n"/>, so that a fresh snapshot would help.</summary>
    public virtual bool IsThinFor(int n) => false;

    /// <summary>The best bids, best first.</summary>
    public abstract ImmutableArray<PriceLevel> TopBids(int n);

    /// <summary>The best asks, best first.</summary>
    public abstract ImmutableArray<PriceLevel> TopAsks(int n);

    /// <summary>Forgets the book: the stream starts anew.</summary>
    public abstract void Reset();
}
