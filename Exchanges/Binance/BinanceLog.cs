using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>What the Binance connections log. None of it holds a secret.</summary>
internal static partial class BinanceLog
{
    [LoggerMessage(200, LogLevel.Error, "{What} failed")]
    public static partial void WorkFailed(ILogger logger, Exception error, string what);

    [LoggerMessage(206, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(207, LogLevel.Warning, "{What}: {Error}")]
    public static partial void QueryFailed(ILogger logger, string what, string error);

    [LoggerMessage(210, LogLevel.Information, "account reconciled: {Differences} positions differed, balances differed: {AccountDiffers}")]
    public static partial void AccountReconciled(ILogger logger, int differences, bool accountDiffers);

    [LoggerMessage(211, LogLevel.Information, "{Connection}: the account is in {Mode} mode")]
    public static partial void PositionMode(ILogger logger, string connection, string mode);
}
