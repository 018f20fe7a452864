using System.Runtime.InteropServices;
using System.Text;
using NetMQ.Native;

namespace NetMQ;

// libzmq corrupts memory if two threads use a socket at once, or one closes what another uses. So each use enters the
// socket and exits it, and a close in between is done by the exit.
public abstract unsafe partial class NetMQSocket
{
    private const int Idle = 0;
    private const int InUse = 1;
    private const int InUseAndClosed = 2;
    private const int Closed = 3;

    private readonly nint _handle;
    private int _state;

    private bool IsClosed => Volatile.Read(ref _state) >= InUseAndClosed;

    /// <summary>Takes the socket for a poller, waiting for a use that ends; 0 if the socket is closed.</summary>
    internal nint EnterForPoller()
    {
        var spin = default(SpinWait);
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, InUse, Idle))
            {
                case Idle:
                    return _handle;
                case InUse:
                    spin.SpinOnce();
                    break;
                default:
                    return 0;
            }
        }
    }

    internal void Exit()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, InUse) == InUseAndClosed)
        {
            _state = Closed;
            CloseHandle();
        }
    }

    internal void SetOption(ZmqOption option, int value) => SetOption(option, new ReadOnlySpan<byte>(&value, sizeof(int)));

    internal void SetOption(ZmqOption option, long value) => SetOption(option, new ReadOnlySpan<byte>(&value, sizeof(long)));

    internal void SetOption(ZmqOption option, bool value) => SetOption(option, value ? 1 : 0);

    internal virtual void SetVerbose(bool verbose) => SetOption(ZmqOption.XPubVerboser, verbose);

    internal void SetOption(ZmqOption option, ReadOnlySpan<byte> value)
    {
        Enter();
        try
        {
            fixed (byte* data = value)
            {
                if (LibZmq.zmq_setsockopt(_handle, (int)option, data, (nuint)value.Length) != 0)
                {
                    throw ZmqError.Last($"Setting the option {option}");
                }
            }
        }
        finally
        {
            Exit();
        }
    }

    // Reading an option changes nothing in the socket, so other threads may do it while a poller runs the socket.
    internal int GetInt32(ZmqOption option)
    {
        int value;
        GetOption(option, &value, sizeof(int));
        return value;
    }

    internal long GetInt64(ZmqOption option)
    {
        long value;
        GetOption(option, &value, sizeof(long));
        return value;
    }

    internal byte[] GetBytes(ZmqOption option, int atMost)
    {
        var buffer = stackalloc byte[atMost];
        var length = GetOption(option, buffer, atMost);
        return new ReadOnlySpan<byte>(buffer, length).ToArray();
    }

    internal string GetString(ZmqOption option)
    {
        const int AtMost = 1024;
        var buffer = stackalloc byte[AtMost];
        GetOption(option, buffer, AtMost);
        return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }

    private int GetOption(ZmqOption option, void* value, int atMost)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        var length = (nuint)atMost;
        while (LibZmq.zmq_getsockopt(_handle, (int)option, value, &length) != 0)
        {
            if (Marshal.GetLastPInvokeError() != ZmqError.Interrupted)
            {
                throw ZmqError.Last($"Reading the option {option}");
            }
        }

        return (int)length;
    }

    private void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, InUse, Idle);
        if (state != Idle)
        {
            ThrowUnusable(state);
        }
    }

    private void ThrowUnusable(int state)
    {
        ObjectDisposedException.ThrowIf(state >= InUseAndClosed, this);
        throw new InvalidOperationException(
            $"A {GetType().Name} is used by two threads at once. It belongs to one thread, or to the poller that runs it.");
    }

    private bool CloseOnce()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state >= InUseAndClosed)
            {
                return false;
            }

            var next = state == Idle ? Closed : InUseAndClosed;
            if (Interlocked.CompareExchange(ref _state, next, state) == state)
            {
                if (next == Closed)
                {
                    CloseHandle();
                }

                return true;
            }
        }
    }

    private void CloseHandle()
    {
        ForgetInprocNames();
        _ = LibZmq.zmq_close(_handle);
    }
}
