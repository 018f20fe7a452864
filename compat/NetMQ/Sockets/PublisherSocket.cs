using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Sends each message to all who subscribed to how it begins. What a slow subscriber cannot take is dropped.</summary>
public class PublisherSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are bound.</summary>
    public PublisherSocket(string? connectionString = null)
        : base(ZmqSocketType.Pub, connectionString, DefaultAction.Bind)
    {
    }

    /// <summary>Not supported.</summary>
    public override bool TryReceive(ref Msg msg, TimeSpan timeout) =>
        throw new NotSupportedException("PublisherSocket doesn't support receiving");
}
