using Exchange.Tests.Support;
using NetMQ;

namespace Exchange.Tests.Compat.NetMQ;

internal static class PollerExtensions
{
    /// <summary>Runs a function on the poller's thread.</summary>
    public static Task<T> OnPoller<T>(this NetMQPoller poller, Func<T> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.None, poller);

    /// <summary>A task that only a running poller runs.</summary>
    public static Task UntilRunning(this NetMQPoller poller) => poller.OnPoller(() => true).Within();

    /// <summary>Receives one message and forgets it.</summary>
    public static void SkipOne(this NetMQSocket socket) => socket.ReceiveMultipartMessage();
}
