using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Answers one request after the other.</summary>
public class ResponseSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are bound.</summary>
    public ResponseSocket(string? connectionString = null)
        : base(ZmqSocketType.Rep, connectionString, DefaultAction.Bind)
    {
    }
}
