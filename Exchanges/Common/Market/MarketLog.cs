using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What market-data connections log. None of it holds a secret.</summary>
internal static partial class MarketLog
{
    [LoggerMessage(130, LogLevel.Warning, "{Venue} refuses the stream {Stream}: {Error}")]
    public static partial void StreamRefused(ILogger logger, string venue, string stream, string error);

    [LoggerMessage(131, LogLevel.Warning, "no acknowledgement for {Count} streams on /{Route}; looking them up")]
    public static partial void NoAcknowledgement(ILogger logger, int count, string route);

    [LoggerMessage(132, LogLevel.Warning, "{Count} streams that {Venue} had acknowledged on /{Route} are not in its list; subscribing again")]
    public static partial void SubscriptionsLost(ILogger logger, int count, string venue, string route);

    [LoggerMessage(133, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Resync(ILogger logger, string symbol, string reason);

    [LoggerMessage(134, LogLevel.Warning, "{Symbol}: {Count} trades lost: {Reason}")]
    public static partial void TradesLost(ILogger logger, string symbol, long count, string reason);

    [LoggerMessage(135, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(136, LogLevel.Information, "{Symbol}: instrument changed: {What}")]
    public static partial void InstrumentChanged(ILogger logger, string symbol, string what);

    [LoggerMessage(137, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Silent(ILogger logger, string symbol, string reason);
}
