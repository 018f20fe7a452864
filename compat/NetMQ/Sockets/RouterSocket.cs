using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Answers many peers: each message begins with a frame that names the peer.</summary>
public class RouterSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are bound.</summary>
    public RouterSocket(string? connectionString = null)
        : base(ZmqSocketType.Router, connectionString, DefaultAction.Bind)
    {
    }
}
