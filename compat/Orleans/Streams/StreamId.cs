using System.Runtime.Serialization;
using System.Text;
using Orleans.Streams;

namespace Orleans.Runtime;

/// <summary>Names a stream within its provider: a namespace and a key.</summary>
[Immutable]
[GenerateSerializer]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>, ISerializable, ISpanFormattable, IUtf8SpanFormattable
{
    [Id(0)]
    private readonly byte[]? _fullKey;

    [Id(1)]
    private readonly ushort _keyIndex;

    [Id(2)]
    private readonly int _hash;

    private StreamId(byte[] fullKey, int keyIndex)
    {
        _fullKey = fullKey;
        _keyIndex = checked((ushort)keyIndex);
        var hash = new HashCode();
        hash.AddBytes(fullKey);
        _hash = hash.ToHashCode();
    }

    public ReadOnlyMemory<byte> FullKey => _fullKey;

    public ReadOnlyMemory<byte> Namespace => FullKey[.._keyIndex];

    public ReadOnlyMemory<byte> Key => FullKey[_keyIndex..];

    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentNullException(nameof(key));
        }

        return new StreamId([.. ns, .. key], ns.Length);
    }

    public static StreamId Create(string? ns, Guid key) => Create(ns, key.ToString("N"));

    public static StreamId Create(string? ns, long key) => Create(ns, key.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static StreamId Create(string? ns, string key)
    {
        var nsBytes = ns is null ? [] : Encoding.UTF8.GetBytes(ns);
        return new StreamId([.. nsBytes, .. Encoding.UTF8.GetBytes(key)], nsBytes.Length);
    }

    public static StreamId Create(IStreamIdentity streamIdentity) => Create(streamIdentity.Namespace, streamIdentity.Guid);

    public string GetKeyAsString() => Encoding.UTF8.GetString(Key.Span);

    public string? GetNamespace() => _keyIndex == 0 ? null : Encoding.UTF8.GetString(Namespace.Span);

    public bool Equals(StreamId other) => _hash == other._hash && FullKey.Span.SequenceEqual(other.FullKey.Span);

    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    public override int GetHashCode() => _hash;

    public int CompareTo(StreamId other) => FullKey.Span.SequenceCompareTo(other.FullKey.Span);

    public void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        info.AddValue("fk", _fullKey);
        info.AddValue("ki", _keyIndex);
        info.AddValue("fh", _hash);
    }

    public override string ToString() => $"{GetNamespace() ?? "null"}/{GetKeyAsString()}";

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite($"{GetNamespace() ?? "null"}/{GetKeyAsString()}", out charsWritten);

    bool IUtf8SpanFormattable.TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Encoding.UTF8.TryGetBytes(ToString(), utf8Destination, out bytesWritten);

    public static bool operator ==(StreamId s1, StreamId s2) => s1.Equals(s2);

    public static bool operator !=(StreamId s1, StreamId s2) => !s1.Equals(s2);
}
