using System.Text;

namespace NetMQ;

/// <summary>Ways to send. Those without a time-out wait as long as it takes; the Try ones without a time-out do not wait.</summary>
public static class OutgoingSocketExtensions
{
    /// <summary>Sends a frame, which leaves <paramref name="msg"/> empty.</summary>
    public static void Send(this IOutgoingSocket socket, ref Msg msg, bool more) =>
        socket.TrySend(ref msg, SendReceiveConstants.InfiniteTimeout, more);

    /// <summary>Sends a frame.</summary>
    public static void SendFrame(this IOutgoingSocket socket, byte[] data, bool more = false) =>
        socket.SendFrame(data, data.Length, more);

    /// <summary>Sends the first bytes of an array as a frame.</summary>
    public static void SendFrame(this IOutgoingSocket socket, byte[] data, int length, bool more = false) =>
        socket.TrySendFrame(SendReceiveConstants.InfiniteTimeout, data, length, more);

    /// <summary>Sends a frame that others of the same message follow.</summary>
    public static IOutgoingSocket SendMoreFrame(this IOutgoingSocket socket, byte[] data) =>
        socket.SendMoreFrame(data, data.Length);

    /// <summary>Sends the first bytes of an array as a frame that others of the same message follow.</summary>
    public static IOutgoingSocket SendMoreFrame(this IOutgoingSocket socket, byte[] data, int length)
    {
        socket.SendFrame(data, length, more: true);
        return socket;
    }

    /// <summary>Sends the first bytes of an array as a frame; false if it could not be sent in time.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, TimeSpan timeout, byte[] data, int length, bool more = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, data.Length);
        var msg = default(Msg);
        msg.InitGC(data, length);
        return socket.TrySend(ref msg, timeout, more);
    }

    /// <summary>Sends a frame; false if it could not be sent in time.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, TimeSpan timeout, byte[] data, bool more = false) =>
        socket.TrySendFrame(timeout, data, data.Length, more);

    /// <summary>Sends a frame; false if it could not be sent at once.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, byte[] data, bool more = false) =>
        socket.TrySendFrame(TimeSpan.Zero, data, data.Length, more);

    /// <summary>Sends the first bytes of an array as a frame; false if it could not be sent at once.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, byte[] data, int length, bool more = false) =>
        socket.TrySendFrame(TimeSpan.Zero, data, length, more);

    /// <summary>Sends a frame of text, in UTF-8.</summary>
    public static void SendFrame(this IOutgoingSocket socket, string message, bool more = false) =>
        socket.TrySendFrame(SendReceiveConstants.InfiniteTimeout, message, more);

    /// <summary>Sends a frame of text, in UTF-8, that others of the same message follow.</summary>
    public static IOutgoingSocket SendMoreFrame(this IOutgoingSocket socket, string message)
    {
        socket.SendFrame(message, more: true);
        return socket;
    }

    /// <summary>Sends a frame of text, in UTF-8; false if it could not be sent in time.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, TimeSpan timeout, string message, bool more = false)
    {
        var msg = default(Msg);
        msg.InitPool(Encoding.UTF8.GetByteCount(message));
        try
        {
            Encoding.UTF8.GetBytes(message, msg.Slice());
            return socket.TrySend(ref msg, timeout, more);
        }
        finally
        {
            msg.Close();
        }
    }

    /// <summary>Sends a frame of text, in UTF-8; false if it could not be sent at once.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, string message, bool more = false) =>
        socket.TrySendFrame(TimeSpan.Zero, message, more);

    /// <summary>Sends a message.</summary>
    public static void SendMultipartMessage(this IOutgoingSocket socket, NetMQMessage message) =>
        socket.TrySendMultipartMessage(SendReceiveConstants.InfiniteTimeout, message);

    /// <summary>Sends a message; false if its first frame could not be sent in time. The others follow it, however long it takes.</summary>
    public static bool TrySendMultipartMessage(this IOutgoingSocket socket, TimeSpan timeout, NetMQMessage message)
    {
        if (message.IsEmpty)
        {
            throw new ArgumentException("message is empty", nameof(message));
        }

        var last = message.FrameCount - 1;
        if (!socket.TrySendFrame(timeout, message.First.Buffer, message.First.MessageSize, more: last > 0))
        {
            return false;
        }

        for (var i = 1; i <= last; i++)
        {
            socket.SendFrame(message[i].Buffer, message[i].MessageSize, more: i < last);
        }

        return true;
    }

    /// <summary>Sends a message; false if its first frame could not be sent at once.</summary>
    public static bool TrySendMultipartMessage(this IOutgoingSocket socket, NetMQMessage message) =>
        socket.TrySendMultipartMessage(TimeSpan.Zero, message);

    /// <summary>Sends a frame of no bytes.</summary>
    public static void SendFrameEmpty(this IOutgoingSocket socket, bool more = false) => socket.SendFrame([], more);

    /// <summary>Sends a frame of no bytes that others of the same message follow.</summary>
    public static IOutgoingSocket SendMoreFrameEmpty(this IOutgoingSocket socket) => socket.SendMoreFrame([]);

    /// <summary>Sends the frame that names a ROUTER's peer; others of the same message follow.</summary>
    public static void SendMoreFrame(this IOutgoingSocket socket, RoutingKey routingKey) =>
        socket.SendMoreFrame(routingKey.Bytes);

    /// <summary>Sends the frame that names a ROUTER's peer, others follow; false if it could not be sent at once.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, RoutingKey routingKey) =>
        socket.TrySendFrame(routingKey.Bytes, more: true);

    /// <summary>Sends the frame that names a ROUTER's peer, others follow; false if it could not be sent in time.</summary>
    public static bool TrySendFrame(this IOutgoingSocket socket, TimeSpan timeout, RoutingKey routingKey) =>
        socket.TrySendFrame(timeout, routingKey.Bytes, more: true);
}
