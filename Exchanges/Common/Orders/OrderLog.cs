using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>What the order life logs. Order ids, symbols, states and venue words only: nothing here is secret.</summary>
internal static partial class OrderLog
{
    [LoggerMessage(300, LogLevel.Warning, "{Exchange} order {Order}: the outcome of {Command} is unknown: {Error}")]
    public static partial void BecameUnknown(ILogger logger, string exchange, string order, string command, string error);

    [LoggerMessage(301, LogLevel.Warning, "{Exchange} order {Order}: given up as {Status}: {Reason}")]
    public static partial void GivenUp(ILogger logger, string exchange, string order, string status, string reason);

    [LoggerMessage(302, LogLevel.Error, "{Exchange} order {Order}: held as {Held}, and the venue's later word is {Told}: brought back")]
    public static partial void Revived(ILogger logger, string exchange, string order, string held, string told);

    [LoggerMessage(303, LogLevel.Error, "{Exchange} order {Order}: the venue refused it ({Error}) although it had shown to know it; it is kept and asked for")]
    public static partial void Contradiction(ILogger logger, string exchange, string order, string error);

    [LoggerMessage(304, LogLevel.Error, "{Exchange} order {Order}: filled {Cumulative} of {Quantity}")]
    public static partial void Overfill(ILogger logger, string exchange, string order, decimal cumulative, decimal quantity);

    [LoggerMessage(305, LogLevel.Error, "{Exchange} order {Order}: the venue's state '{VenueStatus}' is not known here; the order counts as open")]
    public static partial void UnknownStatus(ILogger logger, string exchange, string order, string venueStatus);

    [LoggerMessage(306, LogLevel.Error, "{Exchange}: a report about {Symbol} order '{ClientOrderId}'/'{VenueOrderId}' fits no order and says too little to adopt one")]
    public static partial void Unattributed(ILogger logger, string exchange, string symbol, string? clientOrderId, string? venueOrderId);

    [LoggerMessage(307, LogLevel.Error, "{Exchange}: venue order {VenueOrderId} carries the client order id of our order {Order}, which is venue order {Ours}")]
    public static partial void ClientIdConflict(ILogger logger, string exchange, string venueOrderId, string order, string? ours);

    [LoggerMessage(308, LogLevel.Warning, "{Exchange} order {Order}: not made here ({Origin}); taken into the books")]
    public static partial void Adopted(ILogger logger, string exchange, string order, string origin);

    [LoggerMessage(309, LogLevel.Error, "{Exchange}: the journal cannot be written ({Error}); {What}")]
    public static partial void JournalFailed(ILogger logger, string exchange, string error, string what);

    [LoggerMessage(310, LogLevel.Error, "{Exchange}: a connector failed in {Call}; its outcome counts as unknown")]
    public static partial void ConnectorFailed(ILogger logger, Exception error, string exchange, string call);

    [LoggerMessage(311, LogLevel.Information, "{Exchange}: {Open} orders of an earlier life are to be asked for, {Ended} ended ones are remembered; trading is {State}")]
    public static partial void Recovered(ILogger logger, string exchange, int open, int ended, string state);

    [LoggerMessage(312, LogLevel.Warning, "{Exchange}: trading is {State} now")]
    public static partial void TradingState(ILogger logger, string exchange, string state);

    [LoggerMessage(313, LogLevel.Information, "{Exchange}: compared with the venue's open orders ({Scope}): {Listed} listed, {Adopted} adopted, {LookedUp} looked up, {Unresolved} still unknown")]
    public static partial void Reconciled(ILogger logger, string exchange, string scope, int listed, int adopted, int lookedUp, int unresolved);
}
