namespace NetMQ;

/// <summary>What ZeroMQ could not do. The commonly caught causes have types of their own.</summary>
public class NetMQException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public NetMQException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public NetMQException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and what caused it.</summary>
    public NetMQException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with its code.</summary>
    protected NetMQException(Exception? innerException, string? message, ErrorCode errorCode)
        : base(message, innerException) => ErrorCode = errorCode;

    /// <summary>The cause.</summary>
    public ErrorCode ErrorCode { get; }

    /// <summary>Creates the exception whose type fits the code.</summary>
    public static NetMQException Create(ErrorCode errorCode) => Create(null, errorCode);

    /// <summary>Creates the exception whose type fits the code.</summary>
    public static NetMQException Create(string? message, ErrorCode errorCode) => errorCode switch
    {
        ErrorCode.ContextTerminated => new TerminatingException(message),
        ErrorCode.Invalid => new InvalidException(message),
        ErrorCode.EndpointNotFound => new EndpointNotFoundException(message),
        ErrorCode.AddressAlreadyInUse => new AddressAlreadyInUseException(message),
        ErrorCode.ProtocolNotSupported => new ProtocolNotSupportedException(message),
        ErrorCode.HostUnreachable => new HostUnreachableException(message),
        ErrorCode.FiniteStateMachine => new FiniteStateMachineException(message),
        ErrorCode.Fault => new FaultException(message),
        _ => new NetMQException(null, message, errorCode),
    };
}

/// <summary>The address is bound already.</summary>
public class AddressAlreadyInUseException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public AddressAlreadyInUseException(Exception? innerException, string? message)
        : base(innerException, message, ErrorCode.AddressAlreadyInUse)
    {
    }

    /// <summary>Creates the exception.</summary>
    public AddressAlreadyInUseException(string? message)
        : this(null, message)
    {
    }
}

/// <summary>No such endpoint to connect to, to disconnect from or to unbind.</summary>
public class EndpointNotFoundException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public EndpointNotFoundException(Exception? innerException, string? message)
        : base(innerException, message, ErrorCode.EndpointNotFound)
    {
    }

    /// <summary>Creates the exception.</summary>
    public EndpointNotFoundException(string? message)
        : this(null, message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public EndpointNotFoundException()
        : this(null)
    {
    }
}

/// <summary><see cref="NetMQConfig.Cleanup"/> was called: nothing works any more but closing.</summary>
public class TerminatingException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public TerminatingException(string? message)
        : base(null, message, ErrorCode.ContextTerminated)
    {
    }
}

/// <summary>An argument, an option or a message that is not valid.</summary>
public class InvalidException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public InvalidException(string? message)
        : base(null, message, ErrorCode.Invalid)
    {
    }

    /// <summary>Creates the exception.</summary>
    public InvalidException()
        : this(null)
    {
    }
}

/// <summary>A <see cref="Msg"/> that was not initialised, or was closed.</summary>
public class FaultException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public FaultException()
        : this(null)
    {
    }

    internal FaultException(string? message)
        : base(null, message, ErrorCode.Fault)
    {
    }
}

/// <summary>No such transport, or not with this socket type.</summary>
public class ProtocolNotSupportedException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public ProtocolNotSupportedException()
        : this(null)
    {
    }

    internal ProtocolNotSupportedException(string? message)
        : base(null, message, ErrorCode.ProtocolNotSupported)
    {
    }
}

/// <summary>No peer has this routing id, and <see cref="SocketOptions.RouterMandatory"/> is on.</summary>
public class HostUnreachableException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public HostUnreachableException()
        : this(null)
    {
    }

    internal HostUnreachableException(string? message)
        : base(null, message, ErrorCode.HostUnreachable)
    {
    }
}

/// <summary>The socket's state does not allow this now, as a second request before the reply.</summary>
public class FiniteStateMachineException : NetMQException
{
    /// <summary>Creates the exception.</summary>
    public FiniteStateMachineException()
        : this(null)
    {
    }

    internal FiniteStateMachineException(string? message)
        : base(null, message, ErrorCode.FiniteStateMachine)
    {
    }
}
