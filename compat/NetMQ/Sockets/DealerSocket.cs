using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Sends to its peers in turn and receives from all, bound to no order of request and reply.</summary>
public class DealerSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are connected.</summary>
    public DealerSocket(string? connectionString = null)
        : base(ZmqSocketType.Dealer, connectionString, DefaultAction.Connect)
    {
    }
}
