using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Connections;

/// <summary>States of connections: the answers that they give, and sums over the sessions that a connection has had.</summary>
internal static class ConnectionStates
{
    /// <summary>The answer of Connect: the state when it is ready, an error with the reason otherwise.</summary>
    public static Result<ConnectionStatus> Answer(ConnectionStatus status, ExchangeError? refusal)
    {
        if (status.IsReady)
            return status;
        var refused = status.State == ConnectionState.Refused;
        return new ExchangeError
        {
            Code = refused ? refusal?.Code ?? ExchangeErrorCode.AuthenticationFailed : ExchangeErrorCode.ConnectFailed,
            Message = $"{status.Connection} is {status.State}{(status.Reason is null ? "" : ": " + status.Reason)}{(refused ? "" : "; it goes on trying")}",
            Retryable = !refused,
            RetryAt = status.NextAttempt,
        };
    }

    /// <summary>A state with the counters of an earlier one added.</summary>
    public static ConnectionStatus Sum(ConnectionStatus? earlier, ConnectionStatus now) => earlier is null ? now : now with
    {
        Generation = now.Generation + earlier.Generation,
        Reconnects = now.Reconnects + earlier.Reconnects,
        UnreadableMessages = now.UnreadableMessages + earlier.UnreadableMessages,
        UnknownMessages = now.UnknownMessages + earlier.UnknownMessages,
        LastDataTime = now.LastDataTime ?? earlier.LastDataTime,
    };

    /// <summary>A state alone.</summary>
    public static ConnectionStatus WithoutCounts(ConnectionStatus status) =>
        status with { Generation = 0, Reconnects = 0, UnreadableMessages = 0, UnknownMessages = 0, LastDataTime = null };

    /// <summary>Whether two states say the same to a trader.</summary>
    public static bool IsSame(ConnectionStatus a, ConnectionStatus b) =>
        a with { LastDataTime = null, Since = default } == b with { LastDataTime = null, Since = default };
}
