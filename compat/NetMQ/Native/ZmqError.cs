using System.Runtime.InteropServices;

namespace NetMQ.Native;

/// <summary>The error numbers of libzmq on Linux, and the exceptions they become.</summary>
internal static class ZmqError
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int ContextTerminated = HausNumero + 53;

    private const int HausNumero = 156384712;
    private const int NotASocket = 88;

    /// <summary>The exception for the call that failed last on this thread.</summary>
    public static Exception Last(string what) => Of(Marshal.GetLastPInvokeError(), what);

    public static unsafe Exception Of(int error, string what)
    {
        if (error == NotASocket)
        {
            return new ObjectDisposedException(nameof(NetMQSocket));
        }

        var message = $"{what}: {Marshal.PtrToStringUTF8((nint)LibZmq.zmq_strerror(error))} ({error})";
        return NetMQException.Create(message, ToErrorCode(error));
    }

    private static ErrorCode ToErrorCode(int error) => error switch
    {
        2 => ErrorCode.EndpointNotFound,
        11 => ErrorCode.TryAgain,
        13 => ErrorCode.AccessDenied,
        14 => ErrorCode.Fault,
        22 => ErrorCode.Invalid,
        24 => ErrorCode.TooManyOpenSockets,
        90 => ErrorCode.MessageSize,
        93 => ErrorCode.ProtocolNotSupported,
        97 => ErrorCode.AddressFamilyNotSupported,
        98 => ErrorCode.AddressAlreadyInUse,
        19 or 99 => ErrorCode.AddressNotAvailable,
        100 => ErrorCode.NetworkDown,
        101 => ErrorCode.NetworkUnreachable,
        102 => ErrorCode.NetworkReset,
        103 => ErrorCode.ConnectionAborted,
        104 => ErrorCode.ConnectionReset,
        105 => ErrorCode.NoBufferSpaceAvailable,
        107 => ErrorCode.NotConnected,
        110 => ErrorCode.TimedOut,
        111 => ErrorCode.ConnectionRefused,
        113 => ErrorCode.HostUnreachable,
        115 => ErrorCode.InProgress,
        HausNumero + 51 => ErrorCode.FiniteStateMachine,
        HausNumero + 52 => ErrorCode.ProtocolNotSupported,
        ContextTerminated => ErrorCode.ContextTerminated,
        HausNumero + 54 => ErrorCode.EmptyThread,
        _ => (ErrorCode)error,
    };
}
