using NetMQ.Native;

namespace NetMQ;

/// <summary>
/// A ZeroMQ socket. It belongs to one thread at a time; a second thread that uses it meanwhile gets an
/// <see cref="InvalidOperationException"/>. While a poller runs it, it belongs to the poller's thread.
/// </summary>
public abstract partial class NetMQSocket : INetMQSocket
{
    private readonly NetMQSocketEventArgs _eventArgs;
    private EventHandler<NetMQSocketEventArgs>? _receiveReady;
    private EventHandler<NetMQSocketEventArgs>? _sendReady;

    internal NetMQSocket(ZmqSocketType type, string? connectionString, DefaultAction defaultAction)
    {
        _eventArgs = new NetMQSocketEventArgs(this);
        _context = NetMQConfig.Context;
        _handle = _context.CreateSocket(type);
        Options = new SocketOptions(this);
        try
        {
            Options.Linger = NetMQConfig.Linger;
            Attach(connectionString, defaultAction);
        }
        catch
        {
            Close();
            throw;
        }
    }

    internal enum DefaultAction
    {
        Connect,
        Bind,
    }

    /// <summary>Raised by <see cref="Poll()"/> and by a poller while a message can be received.</summary>
    public event EventHandler<NetMQSocketEventArgs> ReceiveReady
    {
        add
        {
            _receiveReady += value;
            EventsChanged();
        }

        remove
        {
            _receiveReady -= value;
            EventsChanged();
        }
    }

    /// <summary>Raised by <see cref="Poll()"/> and by a poller while a message can be sent.</summary>
    public event EventHandler<NetMQSocketEventArgs> SendReady
    {
        add
        {
            _sendReady += value;
            EventsChanged();
        }

        remove
        {
            _sendReady -= value;
            EventsChanged();
        }
    }

    /// <summary>Raised when the poll events change or the socket is closed, for the poller that watches it.</summary>
    internal event Action? Changed;

    /// <summary>The socket's settings.</summary>
    public SocketOptions Options { get; }

    /// <summary>Whether a message can be received now.</summary>
    public bool HasIn => ReadyNow.HasIn();

    /// <summary>Whether a message can be sent now.</summary>
    public bool HasOut => ReadyNow.HasOut();

    /// <summary>Whether the socket was closed.</summary>
    public bool IsDisposed => IsClosed;

    NetMQSocket ISocketPollable.Socket => this;

    /// <summary>The events that somebody waits for.</summary>
    internal PollEvents WantedEvents =>
        (_receiveReady is null ? PollEvents.None : PollEvents.PollIn)
        | (_sendReady is null ? PollEvents.None : PollEvents.PollOut);

    private PollEvents ReadyNow
    {
        get
        {
            Enter();
            try
            {
                return (PollEvents)GetInt32(ZmqOption.Events);
            }
            finally
            {
                Exit();
            }
        }
    }

    /// <summary>Waits until the socket is ready for one of its events, and raises it.</summary>
    public void Poll() => Poll(SendReceiveConstants.InfiniteTimeout);

    /// <summary>Waits until the socket is ready for one of its events, and raises it; false if none came in time.</summary>
    public bool Poll(TimeSpan timeout)
    {
        var ready = Poll(WantedEvents, timeout);
        RaiseEvents(this, ready);
        return ready != PollEvents.None;
    }

    /// <summary>Waits until the socket is ready for one of some events, and tells which.</summary>
    public PollEvents Poll(PollEvents pollEvents, TimeSpan timeout) => WaitFor(pollEvents, new Deadline(timeout));

    /// <summary>Closes the socket. What is queued is still sent within <see cref="SocketOptions.Linger"/>.</summary>
    public void Close()
    {
        if (CloseOnce())
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the socket, if <paramref name="disposing"/>.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
    }

    private void EventsChanged()
    {
        if (Changed is { } changed)
        {
            _eventArgs.Init(PollEvents.None);
            changed();
        }
    }

    internal void RaiseEvents(object sender, PollEvents events)
    {
        if (IsClosed)
        {
            return;
        }

        _eventArgs.Init(events);
        if (events.HasIn())
        {
            _receiveReady?.Invoke(sender, _eventArgs);
        }

        if (events.HasOut())
        {
            _sendReady?.Invoke(sender, _eventArgs);
        }
    }
}
