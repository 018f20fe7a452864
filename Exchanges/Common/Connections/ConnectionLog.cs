using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>What the connections of every venue log alike. None of it holds a secret.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(120, LogLevel.Error, "{What} failed")]
    public static partial void WorkFailed(ILogger logger, Exception error, string what);

    [LoggerMessage(121, LogLevel.Warning, "{What}: {Error}")]
    public static partial void QueryFailed(ILogger logger, string what, string error);
}
