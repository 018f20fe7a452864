namespace Exchange.Exchanges.Recording;

/// <summary>What one line of a recording is.</summary>
public enum RecordedKind
{
    /// <summary>A socket was opened.</summary>
    Open = 0,
    /// <summary>A frame arrived.</summary>
    FrameIn = 1,
    /// <summary>A frame was sent.</summary>
    FrameOut = 2,
    /// <summary>The body that answered a GET.</summary>
    HttpBody = 3,
}

/// <summary>One line of a recording.</summary>
/// <param name="At">When, UTC, to the microsecond.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Url">The address, where the line names one.</param>
/// <param name="Data">The venue's text verbatim, UTF-8; empty for an opened socket.</param>
public sealed record RecordedEntry(DateTimeOffset At, RecordedKind Kind, string? Url, ReadOnlyMemory<byte> Data);
