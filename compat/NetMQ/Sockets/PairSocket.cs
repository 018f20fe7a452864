using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>One of two ends that talk to each other alone.</summary>
public class PairSocket : NetMQSocket
{
    private static int _lastPair;

    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are connected.</summary>
    public PairSocket(string? connectionString = null)
        : base(ZmqSocketType.Pair, connectionString, DefaultAction.Connect)
    {
    }

    /// <summary>Creates two sockets that are connected in this process.</summary>
    public static void CreateSocketPair(out PairSocket socket1, out PairSocket socket2)
    {
        var address = $"inproc://NetMQSocketPair#{Interlocked.Increment(ref _lastPair)}";
        socket1 = new PairSocket();
        socket1.Bind(address);
        socket2 = new PairSocket();
        socket2.Connect(address);
    }
}
