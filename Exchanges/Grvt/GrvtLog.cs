using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Grvt;

/// <summary>What the GRVT connections log. None of it holds a secret.</summary>
internal static partial class GrvtLog
{
    [LoggerMessage(400, LogLevel.Error, "{What} failed")]
    public static partial void WorkFailed(ILogger logger, Exception error, string what);

    [LoggerMessage(401, LogLevel.Warning, "{What}: {Error}")]
    public static partial void QueryFailed(ILogger logger, string what, string error);

    [LoggerMessage(402, LogLevel.Information, "{Count} instruments loaded, {Unreadable} unreadable")]
    public static partial void InstrumentsLoaded(ILogger logger, int count, int unreadable);

    [LoggerMessage(403, LogLevel.Information, "logged in at the edge; the cookie ends at {End:u}, the next login is due at {Renew:u}")]
    public static partial void LoggedIn(ILogger logger, DateTimeOffset end, DateTimeOffset renew);

    [LoggerMessage(404, LogLevel.Warning, "messages of {Stream} were lost before number {Sequence}; comparing with the venue")]
    public static partial void Gap(ILogger logger, string stream, long sequence);

    [LoggerMessage(405, LogLevel.Information, "account reconciled: {Differences} positions differed, balances differed: {AccountDiffers}")]
    public static partial void AccountReconciled(ILogger logger, int differences, bool accountDiffers);

    [LoggerMessage(406, LogLevel.Warning, "GRVT has ended the login: {Why}; logging in anew")]
    public static partial void LoginEnded(ILogger logger, string why);

    [LoggerMessage(407, LogLevel.Warning, "GRVT complains without naming a request: {Error}")]
    public static partial void Complaint(ILogger logger, string error);
}
