using System.Runtime.Serialization;

namespace Orleans.Runtime;

public class OrleansException : Exception
{
    public OrleansException() : base("Unexpected error.")
    {
    }

    public OrleansException(string message) : base(message)
    {
    }

    public OrleansException(string message, Exception innerException) : base(message, innerException)
    {
    }

    [Obsolete("Serialization of exceptions by formatters.")]
    protected OrleansException(SerializationInfo info, StreamingContext context) : base(info, context)
    {
    }
}

public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException) : base(message, innerException)
    {
    }

    [Obsolete("Serialization of exceptions by formatters.")]
    protected OrleansMessageRejectionException(SerializationInfo info, StreamingContext context) : base(info, context)
    {
    }
}

/// <summary>The silo that a call was for, or that was to send it, is gone.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    public SiloUnavailableException() : base("SiloUnavailableException")
    {
    }

    public SiloUnavailableException(string msg) : base(msg)
    {
    }

    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

public sealed class OrleansConfigurationException : Exception
{
    public OrleansConfigurationException(string message) : base(message)
    {
    }

    public OrleansConfigurationException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

public sealed class GrainExtensionNotInstalledException : OrleansException
{
    public GrainExtensionNotInstalledException() : base("GrainExtensionNotInstalledException")
    {
    }

    public GrainExtensionNotInstalledException(string msg) : base(msg)
    {
    }

    public GrainExtensionNotInstalledException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The client or silo that an observer lived in is gone.</summary>
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(GrainId clientId) : base($"No activation for client {clientId}")
    {
    }
}
