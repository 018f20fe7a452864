using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>Whether a frame left.</summary>
public enum SendOutcome
{
    /// <summary>The write was completed.</summary>
    Sent = 0,
    /// <summary>The write never began: the venue cannot have seen the frame.</summary>
    NotSent = 1,
    /// <summary>The write began and failed: the venue may have seen the frame.</summary>
    MaybeSent = 2,
}

/// <summary>What became of a request: a reply, or an error that says whether the venue can have seen it.</summary>
/// <param name="Sent">Whether the request left.</param>
/// <param name="Frame">The reply as it came, or null when there is none.</param>
/// <param name="Error">Why there is no reply. Its outcome is Rejected only when the request provably never left.</param>
public readonly record struct SocketReply(SendOutcome Sent, byte[]? Frame, ExchangeError? Error)
{
    /// <summary>A request that never left.</summary>
    public static SocketReply NotSent(ExchangeErrorCode code, string message) =>
        new(SendOutcome.NotSent, null, new ExchangeError { Code = code, Message = message, Outcome = CommandOutcome.Rejected, Retryable = true });

    /// <summary>A request of which nobody can tell.</summary>
    public static SocketReply Unknown(SendOutcome sent, ExchangeErrorCode code, string message) =>
        new(sent, null, new ExchangeError { Code = code, Message = message, Outcome = CommandOutcome.Unknown });
}
