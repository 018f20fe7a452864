using Exchange.Grains.Interfaces;
using Orleans.Runtime;

namespace Exchange.Streaming;

/// <summary>Turns what a call to a connection's grain may throw into the error that a trader sees.</summary>
public static class ConnectionErrors
{
    /// <summary>The error for an exception of a grain call. The outcome is left open: a command that may have left is unknown.</summary>
    public static ExchangeError From(Exception exception, ConnectionId connection)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(connection);
        return exception switch
        {
            ConnectionNotDeclaredException => new ExchangeError { Code = ExchangeErrorCode.ConnectionNotDeclared, Message = exception.Message, Retryable = true },
            TimeoutException => new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"'{connection}' did not answer in time", Retryable = true },
            OrleansException => new ExchangeError
            {
                Code = ExchangeErrorCode.ConnectionUnavailable,
                Message = $"the silo of '{connection}' cannot be reached; it, or its standby, may be back in a moment",
                Retryable = true,
            },
            // Orleans knows no grain class for the interface.
            ArgumentException => NotImplemented(connection),
            _ => new ExchangeError { Code = ExchangeErrorCode.Internal, Message = $"a call to '{connection}' failed ({exception.GetType().Name}); see the log of its silo" },
        };
    }

    /// <summary>The error of a role or venue that this version does not have.</summary>
    public static ExchangeError NotImplemented(ConnectionId connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ExchangeError
        {
            Code = ExchangeErrorCode.NotSupported,
            Message = $"{ConnectionId.RoleName(connection.Role)} at {connection.Venue} is not implemented in this version",
        };
    }
}
