using NetMQ.Native;

namespace NetMQ.Sockets;

/// <summary>Sends a request, receives the reply, and so on in turn.</summary>
public class RequestSocket : NetMQSocket
{
    /// <summary>Creates the socket; addresses without '@' (bind) or '&gt;' (connect) are connected.</summary>
    public RequestSocket(string? connectionString = null)
        : base(ZmqSocketType.Req, connectionString, DefaultAction.Connect)
    {
    }

    /// <summary>Sends a request, each time from a new socket, until a reply comes; null if none came.</summary>
    public static NetMQMessage? RequestResponseMultipartMessageWithRetry(
        string address,
        NetMQMessage requestMessage,
        int numTries,
        TimeSpan requestTimeout,
        PublisherSocket? progressPublisher = null) =>
        Retry(
            address,
            numTries,
            progressPublisher,
            socket =>
            {
                socket.SendMultipartMessage(requestMessage);
                NetMQMessage? response = null;
                return socket.TryReceiveMultipartMessage(requestTimeout, ref response) ? response : null;
            });

    /// <summary>Sends a request, each time from a new socket, until a reply comes; null if none came.</summary>
    public static string? RequestResponseStringWithRetry(
        string address,
        string requestString,
        int numTries,
        TimeSpan requestTimeout,
        PublisherSocket? progressPublisher = null) =>
        Retry(
            address,
            numTries,
            progressPublisher,
            socket =>
            {
                socket.SendFrame(requestString);
                return socket.TryReceiveFrameString(requestTimeout, out var response) ? response : null;
            });

    private static T? Retry<T>(string address, int tries, PublisherSocket? progress, Func<RequestSocket, T?> request)
        where T : class
    {
        for (; tries > 0; tries--)
        {
            using var socket = new RequestSocket(address);
            progress?.SendFrame("Send");
            if (request(socket) is { } response)
            {
                progress?.SendFrame("Success");
                return response;
            }

            progress?.SendFrame("Retry");
        }

        progress?.SendFrame("Failure");
        return null;
    }
}
