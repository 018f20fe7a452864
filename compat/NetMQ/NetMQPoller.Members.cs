using System.Net.Sockets;
using NetMQ.Native;

namespace NetMQ;

// What is added and removed. While the poller runs, both happen on its thread; the poll set is made anew after a change.
public sealed partial class NetMQPoller
{
    private readonly Lock _members = new();
    private readonly List<NetMQSocket> _sockets = [];
    private readonly List<NetMQTimer> _timers = [];
    private readonly Dictionary<Socket, Action<Socket>> _plainSockets = [];

    private volatile bool _dirty = true;
    private NetMQSocket[] _pollSockets = [];
    private (Socket Socket, Action<Socket> Callback)[] _pollPlainSockets = [];
    private ZmqPollItem[] _pollItems = [];

    /// <summary>Adds a socket or a queue.</summary>
    public void Add(ISocketPollable socket)
    {
        CheckMember(socket);
        Run(() =>
        {
            lock (_members)
            {
                if (socket.IsDisposed)
                {
                    throw new InvalidOperationException("The socket was disposed of while it waited to be added to the poller.");
                }

                if (!_sockets.Contains(socket.Socket))
                {
                    _sockets.Add(socket.Socket);
                    socket.Socket.Changed += OnSocketChanged;
                    _dirty = true;
                }
            }
        });
    }

    /// <summary>Adds a timer.</summary>
    public void Add(NetMQTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Run(() =>
        {
            lock (_members)
            {
                _timers.Add(timer);
            }
        });
    }

    /// <summary>Adds a plain socket; the callback is called while there is something to read.</summary>
    public void Add(Socket socket, Action<Socket> callback)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(callback);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Run(() =>
        {
            lock (_members)
            {
                _plainSockets.TryAdd(socket, callback);
                _dirty = true;
            }
        });
    }

    /// <summary>Removes a socket or a queue. While the poller runs, it may still raise events until it has come to this.</summary>
    public void Remove(ISocketPollable socket)
    {
        CheckMember(socket);
        Run(() => Forget(socket.Socket));
    }

    /// <summary>Removes a socket or a queue and then disposes of it, both on the poller's thread while it runs.</summary>
    public void RemoveAndDispose<T>(T socket)
        where T : ISocketPollable, IDisposable
    {
        CheckMember(socket);
        Run(() =>
        {
            Forget(socket.Socket);
            socket.Dispose();
        });
    }

    /// <summary>Removes a timer.</summary>
    public void Remove(NetMQTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        timer.When = -1;
        Run(() =>
        {
            lock (_members)
            {
                _timers.Remove(timer);
            }
        });
    }

    /// <summary>Removes a plain socket.</summary>
    public void Remove(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Run(() =>
        {
            lock (_members)
            {
                _plainSockets.Remove(socket);
                _dirty = true;
            }
        });
    }

    /// <summary>Whether a socket or a queue was added.</summary>
    public Task<bool> ContainsAsync(ISocketPollable socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return Ask(() => !socket.IsDisposed && _sockets.Contains(socket.Socket));
    }

    /// <summary>Whether a timer was added.</summary>
    public Task<bool> ContainsAsync(NetMQTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        return Ask(() => _timers.Contains(timer));
    }

    /// <summary>Whether a plain socket was added.</summary>
    public Task<bool> ContainsAsync(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return Ask(() => _plainSockets.ContainsKey(socket));
    }

    private void CheckMember(ISocketPollable socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (socket.IsDisposed)
        {
            throw new ArgumentException("Must not be disposed.", nameof(socket));
        }
    }

    private Task<bool> Ask(Func<bool> question)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Run(() =>
        {
            lock (_members)
            {
                answer.SetResult(question());
            }
        });
        return answer.Task;
    }

    private void OnSocketChanged()
    {
        _dirty = true;
        if (IsRunning && !CanExecuteTaskInline)
        {
            Wake();
        }
    }

    private void Forget(NetMQSocket socket)
    {
        lock (_members)
        {
            if (_sockets.Remove(socket))
            {
                socket.Changed -= OnSocketChanged;
                _dirty = true;
            }
        }
    }

    private void ForgetSockets()
    {
        lock (_members)
        {
            foreach (var socket in _sockets)
            {
                socket.Changed -= OnSocketChanged;
            }

            _sockets.Clear();
            _dirty = true;
        }
    }

    /// <summary>Whether nothing that ran in this round has removed or closed the socket.</summary>
    private bool Holds(NetMQSocket socket)
    {
        if (!_dirty)
        {
            return true;
        }

        lock (_members)
        {
            return socket == _tasks.Reader || _sockets.Contains(socket);
        }
    }

    private bool Holds(Socket socket)
    {
        if (!_dirty)
        {
            return true;
        }

        lock (_members)
        {
            return _plainSockets.ContainsKey(socket);
        }
    }

    private void RefreshPollSet()
    {
        if (!_dirty)
        {
            return;
        }

        _dirty = false;
        lock (_members)
        {
            _sockets.RemoveAll(socket => socket.IsDisposed);
            _pollSockets = [_tasks.Reader, .. _sockets];
            _pollPlainSockets = [.. _plainSockets.Select(pair => (pair.Key, pair.Value))];
        }

        _pollItems = new ZmqPollItem[_pollSockets.Length + _pollPlainSockets.Length];
        for (var i = 0; i < _pollItems.Length; i++)
        {
            var plain = i - _pollSockets.Length;
            var events = plain < 0 ? _pollSockets[i].WantedEvents : PollEvents.PollIn | PollEvents.PollError;
            _pollItems[i].Events = (short)events;
            _pollItems[i].Descriptor = plain < 0 ? -1 : (int)_pollPlainSockets[plain].Socket.Handle;
        }
    }
}
