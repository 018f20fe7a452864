using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Common.Market;

/// <summary>A book message of a venue, changes or whole picture alike. One instance is read into again and again.</summary>
internal abstract class BookMessage
{
    /// <summary>How it chains; a whole picture has the last id only.</summary>
    public UpdateIds Ids { get; protected set; }

    /// <summary>True for the whole book, on which the changes of the same stream follow.</summary>
    public bool IsSnapshot { get; protected set; }

    /// <summary>When the venue made it, UTC.</summary>
    public DateTimeOffset VenueTime { get; protected set; }

    /// <summary>False for a message of something else that shares the stream.</summary>
    public bool IsOurs { get; protected set; } = true;

    /// <summary>Bids, in the venue's order.</summary>
    public LevelBuffer Bids { get; } = new();

    /// <summary>Asks, in the venue's order.</summary>
    public LevelBuffer Asks { get; } = new();

    /// <inheritdoc cref="StreamHandler.Place"/>
    public virtual void Place(in MessagePlace place)
    {
    }

    /// <summary>Reads the object that the scanner stands before.</summary>
    public abstract bool TryRead(ref Utf8Scanner json);
}

/// <summary>A book as a venue answers a query.</summary>
internal sealed class BookSnapshot
{
    /// <summary>The last change contained.</summary>
    public long LastId { get; set; }

    /// <summary>Bids, in the venue's order.</summary>
    public LevelBuffer Bids { get; } = new();

    /// <summary>Asks, in the venue's order.</summary>
    public LevelBuffer Asks { get; } = new();
}
