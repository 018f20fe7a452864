using System.Buffers;

namespace NetMQ;

/// <summary>
/// A frame whose memory may be pooled. It starts uninitialised, is initialised once by an Init method, and is closed once;
/// a copy made by assignment is the same frame, and only one of the two may be closed.
/// </summary>
public struct Msg
{
    private byte[]? _data;
    private int _offset;
    private Kind _kind;
    private Owners? _owners;

    private enum Kind : byte
    {
        Uninitialised,
        Empty,
        Gc,
        Pool,
    }

    /// <summary>How many bytes the frame has.</summary>
    public int Size { get; private set; }

    /// <summary>Whether the frame has no bytes.</summary>
    public readonly bool IsEmpty => Size == 0;

    /// <summary>Whether the frame was initialised and not closed.</summary>
    public readonly bool IsInitialised => _kind != Kind.Uninitialised;

    /// <summary>Whether more frames of the same message follow.</summary>
    public bool HasMore { readonly get; internal set; }

    /// <summary>The array that holds the frame, which may be longer than the frame.</summary>
    [Obsolete("Use implicit casting to Span or Slice instead")]
    public readonly byte[]? Data => _data;

    /// <summary>The frame's bytes.</summary>
    public readonly Span<byte> Slice() => new(_data, _offset, Size);

    /// <summary>The frame's bytes.</summary>
    public readonly Memory<byte> SliceAsMemory() => new(_data, _offset, Size);

    /// <summary>The frame's bytes from an offset on.</summary>
    public readonly Span<byte> Slice(int offset) => Slice()[offset..];

    /// <summary>Some of the frame's bytes.</summary>
    public readonly Span<byte> Slice(int offset, int count) => Slice().Slice(offset, count);

    /// <summary>A copy of the frame's bytes.</summary>
    public readonly byte[] CloneData() => Slice().ToArray();

    /// <summary>Makes it a frame of no bytes.</summary>
    public void InitEmpty() => Init(Kind.Empty, null, 0, 0);

    /// <summary>Makes it a frame of pooled memory, whose bytes are whatever they were.</summary>
    public void InitPool(int size) => Init(Kind.Pool, ArrayPool<byte>.Shared.Rent(size), 0, size);

    /// <summary>Makes it a frame over an array, which must not change before the frame is sent.</summary>
    public void InitGC(byte[] data, int size) => InitGC(data, 0, size);

    /// <summary>Makes it a frame over a part of an array, which must not change before the frame is sent.</summary>
    public void InitGC(byte[] data, int offset, int size) => Init(Kind.Gc, data, offset, size);

    /// <summary>Gives pooled memory back, unless a copy still holds it, and leaves the frame uninitialised.</summary>
    public void Close()
    {
        if (!IsInitialised)
        {
            throw new FaultException("Cannot close an uninitialised Msg.");
        }

        if (_kind == Kind.Pool && (_owners is null || _owners.Leave()))
        {
            ArrayPool<byte>.Shared.Return(_data!);
        }

        this = default;
    }

    /// <summary>Closes this frame and makes it another owner of the source's memory.</summary>
    public void Copy(ref Msg src)
    {
        if (!src.IsInitialised)
        {
            throw new FaultException("Cannot copy an uninitialised Msg.");
        }

        if (IsInitialised)
        {
            Close();
        }

        if (src._kind == Kind.Pool)
        {
            src._owners ??= new Owners();
            src._owners.Join();
        }

        this = src;
    }

    /// <summary>Closes this frame, takes what the source has, and leaves the source empty.</summary>
    public void Move(ref Msg src)
    {
        if (!src.IsInitialised)
        {
            throw new FaultException("Cannot move an uninitialised Msg.");
        }

        if (IsInitialised)
        {
            Close();
        }

        this = src;
        src.InitEmpty();
    }

    /// <summary>Takes a received frame, into the pooled memory it has if that is long enough.</summary>
    internal void Receive(ReadOnlySpan<byte> frame, bool more)
    {
        if (_kind == Kind.Pool && _owners is null && _data!.Length >= frame.Length)
        {
            _offset = 0;
            Size = frame.Length;
        }
        else
        {
            Close();
            InitPool(frame.Length);
        }

        frame.CopyTo(_data);
        HasMore = more;
    }

    private void Init(Kind kind, byte[]? data, int offset, int size)
    {
        _kind = kind;
        _data = data;
        _offset = offset;
        _owners = null;
        Size = size;
        HasMore = false;
    }

    private sealed class Owners
    {
        private int _count = 1;

        public void Join() => Interlocked.Increment(ref _count);

        public bool Leave() => Interlocked.Decrement(ref _count) == 0;
    }
}
