using System.Runtime.Serialization;

namespace Orleans.Runtime.Messaging;

/// <summary>A client found no gateway at an address where it knew of one.</summary>
public class ConnectionFailedException : OrleansException
{
    public ConnectionFailedException()
    {
    }

    public ConnectionFailedException(string message) : base(message)
    {
    }

    public ConnectionFailedException(string message, Exception innerException) : base(message, innerException)
    {
    }

    [Obsolete("Serialization of exceptions by formatters.")]
    protected ConnectionFailedException(SerializationInfo info, StreamingContext context) : base(info, context)
    {
    }
}
