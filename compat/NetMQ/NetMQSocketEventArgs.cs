namespace NetMQ;

/// <summary>Tells which socket is ready, and for what. The same object serves every event of a socket.</summary>
public class NetMQSocketEventArgs : EventArgs
{
    /// <summary>Creates the arguments of a socket's events.</summary>
    public NetMQSocketEventArgs(NetMQSocket socket) => Socket = socket;

    /// <summary>The socket.</summary>
    public NetMQSocket Socket { get; }

    /// <summary>Whether a message can be received.</summary>
    public bool IsReadyToReceive { get; private set; }

    /// <summary>Whether a message can be sent.</summary>
    public bool IsReadyToSend { get; private set; }

    internal void Init(PollEvents events)
    {
        IsReadyToReceive = events.HasIn();
        IsReadyToSend = events.HasOut();
    }
}
