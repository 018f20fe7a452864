namespace Exchange.Grains.Interfaces;

/// <summary>Where a connection stands. Only <see cref="Ready"/> serves commands and live data.</summary>
public enum ConnectionState
{
    /// <summary>Not asked to connect, or stopped.</summary>
    Stopped = 0,
    /// <summary>Opening the socket.</summary>
    Connecting = 1,
    /// <summary>The socket is open; the venue checks who we are.</summary>
    Authenticating = 2,
    /// <summary>Authenticated; subscriptions are being restored.</summary>
    Subscribing = 3,
    /// <summary>Live, but local state is still being compared with the venue's.</summary>
    Reconciling = 4,
    /// <summary>Authenticated, snapshot loaded, reconciled.</summary>
    Ready = 5,
    /// <summary>The socket is open but data that should come does not.</summary>
    Stale = 6,
    /// <summary>The socket was lost; the next attempt waits for its back-off.</summary>
    Waiting = 7,
    /// <summary>The venue refused us for a reason that no retry mends (credentials, permissions).</summary>
    Refused = 8,
    /// <summary>Settling what is in flight before a graceful stop; no new commands.</summary>
    Stopping = 9,
}
