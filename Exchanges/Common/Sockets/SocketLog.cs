using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Sockets;

/// <summary>What sessions log. None of it holds a secret: frames pass <see cref="SocketProtocol.Redact"/> first.</summary>
internal static partial class SocketLog
{
    [LoggerMessage(100, LogLevel.Information, "{Connection} {Socket} #{Generation}: {State}{Reason}")]
    public static partial void State(ILogger logger, string connection, string socket, int generation, string state, string reason);

    [LoggerMessage(101, LogLevel.Warning, "{Connection} {Socket} #{Generation}: {State}{Reason}")]
    public static partial void Trouble(ILogger logger, string connection, string socket, int generation, string state, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{Connection} {Socket}: {Count} frames could not be read so far; the last one begins {Excerpt}")]
    public static partial void Unreadable(ILogger logger, string connection, string socket, long count, string excerpt);

    [LoggerMessage(103, LogLevel.Warning, "{Connection} {Socket}: {Count} frames of an unknown kind so far; the last one begins {Excerpt}")]
    public static partial void Unknown(ILogger logger, string connection, string socket, long count, string excerpt);

    [LoggerMessage(104, LogLevel.Error, "{Link}: handling a frame failed")]
    public static partial void HandlerFailed(ILogger logger, Exception error, string link);

    [LoggerMessage(105, LogLevel.Debug, "{Link}: the close handshake failed: {Error}")]
    public static partial void CloseFailed(ILogger logger, string link, string error);

    [LoggerMessage(106, LogLevel.Error, "{Connection} {Socket}: the session failed and will try again")]
    public static partial void SessionFailed(ILogger logger, Exception error, string connection, string socket);
}
