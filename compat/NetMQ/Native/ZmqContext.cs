using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NetMQ.Native;

/// <summary>A libzmq context, and the inproc names that are bound in it.</summary>
internal sealed class ZmqContext
{
    private readonly nint _handle;

    public ZmqContext(int ioThreads, int maxSockets)
    {
        _handle = LibZmq.zmq_ctx_new();
        if (_handle == 0)
        {
            throw ZmqError.Last("Creating the context");
        }

        Set(ZmqContextOption.IoThreads, ioThreads);
        Set(ZmqContextOption.MaxSockets, maxSockets);
    }

    /// <summary>libzmq lets a socket connect to an inproc name before it is bound; NetMQ does not, so the names are known here.</summary>
    public ConcurrentDictionary<string, NetMQSocket> InprocNames { get; } = new(StringComparer.Ordinal);

    public nint CreateSocket(ZmqSocketType type)
    {
        var socket = LibZmq.zmq_socket(_handle, (int)type);
        return socket != 0 ? socket : throw ZmqError.Last($"Creating a {type} socket");
    }

    public void Set(int option, int value)
    {
        if (LibZmq.zmq_ctx_set(_handle, option, value) != 0)
        {
            throw ZmqError.Last("Setting a context option");
        }
    }

    /// <summary>
    /// Ends the context: blocked calls throw <see cref="TerminatingException"/>. What waits for sockets that are still open,
    /// or linger, is the caller if <paramref name="block"/>, else a background thread that no exit waits for.
    /// </summary>
    public void Terminate(bool block)
    {
        _ = LibZmq.zmq_ctx_shutdown(_handle);
        if (block)
        {
            Term();
            return;
        }

        new Thread(Term) { IsBackground = true, Name = "NetMQ cleanup" }.Start();
    }

    private void Term()
    {
        while (LibZmq.zmq_ctx_term(_handle) != 0 && Marshal.GetLastPInvokeError() == ZmqError.Interrupted)
        {
        }
    }
}
