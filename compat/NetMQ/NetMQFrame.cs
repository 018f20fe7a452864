using System.Buffers.Binary;
using System.Text;

namespace NetMQ;

/// <summary>A frame of a <see cref="NetMQMessage"/>.</summary>
public class NetMQFrame : IEquatable<NetMQFrame>, IEquatable<byte[]>
{
    private int _messageSize;

    /// <summary>Takes an array; null: no bytes.</summary>
    public NetMQFrame(byte[]? buffer)
    {
        Buffer = buffer ?? [];
        _messageSize = Buffer.Length;
    }

    /// <summary>Takes the first bytes of an array.</summary>
    public NetMQFrame(byte[] buffer, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length);
        Buffer = buffer;
        MessageSize = length;
    }

    /// <summary>Takes a text, in ASCII.</summary>
    public NetMQFrame(string message)
        : this(message, Encoding.ASCII)
    {
    }

    /// <summary>Takes a text.</summary>
    public NetMQFrame(string message, Encoding encoding)
        : this((encoding ?? throw new ArgumentNullException(nameof(encoding))).GetBytes(message))
    {
    }

    /// <summary>Makes a frame of zeros.</summary>
    public NetMQFrame(int length)
        : this(new byte[length])
    {
    }

    /// <summary>A new frame of no bytes.</summary>
    public static NetMQFrame Empty => new(0);

    /// <summary>How many bytes the frame has; at most <see cref="BufferSize"/>.</summary>
    public int MessageSize
    {
        get => _messageSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, BufferSize);
            _messageSize = value;
        }
    }

    /// <summary>The array that holds the frame, which may be longer than the frame.</summary>
    public byte[] Buffer { get; }

    /// <summary>How long the array is.</summary>
    public int BufferSize => Buffer.Length;

    /// <summary>Whether the frame has no bytes.</summary>
    public bool IsEmpty => MessageSize == 0;

    /// <summary>Whether two frames have the same bytes.</summary>
    public static bool operator ==(NetMQFrame? one, NetMQFrame? other) => one is null ? other is null : one.Equals(other);

    /// <summary>Whether two frames differ.</summary>
    public static bool operator !=(NetMQFrame? one, NetMQFrame? other) => !(one == other);

    /// <summary>The frame's text, in ASCII.</summary>
    public string ConvertToString() => ConvertToString(Encoding.ASCII);

    /// <summary>The frame's text.</summary>
    public string ConvertToString(Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        return encoding.GetString(Buffer, 0, MessageSize);
    }

    /// <summary>The number that the first four bytes are, in network order.</summary>
    public int ConvertToInt32() => BinaryPrimitives.ReadInt32BigEndian(Buffer);

    /// <summary>The number that the first eight bytes are, in network order.</summary>
    public long ConvertToInt64() => BinaryPrimitives.ReadInt64BigEndian(Buffer);

    /// <summary>The frame's array itself; a copy of the frame's bytes if the array is longer and a copy is asked for.</summary>
    public byte[] ToByteArray(bool copy = false) =>
        !copy || MessageSize == BufferSize ? Buffer : AsSpan().ToArray();

    /// <summary>The frame's bytes.</summary>
    public ReadOnlySpan<byte> AsSpan() => new(Buffer, 0, MessageSize);

    /// <inheritdoc />
    public bool Equals(byte[]? other) => other is not null && AsSpan().SequenceEqual(other);

    /// <inheritdoc />
    public bool Equals(NetMQFrame? other) => other is not null && AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NetMQFrame);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(AsSpan());
        return hash.ToHashCode();
    }
}
