using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Exchange.Client.Protocol;

/// <summary>
/// A growing byte array that JSON is written into and that is used again and again: market updates are written with the
/// append methods (no writer, no string, no allocation), everything else through <see cref="Utf8JsonWriter"/>.
/// </summary>
internal sealed class ByteBuffer(int capacity = 1024) : IBufferWriter<byte>
{
    private byte[] _array = new byte[capacity];

    public int Length { get; private set; }

    public int Capacity => _array.Length;

    /// <summary>The array itself, for the socket; only the first <see cref="Length"/> bytes count.</summary>
    public byte[] Array => _array;

    public ReadOnlySpan<byte> Written => _array.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Writes over a byte that was written before.</summary>
    public void Patch(int at, byte value) => _array[at] = value;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 256));
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 256));
        return _array.AsSpan(Length);
    }

    public ByteBuffer Append(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_array.AsSpan(Length));
        Length += bytes.Length;
        return this;
    }

    public ByteBuffer AppendByte(byte value)
    {
        Ensure(1);
        _array[Length++] = value;
        return this;
    }

    public ByteBuffer Append(long value)
    {
        Ensure(20);
        Utf8Formatter.TryFormat(value, _array.AsSpan(Length), out var written);
        Length += written;
        return this;
    }

    /// <summary>Appends the decimal as a JSON string.</summary>
    public ByteBuffer AppendQuoted(decimal value)
    {
        Ensure(WireDecimal.MaxLength + 2);
        _array[Length++] = (byte)'"';
        Length += WireDecimal.Format(value, _array.AsSpan(Length));
        _array[Length++] = (byte)'"';
        return this;
    }

    /// <summary>Appends the time as a JSON string: UTC, microseconds, <c>2026-11-22T10:00:00.123456Z</c>.</summary>
    public ByteBuffer AppendQuoted(DateTimeOffset value)
    {
        Ensure(30);
        _array[Length++] = (byte)'"';
        Length += WireTime.Format(value, _array.AsSpan(Length));
        _array[Length++] = (byte)'"';
        return this;
    }

    /// <summary>Appends the text as a JSON string, escaped.</summary>
    public ByteBuffer AppendQuoted(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return AppendByte((byte)'"').Append(encoded.EncodedUtf8Bytes).AppendByte((byte)'"');
    }

    public override string ToString() => Encoding.UTF8.GetString(Written);

    private void Ensure(int more)
    {
        if (_array.Length - Length < more)
            System.Array.Resize(ref _array, Math.Max(_array.Length * 2, Length + more));
    }
}
