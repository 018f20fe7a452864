namespace NetMQ;

/// <summary>What a <see cref="NetMQException"/> is about; the numbers are those of the genuine package.</summary>
public enum ErrorCode
{
    /// <summary>No such endpoint.</summary>
    EndpointNotFound = 2,

    /// <summary>The address is bound already.</summary>
    AddressAlreadyInUse = 48,

    /// <summary>It cannot be done now without waiting.</summary>
    TryAgain = 35,

    /// <summary>Not permitted.</summary>
    AccessDenied = 13,

    /// <summary>An argument or an option that is not valid.</summary>
    Invalid = 22,

    /// <summary>Under way.</summary>
    InProgress = 36,

    /// <summary>No such transport, or not with this socket type.</summary>
    ProtocolNotSupported = 43,

    /// <summary>An object that is not valid.</summary>
    Fault = 14,

    /// <summary>This machine has no such address.</summary>
    AddressNotAvailable = 49,

    /// <summary>The network is down.</summary>
    NetworkDown = 50,

    /// <summary>No buffer space.</summary>
    NoBufferSpaceAvailable = 55,

    /// <summary>Not connected.</summary>
    NotConnected = 57,

    /// <summary>The peer refused the connection.</summary>
    ConnectionRefused = 61,

    /// <summary>No peer by this routing id.</summary>
    HostUnreachable = 65,

    /// <summary>Where the numbers of ZeroMQ's own errors begin.</summary>
    BaseErrorNumber = 156384712,

    /// <summary>The message is too long.</summary>
    MessageSize = BaseErrorNumber + 10,

    /// <summary>No such address family.</summary>
    AddressFamilyNotSupported = BaseErrorNumber + 11,

    /// <summary>The network cannot be reached.</summary>
    NetworkUnreachable = BaseErrorNumber + 12,

    /// <summary>The connection was aborted.</summary>
    ConnectionAborted = BaseErrorNumber + 13,

    /// <summary>The peer reset the connection.</summary>
    ConnectionReset = BaseErrorNumber + 14,

    /// <summary>It took too long.</summary>
    TimedOut = BaseErrorNumber + 16,

    /// <summary>The network was reset.</summary>
    NetworkReset = BaseErrorNumber + 18,

    /// <summary>The socket's state does not allow this now, as a second request before the reply.</summary>
    FiniteStateMachine = BaseErrorNumber + 51,

    /// <summary><see cref="NetMQConfig.Cleanup"/> was called.</summary>
    ContextTerminated = BaseErrorNumber + 53,

    /// <summary>No I/O thread.</summary>
    EmptyThread = BaseErrorNumber + 54,

    /// <summary>More sockets than <see cref="NetMQConfig.MaxSockets"/>.</summary>
    TooManyOpenSockets = BaseErrorNumber + 107,
}
