using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>How the sockets of private connections behave.</summary>
internal static class DeribitSessions
{
    /// <summary>A socket that lasts as long as the venue lets it: none replaces it by age, since its end may cancel orders.</summary>
    public static SocketSessionOptions Private(ConnectionId connection, string name, DeribitOptions options, DeribitUrls urls) => new()
    {
        Connection = connection,
        Name = name,
        Url = urls.Socket,
        StaleAfter = TimeSpan.FromMilliseconds(options.SocketStaleMs),
        RotateAfter = TimeSpan.Zero,
        RequestTimeout = TimeSpan.FromMilliseconds(options.CommandTimeoutMs),
    };
}
