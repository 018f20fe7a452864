using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>How the sockets of connections behave.</summary>
internal static class GrvtSessions
{
    /// <summary>
    /// How the trading socket behaves: it may be silent, except while it owes an event. It is replaced before its login ends, which the
    /// protocol says.
    /// </summary>
    public static SocketSessionOptions Trading(ConnectionId connection, GrvtOptions options, GrvtUrls urls) => new()
    {
        Connection = connection,
        Name = "private",
        Url = urls.TradingSocket(options.IsLite),
        StaleAfter = TimeSpan.FromMilliseconds(options.UserStreamOwesMs),
        RotateAfter = TimeSpan.Zero,
        RequestTimeout = TimeSpan.FromMilliseconds(options.CommandTimeoutMs),
        KeepAliveInterval = TimeSpan.FromSeconds(options.KeepAliveSeconds),
    };

    /// <summary>How a public socket behaves.</summary>
    public static SocketSessionOptions Market(ConnectionId connection, string name, GrvtOptions options, GrvtUrls urls) => new()
    {
        Connection = connection,
        Name = name,
        Url = urls.MarketSocket(options.IsLite),
        StaleAfter = TimeSpan.FromMilliseconds(options.SocketStaleMs),
        RotateAfter = TimeSpan.Zero,
        KeepAliveInterval = TimeSpan.FromSeconds(options.KeepAliveSeconds),
    };
}
