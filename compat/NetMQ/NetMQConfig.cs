using NetMQ.Native;

namespace NetMQ;

/// <summary>Settings of all sockets of the process, and their common end.</summary>
public static class NetMQConfig
{
    private static readonly Lock _sync = new();
    private static volatile ZmqContext? _context;
    private static TimeSpan _linger = TimeSpan.Zero;
    private static int _threadPoolSize = 1;
    private static int _maxSockets = 1024;

    /// <summary>How long a closed socket goes on sending what is queued, for sockets created from now on. Default: not at all.</summary>
    public static TimeSpan Linger
    {
        get
        {
            lock (_sync)
            {
                return _linger;
            }
        }

        set
        {
            lock (_sync)
            {
                _linger = value;
            }
        }
    }

    /// <summary>How many threads do the network's work. Default: 1. Set it before the first socket.</summary>
    public static int ThreadPoolSize
    {
        get
        {
            lock (_sync)
            {
                return _threadPoolSize;
            }
        }

        set
        {
            lock (_sync)
            {
                _threadPoolSize = value;
                _context?.Set(ZmqContextOption.IoThreads, value);
            }
        }
    }

    /// <summary>How many sockets may be open at once. Default: 1024. Set it before the first socket.</summary>
    public static int MaxSockets
    {
        get
        {
            lock (_sync)
            {
                return _maxSockets;
            }
        }

        set
        {
            lock (_sync)
            {
                _maxSockets = value;
                _context?.Set(ZmqContextOption.MaxSockets, value);
            }
        }
    }

    internal static ZmqContext Context
    {
        get
        {
            if (_context is { } context)
            {
                return context;
            }

            lock (_sync)
            {
                return _context ??= new ZmqContext(_threadPoolSize, _maxSockets);
            }
        }
    }

    /// <summary>
    /// Ends everything: calls on sockets that are still open throw <see cref="TerminatingException"/>. If
    /// <paramref name="block"/>, waits until every socket is closed and has sent what lingers. A later socket starts anew.
    /// </summary>
    public static void Cleanup(bool block = true)
    {
        ZmqContext? context;
        lock (_sync)
        {
            context = _context;
            _context = null;
        }

        context?.Terminate(block);
    }

    /// <summary>Does nothing.</summary>
    [Obsolete("Use Cleanup method")]
    public static void ManualTerminationTakeOver()
    {
    }

    /// <summary>Does nothing.</summary>
    [Obsolete("Use Cleanup method")]
    public static void ContextTerminate(bool block = true)
    {
    }

    /// <summary>Ends what there is; the context itself is created when it is needed.</summary>
    [Obsolete("Context is created automatically")]
    public static void ContextCreate(bool block = false) => Cleanup(block);
}
