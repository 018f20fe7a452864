using System.Buffers.Binary;

namespace Exchange.Exchanges.Common.Signing;

/// <summary>The encoding of an EIP-712 struct: 32-byte big-endian words in the order of its type, hashed together.</summary>
internal ref struct Eip712Words
{
    /// <summary>Bytes of one word.</summary>
    public const int WordLength = 32;

    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Starts a struct with the hash of its type.</summary>
    /// <param name="buffer">Room for the type hash and every word.</param>
    /// <param name="typeHash">The hash of the type's text.</param>
    public Eip712Words(Span<byte> buffer, ReadOnlySpan<byte> typeHash)
    {
        _buffer = buffer;
        Add(typeHash);
    }

    /// <summary>Adds up to 32 bytes, right-aligned: a hash, a uint256, an address.</summary>
    public void Add(scoped ReadOnlySpan<byte> value)
    {
        var word = Next();
        value.CopyTo(word[(WordLength - value.Length)..]);
    }

    /// <summary>Adds an unsigned integer of any width up to 64 bits.</summary>
    public void Add(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Next()[(WordLength - sizeof(ulong))..], value);

    /// <summary>Adds a signed integer of 64 bits; a negative one is extended by its sign.</summary>
    public void Add(long value)
    {
        var word = Next();
        if (value < 0)
            word.Fill(0xFF);
        BinaryPrimitives.WriteInt64BigEndian(word[(WordLength - sizeof(long))..], value);
    }

    /// <summary>Adds a bool.</summary>
    public void Add(bool value) => Add(value ? 1UL : 0UL);

    /// <summary>The hash of what was added.</summary>
    public readonly byte[] Hash() => Keccak256.Hash(_buffer[.._length]);

    /// <summary>What is signed in the end: 0x19 0x01, the domain's separator and the struct's hash.</summary>
    public static byte[] Digest(ReadOnlySpan<byte> separator, ReadOnlySpan<byte> structHash)
    {
        Span<byte> all = stackalloc byte[2 + WordLength + WordLength];
        all[0] = 0x19;
        all[1] = 0x01;
        separator.CopyTo(all[2..]);
        structHash.CopyTo(all[(2 + WordLength)..]);
        return Keccak256.Hash(all);
    }

    private Span<byte> Next()
    {
        var word = _buffer.Slice(_length, WordLength);
        word.Clear();
        _length += WordLength;
        return word;
    }
}
