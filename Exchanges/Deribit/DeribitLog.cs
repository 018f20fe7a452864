using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Deribit;

/// <summary>What the Deribit connections log, beside what all venues' do. None of it holds a secret.</summary>
internal static partial class DeribitLog
{
    [LoggerMessage(300, LogLevel.Warning, "{Channel}: {Reason}")]
    public static partial void ChannelRefused(ILogger logger, string channel, string reason);

    [LoggerMessage(301, LogLevel.Information, "{Socket} #{Generation}: logged in until {Until:u}, granted: {Scope}")]
    public static partial void LoggedIn(ILogger logger, string socket, int generation, DateTimeOffset until, string scope);

    [LoggerMessage(302, LogLevel.Warning, "the token could not be refreshed, logging in anew: {Error}")]
    public static partial void RefreshFailed(ILogger logger, string error);

    [LoggerMessage(303, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(304, LogLevel.Information, "account reconciled: {Differences} positions differed, balances differed: {AccountDiffers}")]
    public static partial void AccountReconciled(ILogger logger, int differences, bool accountDiffers);

    [LoggerMessage(305, LogLevel.Information, "{Connection}: cancel on disconnect is {State}")]
    public static partial void CancelOnDisconnect(ILogger logger, string connection, string state);
}
