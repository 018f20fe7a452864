using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using NetMQ.Sockets;

namespace NetMQ;

/// <summary>Tells which queue has something.</summary>
/// <typeparam name="T">What is queued.</typeparam>
public sealed class NetMQQueueEventArgs<T> : EventArgs
{
    internal NetMQQueueEventArgs(NetMQQueue<T> queue) => Queue = queue;

    /// <summary>The queue.</summary>
    public NetMQQueue<T> Queue { get; }
}

/// <summary>A queue that any thread may put into, and that wakes the one poller or thread that takes out.</summary>
/// <typeparam name="T">What is queued.</typeparam>
public sealed class NetMQQueue<T> : IDisposable, ISocketPollable, IEnumerable<T>
{
    private readonly ConcurrentQueue<T> _items = new();
    private readonly Lock _writing = new();
    private readonly CancellationTokenSource _disposal = new();
    private readonly SemaphoreSlim? _space;
    private readonly PairSocket _writer;
    private readonly PairSocket _reader;
    private readonly NetMQQueueEventArgs<T> _eventArgs;
    private EventHandler<NetMQQueueEventArgs<T>>? _receiveReady;
    private Msg _signal;

    // 1 from the first item until the reader finds the queue empty, so that a flood costs one signal and not one an item.
    private int _signalled;

    /// <summary>Creates a queue that blocks who puts more into it than its capacity; 0: without limit.</summary>
    public NetMQQueue(int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);

        // The genuine queue splits its capacity evenly between its two ends.
        var space = capacity / 2 * 2;
        _space = space == 0 ? null : new SemaphoreSlim(space);
        PairSocket.CreateSocketPair(out _writer, out _reader);
        _eventArgs = new NetMQQueueEventArgs<T>(this);
        _signal.InitEmpty();
    }

    /// <summary>Raised by a poller while there is something to take.</summary>
    public event EventHandler<NetMQQueueEventArgs<T>> ReceiveReady
    {
        add
        {
            if (_receiveReady is null)
            {
                _reader.ReceiveReady += OnSignal;
            }

            _receiveReady += value;
        }

        remove
        {
            _receiveReady -= value;
            if (_receiveReady is null)
            {
                _reader.ReceiveReady -= OnSignal;
            }
        }
    }

    /// <summary>Whether the queue was disposed of.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>How many items there are.</summary>
    public int Count => _items.Count;

    /// <summary>Whether there is no item.</summary>
    public bool IsEmpty => _items.IsEmpty;

    NetMQSocket ISocketPollable.Socket => _reader;

    internal NetMQSocket Reader => _reader;

    /// <summary>Takes an item, if there is one or one comes in time. For one thread.</summary>
    public bool TryDequeue([MaybeNullWhen(false)] out T result, TimeSpan timeout)
    {
        if (TryTake(out result))
        {
            return true;
        }

        if (timeout == TimeSpan.Zero)
        {
            return false;
        }

        // A signal may stand for items that are gone, so a wait can end with nothing before its time.
        var started = TimeProvider.System.GetTimestamp();
        var left = timeout;
        while (_reader.Poll(PollEvents.PollIn, left) != PollEvents.None)
        {
            if (TryTake(out result))
            {
                return true;
            }

            if (timeout >= TimeSpan.Zero)
            {
                left = timeout - TimeProvider.System.GetElapsedTime(started);
                left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }

        return TryTake(out result);
    }

    /// <summary>Takes an item, waiting for one. For one thread.</summary>
    public T? Dequeue()
    {
        TryDequeue(out var result, SendReceiveConstants.InfiniteTimeout);
        return result;
    }

    /// <summary>Puts an item in, from any thread.</summary>
    public void Enqueue(T value)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _space?.Wait(_disposal.Token);
        _items.Enqueue(value);
        Signal();
    }

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Closes the queue. What is in it stays in it.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (IsDisposed)
            {
                return;
            }

            IsDisposed = true;
            _writer.Dispose();
        }

        _disposal.Cancel();
        _disposal.Dispose();
        _reader.Dispose();
    }

    /// <summary>Wakes the reader, though there may be nothing for it.</summary>
    internal void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0)
        {
            return;
        }

        lock (_writing)
        {
            if (!IsDisposed)
            {
                var signal = default(Msg);
                signal.InitEmpty();
                _writer.TrySend(ref signal, SendReceiveConstants.InfiniteTimeout, more: false);
            }
        }
    }

    private bool TryTake([MaybeNullWhen(false)] out T result)
    {
        if (!_items.TryDequeue(out result))
        {
            ClearSignal();
            if (!_items.TryDequeue(out result))
            {
                return false;
            }
        }

        _space?.Release();
        return true;
    }

    private void ClearSignal()
    {
        // Set but not there yet: it is about to be sent, and will wake the reader.
        if (Volatile.Read(ref _signalled) == 0 || !_reader.TryReceive(ref _signal, TimeSpan.Zero))
        {
            return;
        }

        Interlocked.Exchange(ref _signalled, 0);
        if (!_items.IsEmpty)
        {
            // Put in while the signal was still set, so nobody sent one for it.
            Signal();
        }
    }

    private void OnSignal(object? sender, NetMQSocketEventArgs e)
    {
        if (_items.IsEmpty)
        {
            ClearSignal();
        }

        if (!_items.IsEmpty)
        {
            _receiveReady?.Invoke(this, _eventArgs);
        }

        // Spares the poller a round that would find nothing.
        if (_items.IsEmpty && !IsDisposed)
        {
            ClearSignal();
        }
    }
}
