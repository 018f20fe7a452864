namespace Exchange.Exchanges.Common.Market;

/// <summary>How a message stands to the one before it.</summary>
internal enum PlaceKind
{
    /// <summary>A whole picture of where things stand, outside the count.</summary>
    Snapshot = 0,
    /// <summary>The next one.</summary>
    Next = 1,
    /// <summary>Messages before it were lost.</summary>
    Gap = 2,
}

/// <summary>Where a message stands in its stream, at a venue that numbers messages in the envelope and by connection.</summary>
/// <param name="Kind">How it stands to the one before it.</param>
/// <param name="Link">The link that it came by: numbers belong to it.</param>
/// <param name="Missing">How many were lost before it; 0 where that cannot be told.</param>
internal readonly record struct MessagePlace(PlaceKind Kind, int Link, long Missing);
