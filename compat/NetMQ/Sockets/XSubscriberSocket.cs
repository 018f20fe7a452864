using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Receives what it subscribed to by sending a frame: a byte 1 (subscribe) or 0 (unsubscribe) and the topic.</summary>
/// <remarks>The Subscribe methods of the genuine socket throw <see cref="InvalidException"/>, so this one has none.</remarks>
public class XSubscriberSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are connected.</summary>
    public XSubscriberSocket(string? connectionString = null)
        : base(ZmqSocketType.XSub, connectionString, DefaultAction.Connect)
    {
    }
}
