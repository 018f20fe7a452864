using Exchange.Exchanges.Common.Books;

namespace Exchange.Exchanges.Common.Market;

/// <summary>How a book is had: which stream, and how deep it is known.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="IsPicture">True for whole pictures of the top, false for changes on a snapshot.</param>
/// <param name="Depth">Levels a side of a picture, or of the snapshot.</param>
internal readonly record struct BookPlan(string Stream, bool IsPicture, int Depth)
{
    /// <summary>True when this serves whatever <paramref name="other"/> serves.</summary>
    public bool Covers(BookPlan other) => Stream == other.Stream && Depth >= other.Depth;
}

/// <summary>What a venue says of its books.</summary>
internal interface IBookVenue
{
    /// <summary>The stream that serves what is asked best.</summary>
    BookPlan PlanFor(string symbol, StreamDemand demand);

    /// <summary>A source that reads the plan's stream.</summary>
    BookSource NewSource(BookPlan plan);

    /// <summary>A message to read into.</summary>
    BookMessage NewMessage();
}
