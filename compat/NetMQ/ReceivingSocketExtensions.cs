using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace NetMQ;

/// <summary>Ways to receive. Those without a time-out wait as long as it takes; the Try ones without a time-out do not wait.</summary>
public static class ReceivingSocketExtensions
{
    /// <summary>Receives a frame into an initialised <see cref="Msg"/>.</summary>
    public static void Receive(this IReceivingSocket socket, ref Msg msg) =>
        socket.TryReceive(ref msg, SendReceiveConstants.InfiniteTimeout);

    /// <summary>Receives a frame.</summary>
    public static byte[] ReceiveFrameBytes(this IReceivingSocket socket) => socket.ReceiveFrameBytes(out _);

    /// <summary>Receives a frame.</summary>
    public static byte[] ReceiveFrameBytes(this IReceivingSocket socket, out bool more) =>
        socket.TryReceiveFrameBytes(SendReceiveConstants.InfiniteTimeout, out var bytes, out more) ? bytes : [];

    /// <summary>Receives a frame, if there is one.</summary>
    public static bool TryReceiveFrameBytes(this IReceivingSocket socket, [NotNullWhen(true)] out byte[]? bytes) =>
        socket.TryReceiveFrameBytes(TimeSpan.Zero, out bytes, out _);

    /// <summary>Receives a frame, if there is one.</summary>
    public static bool TryReceiveFrameBytes(
        this IReceivingSocket socket,
        [NotNullWhen(true)] out byte[]? bytes,
        out bool more) =>
        socket.TryReceiveFrameBytes(TimeSpan.Zero, out bytes, out more);

    /// <summary>Receives a frame, if one comes in time.</summary>
    public static bool TryReceiveFrameBytes(
        this IReceivingSocket socket,
        TimeSpan timeout,
        [NotNullWhen(true)] out byte[]? bytes) =>
        socket.TryReceiveFrameBytes(timeout, out bytes, out _);

    /// <summary>Receives a frame, if one comes in time.</summary>
    public static bool TryReceiveFrameBytes(
        this IReceivingSocket socket,
        TimeSpan timeout,
        [NotNullWhen(true)] out byte[]? bytes,
        out bool more)
    {
        var msg = default(Msg);
        msg.InitEmpty();
        try
        {
            var received = socket.TryReceive(ref msg, timeout);
            bytes = received ? msg.CloneData() : null;
            more = received && msg.HasMore;
            return received;
        }
        finally
        {
            msg.Close();
        }
    }

    /// <summary>Receives a frame of text, in UTF-8.</summary>
    public static string ReceiveFrameString(this IReceivingSocket socket) => socket.ReceiveFrameString(out _);

    /// <summary>Receives a frame of text, in UTF-8.</summary>
    public static string ReceiveFrameString(this IReceivingSocket socket, out bool more) =>
        socket.ReceiveFrameString(SendReceiveConstants.DefaultEncoding, out more);

    /// <summary>Receives a frame of text.</summary>
    public static string ReceiveFrameString(this IReceivingSocket socket, Encoding encoding) =>
        socket.ReceiveFrameString(encoding, out _);

    /// <summary>Receives a frame of text.</summary>
    public static string ReceiveFrameString(this IReceivingSocket socket, Encoding encoding, out bool more) =>
        socket.TryReceiveFrameString(SendReceiveConstants.InfiniteTimeout, encoding, out var text, out more)
            ? text
            : string.Empty;

    /// <summary>Receives a frame of text, in UTF-8, if there is one.</summary>
    public static bool TryReceiveFrameString(this IReceivingSocket socket, [NotNullWhen(true)] out string? frameString) =>
        socket.TryReceiveFrameString(TimeSpan.Zero, SendReceiveConstants.DefaultEncoding, out frameString, out _);

    /// <summary>Receives a frame of text, in UTF-8, if there is one.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        [NotNullWhen(true)] out string? frameString,
        out bool more) =>
        socket.TryReceiveFrameString(TimeSpan.Zero, SendReceiveConstants.DefaultEncoding, out frameString, out more);

    /// <summary>Receives a frame of text, if there is one.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        Encoding encoding,
        [NotNullWhen(true)] out string? frameString) =>
        socket.TryReceiveFrameString(TimeSpan.Zero, encoding, out frameString, out _);

    /// <summary>Receives a frame of text, if there is one.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        Encoding encoding,
        [NotNullWhen(true)] out string? frameString,
        out bool more) =>
        socket.TryReceiveFrameString(TimeSpan.Zero, encoding, out frameString, out more);

    /// <summary>Receives a frame of text, in UTF-8, if one comes in time.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        TimeSpan timeout,
        [NotNullWhen(true)] out string? frameString) =>
        socket.TryReceiveFrameString(timeout, SendReceiveConstants.DefaultEncoding, out frameString, out _);

    /// <summary>Receives a frame of text, in UTF-8, if one comes in time.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        TimeSpan timeout,
        [NotNullWhen(true)] out string? frameString,
        out bool more) =>
        socket.TryReceiveFrameString(timeout, SendReceiveConstants.DefaultEncoding, out frameString, out more);

    /// <summary>Receives a frame of text, if one comes in time.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        TimeSpan timeout,
        Encoding encoding,
        [NotNullWhen(true)] out string? frameString) =>
        socket.TryReceiveFrameString(timeout, encoding, out frameString, out _);

    /// <summary>Receives a frame of text, if one comes in time.</summary>
    public static bool TryReceiveFrameString(
        this IReceivingSocket socket,
        TimeSpan timeout,
        Encoding encoding,
        [NotNullWhen(true)] out string? frameString,
        out bool more)
    {
        var msg = default(Msg);
        msg.InitEmpty();
        try
        {
            var received = socket.TryReceive(ref msg, timeout);
            frameString = received ? encoding.GetString(msg.Slice()) : null;
            more = received && msg.HasMore;
            return received;
        }
        finally
        {
            msg.Close();
        }
    }

    /// <summary>Receives a message.</summary>
    public static NetMQMessage ReceiveMultipartMessage(this IReceivingSocket socket, int expectedFrameCount = 4)
    {
        NetMQMessage? message = null;
        socket.TryReceiveMultipartMessage(SendReceiveConstants.InfiniteTimeout, ref message, expectedFrameCount);
        return message!;
    }

    /// <summary>Receives a message, if there is one, into the given one if that is not null.</summary>
    public static bool TryReceiveMultipartMessage(
        this IReceivingSocket socket,
        [NotNullWhen(true)] ref NetMQMessage? message,
        int expectedFrameCount = 4) =>
        socket.TryReceiveMultipartMessage(TimeSpan.Zero, ref message, expectedFrameCount);

    /// <summary>Receives a message, if one comes in time, into the given one if that is not null.</summary>
    public static bool TryReceiveMultipartMessage(
        this IReceivingSocket socket,
        TimeSpan timeout,
        [NotNullWhen(true)] ref NetMQMessage? message,
        int expectedFrameCount = 4)
    {
        var msg = default(Msg);
        msg.InitEmpty();
        try
        {
            if (!socket.TryReceive(ref msg, timeout))
            {
                return false;
            }

            if (message is null)
            {
                message = new NetMQMessage(expectedFrameCount);
            }
            else
            {
                message.Clear();
            }

            message.Append(msg.CloneData());
            while (msg.HasMore)
            {
                socket.Receive(ref msg);
                message.Append(msg.CloneData());
            }

            return true;
        }
        finally
        {
            msg.Close();
        }
    }
}
