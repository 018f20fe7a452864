using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>What the Binance connections log. None of it holds a secret.</summary>
internal static partial class BinanceLog
{
    [LoggerMessage(200, LogLevel.Error, "{What} failed")]
    public static partial void WorkFailed(ILogger logger, Exception error, string what);

    [LoggerMessage(201, LogLevel.Warning, "Binance refuses the stream {Stream}: {Error}")]
    public static partial void StreamRefused(ILogger logger, string stream, string error);

    [LoggerMessage(202, LogLevel.Warning, "no acknowledgement for {Count} streams on /{Route}; looking them up")]
    public static partial void NoAcknowledgement(ILogger logger, int count, string route);

    [LoggerMessage(203, LogLevel.Warning, "{Count} streams that Binance had acknowledged on /{Route} are not in its list; subscribing again")]
    public static partial void SubscriptionsLost(ILogger logger, int count, string route);

    [LoggerMessage(204, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Resync(ILogger logger, string symbol, string reason);

    [LoggerMessage(205, LogLevel.Warning, "{Symbol}: {Count} trades lost: {Reason}")]
    public static partial void TradesLost(ILogger logger, string symbol, long count, string reason);

    [LoggerMessage(206, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(207, LogLevel.Warning, "{What}: {Error}")]
    public static partial void QueryFailed(ILogger logger, string what, string error);

    [LoggerMessage(208, LogLevel.Information, "{Symbol}: instrument changed: {What}")]
    public static partial void InstrumentChanged(ILogger logger, string symbol, string what);

    [LoggerMessage(209, LogLevel.Warning, "{Symbol}: {Reason}")]
    public static partial void Silent(ILogger logger, string symbol, string reason);

    [LoggerMessage(210, LogLevel.Information, "account reconciled: {Differences} positions differed, balances differed: {AccountDiffers}")]
    public static partial void AccountReconciled(ILogger logger, int differences, bool accountDiffers);

    [LoggerMessage(211, LogLevel.Information, "{Connection}: the account is in {Mode} mode")]
    public static partial void PositionMode(ILogger logger, string connection, string mode);
}
