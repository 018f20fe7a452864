using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>How one socket session behaves. Times are real times of the session's clock.</summary>
public sealed record SocketSessionOptions
{
    /// <summary>The connection that the session belongs to; its states are published under this name.</summary>
    public required ConnectionId Connection { get; init; }

    /// <summary>Which socket of the connection it is, for the log (<c>public</c>, <c>market-2</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Where to connect. Holds no secret.</summary>
    public required Uri Url { get; init; }

    /// <summary>How long the socket may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long authenticating and subscribing may take together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a reply may take, where the request does not say otherwise.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence of data, pongs and replies not counted, after which the socket is given up; zero turns this off.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age at which a socket is replaced, the new one opened before the old one is closed; zero turns this off.</summary>
    public TimeSpan RotateAfter { get; init; } = TimeSpan.FromHours(23);

    /// <summary>The least time between two frames that we send.</summary>
    public TimeSpan MessageInterval { get; init; } = TimeSpan.Zero;

    /// <summary>The wait before the first new attempt; doubles each time.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait before a new attempt.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a socket must have lasted for the back-off to start again from the beginning.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often WebSocket pings are sent; a peer that answers none for as long again is gone.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Frames larger than this are counted as unreadable and not looked at.</summary>
    public int LargestFrame { get; init; } = 8 * 1024 * 1024;
}
