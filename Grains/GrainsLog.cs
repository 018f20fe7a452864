using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Exchange.Grains;

/// <summary>What the grains and the keeper log. Event ids 1100 to 1199.</summary>
internal static partial class GrainsLog
{
    [LoggerMessage(1100, LogLevel.Information, "{Service} is active in epoch {Epoch} on {Silo}")]
    public static partial void Activated(ILogger logger, string service, long epoch, string silo);

    [LoggerMessage(1101, LogLevel.Information, "{Service} is no longer active: {Code}, {Description}")]
    public static partial void Deactivated(ILogger logger, string service, DeactivationReasonCode code, string description);

    [LoggerMessage(1102, LogLevel.Information, "{Service}: {Before} -> {State} ({Reason})")]
    public static partial void StateChanged(ILogger logger, string service, ConnectionState before, ConnectionState state, string reason);

    [LoggerMessage(1103, LogLevel.Error, "{Service}: its connector failed, {Id}")]
    public static partial void ConnectorFailed(ILogger logger, Exception exception, string service, string id);

    [LoggerMessage(1104, LogLevel.Warning, "{Service}: its connector could not be disposed of")]
    public static partial void DisposeFailed(ILogger logger, Exception exception, string service);

    [LoggerMessage(1105, LogLevel.Warning, "{Service} is activated anew: its connector does not say how it is: {Error}")]
    public static partial void Restarting(ILogger logger, string service, string error);

    [LoggerMessage(1106, LogLevel.Warning, "{Service} did not stop as it should: {Error}")]
    public static partial void StopFailed(ILogger logger, string service, string error);

    [LoggerMessage(1107, LogLevel.Warning, "{Service} ends with {Updates} updates that its subscribers have not taken")]
    public static partial void NotDrained(ILogger logger, string service, long updates);

    [LoggerMessage(1120, LogLevel.Information, "Keeper: {Service} was down and is being started; it is {State}")]
    public static partial void KeeperStarted(ILogger logger, string service, ConnectionState state);

    [LoggerMessage(1121, LogLevel.Warning, "Keeper: {Service} does not answer, {Failures} in a row")]
    public static partial void KeeperFailed(ILogger logger, Exception exception, string service, int failures);

    [LoggerMessage(1122, LogLevel.Warning, "Keeper: {Service} could not be stopped gracefully")]
    public static partial void KeeperStopFailed(ILogger logger, Exception exception, string service);
}
