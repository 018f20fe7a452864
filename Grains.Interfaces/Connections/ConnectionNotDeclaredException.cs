using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// No silo of the cluster declares the connection that was called. Thrown by placement, at once; a caller turns it into
/// <see cref="ExchangeErrorCode.ConnectionNotDeclared"/>.
/// </summary>
[GenerateSerializer, Alias("exchange.connection-not-declared")]
public sealed class ConnectionNotDeclaredException : Exception
{
    /// <summary>Creates the exception without a message; for serializers.</summary>
    public ConnectionNotDeclaredException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public ConnectionNotDeclaredException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public ConnectionNotDeclaredException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The exception for one connection, with what to do about it.</summary>
    public static ConnectionNotDeclaredException For(ConnectionId connection) =>
        new($"No silo declares the connection '{connection}'. Start one whose Exchange:Connections contains it.");
}
