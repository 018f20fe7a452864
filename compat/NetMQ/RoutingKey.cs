using System.Buffers.Binary;

namespace NetMQ;

/// <summary>The routing id of a ROUTER's peer, fit for a dictionary's key.</summary>
#pragma warning disable CA2231 // the genuine one has no operators
public readonly struct RoutingKey : IEquatable<RoutingKey>, IEquatable<byte[]>
#pragma warning restore CA2231
{
    /// <summary>Takes the id's bytes, which must not change.</summary>
    public RoutingKey(byte[] array) => Bytes = array;

    /// <summary>Takes the id in Base64, as <see cref="ToString"/> writes it.</summary>
    public RoutingKey(string b64) => Bytes = Convert.FromBase64String(b64);

    /// <summary>Takes a number in network order.</summary>
    public RoutingKey(long value)
    {
        Bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(Bytes, value);
    }

    internal byte[] Bytes { get; }

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj switch
    {
        RoutingKey key => Equals(key),
        byte[] bytes => Equals(bytes),
        _ => false,
    };

    /// <inheritdoc />
    public bool Equals(byte[]? x) => x is not null && Bytes.AsSpan().SequenceEqual(x);

    /// <inheritdoc />
    public bool Equals(RoutingKey x) => Equals(x.Bytes);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The id in Base64.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);
}
