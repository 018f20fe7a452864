using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>How the sockets of private connections behave.</summary>
internal static class BinanceSessions
{
    /// <summary>How a socket with the account's events behaves.</summary>
    public static SocketSessionOptions UserStreamOptions(ConnectionId connection, BinanceOptions options, BinanceUrls urls) => new()
    {
        Connection = connection,
        Name = "user",
        Url = urls.UserStream,
        StaleAfter = TimeSpan.FromMilliseconds(options.UserStreamOwesMs),
        RotateAfter = TimeSpan.FromHours(options.RotateHours),
    };
}
