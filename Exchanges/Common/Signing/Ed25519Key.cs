using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Exchange.Exchanges.Common.Signing;

/// <summary>Signs with Ed25519 (RFC 8032), which the base library lacks.</summary>
internal sealed class Ed25519Key
{
    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    private readonly byte[] _seed;
    private readonly byte[] _public = new byte[32];

    /// <summary>Takes the 32 bytes of the private key.</summary>
    public Ed25519Key(byte[] seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, 32);
        _seed = seed;
        Ed25519.GeneratePublicKey(_seed, 0, _public, 0);
    }

    /// <summary>The public key.</summary>
    public ReadOnlySpan<byte> PublicKey => _public;

    /// <summary>Signs; the array is the caller's to keep.</summary>
    public byte[] Sign(byte[] message, int length)
    {
        var signature = new byte[SignatureLength];
        Ed25519.Sign(_seed, 0, _public, 0, message, 0, length, signature, 0);
        return signature;
    }
}
