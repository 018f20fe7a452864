using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What market-data connections log. None of it holds a secret.</summary>
internal static partial class MarketLog
{
    [LoggerMessage(120, LogLevel.Error, "{What} failed")]
    public static partial void WorkFailed(ILogger logger, Exception error, string what);

    [LoggerMessage(121, LogLevel.Warning, "{Venue} refuses the stream {Stream}: {Error}")]
    public static partial void StreamRefused(ILogger logger, string venue, string stream, string error);

    [LoggerMessage(122, LogLevel.Warning, "no acknowledgement for {Count} streams on /{Route}; looking them up")]
    public static partial void NoAcknowledgement(ILogger logger, int count, string route);

    [LoggerMessage(123, LogLevel.Warning, "{Count} streams that {Venue} had acknowledged on /{Route} are not in its list; subscribing again")]
    public static partial void SubscriptionsLost(ILogger logger, int count, string venue, string route);

    [LoggerMessage(124, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Resync(ILogger logger, string symbol, string reason);

    [LoggerMessage(125, LogLevel.Warning, "{Symbol}: {Count} trades lost: {Reason}")]
    public static partial void TradesLost(ILogger logger, string symbol, long count, string reason);

    [LoggerMessage(126, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(127, LogLevel.Warning, "{What}: {Error}")]
    public static partial void QueryFailed(ILogger logger, string what, string error);

    [LoggerMessage(128, LogLevel.Information, "{Symbol}: instrument changed: {What}")]
    public static partial void InstrumentChanged(ILogger logger, string symbol, string what);

    [LoggerMessage(129, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Silent(ILogger logger, string symbol, string reason);
}
