using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

/// <summary>Receiving with a limit.</summary>
internal static class Sockets
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static string Text(this IReceivingSocket socket) =>
        socket.TryReceiveFrameString(Limit, out var text) ? text : throw new TimeoutException($"No frame within {Limit}.");

    public static NetMQMessage Message(this IReceivingSocket socket)
    {
        NetMQMessage? message = null;
        return socket.TryReceiveMultipartMessage(Limit, ref message)
            ? message
            : throw new TimeoutException($"No message within {Limit}.");
    }

    /// <summary>The next wish of a subscriber: + or - and the topic.</summary>
    public static string Wish(this XPublisherSocket socket)
    {
        var frame = socket.Message().First;
        return (frame.Buffer[0] == 1 ? "+" : "-") + System.Text.Encoding.ASCII.GetString(frame.Buffer.AsSpan(1));
    }

    public static string BindLocal(this NetMQSocket socket) => $"tcp://127.0.0.1:{socket.BindRandomPort("tcp://127.0.0.1")}";
}
