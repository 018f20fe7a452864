using System.Buffers;

namespace Exchange.Simulator.Sockets;

/// <summary>
/// Frames that wait for a connection's socket, as bytes of the wire: whoever publishes copies into one buffer while the
/// sender writes the other, so that many frames leave in one write. It is bounded: what does not fit is refused.
/// </summary>
internal sealed class OutgoingFrames(int limit) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private byte[] _filling = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int _length;
    private int _exempt;
    private bool _signalled;
    private bool _disposed;
    private bool _idle;
    private TaskCompletionSource? _drained;

    public int PendingBytes
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    /// <returns>False when the queue is full or closed.</returns>
    public bool TryAdd(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        // A frame that is larger than the limit was made so on purpose, and nobody is slow for having it unread.
        var exempt = payload.Length > limit;
        lock (_lock)
        {
            var needed = _length + WebSocketFrame.MaximumHeader + payload.Length;
            if (_disposed || (needed - _exempt > limit && _length > 0 && !exempt))
            {
                return false;
            }

            if (needed > _filling.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _filling.Length * 2));
                _filling.AsSpan(0, _length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_filling);
                _filling = larger;
            }

            _exempt += exempt ? WebSocketFrame.MaximumHeader + payload.Length : 0;
            _length += WebSocketFrame.WriteHeader(_filling.AsSpan(_length), opcode, payload.Length);
            payload.CopyTo(_filling.AsSpan(_length));
            _length += payload.Length;
            if (!_signalled)
            {
                _signalled = true;
                _filled.Release();
            }

            return true;
        }
    }

    /// <summary>Waits for frames and hands over all that are there; valid until the next call. Empty once closed.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_length == 0)
            {
                _idle = true;
                _drained?.TrySetResult();
                _drained = null;
            }
        }

        await _filled.WaitAsync(cancellation);
        lock (_lock)
        {
            _signalled = false;
            _idle = false;
            if (_disposed)
            {
                return default;
            }

            (_filling, _sending) = (_sending, _filling);
            var length = _length;
            _length = _exempt = 0;
            return _sending.AsMemory(0, length);
        }
    }

    /// <summary>Completes when everything added so far has been handed to the socket.</summary>
    public Task WhenDrained()
    {
        lock (_lock)
        {
            if (_disposed || (_idle && _length == 0))
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _length = 0;
            _drained?.TrySetResult();
            if (!_signalled)
            {
                _signalled = true;
                _filled.Release();
            }
        }
    }
}
