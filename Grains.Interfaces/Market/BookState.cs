namespace Exchange.Grains.Interfaces;

/// <summary>How far a book can be trusted. Only <see cref="Synced"/> is a live picture.</summary>
public enum BookState
{
    /// <summary>The socket is not open; the book is empty.</summary>
    Connecting = 0,
    /// <summary>Being built, at the start or after a gap; the book is empty until it is complete.</summary>
    Syncing = 1,
    /// <summary>Complete and chained without a gap.</summary>
    Synced = 2,
    /// <summary>The venue has fallen silent; the last levels are shown with their age.</summary>
    Stale = 3,
}
