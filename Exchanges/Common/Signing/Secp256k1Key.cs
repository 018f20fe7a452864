using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;

namespace Exchange.Exchanges.Common.Signing;

/// <summary>
/// Signs digests with ECDSA on secp256k1 as Ethereum has it: deterministic (RFC 6979 with HMAC-SHA256), s in the lower half, with the
/// recovery id. The base library's <see cref="System.Security.Cryptography.ECDsa"/> gives none of the three. The key is not to be had back.
/// </summary>
internal sealed class Secp256k1Key
{
    /// <summary>Bytes of a private key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of an address.</summary>
    public const int AddressLength = 20;

    private static readonly X9ECParameters _curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger _half = _curve.N.ShiftRight(1);

    // Keeps a table of multiples of the base point, made at the first use: a fraction of the time of a general multiplication.
    private static readonly FixedPointCombMultiplier _baseMultiplier = new();

    private readonly BigInteger _secret;

    private Secp256k1Key(BigInteger secret)
    {
        _secret = secret;
        var point = _baseMultiplier.Multiply(_curve.G, secret).Normalize().GetEncoded(compressed: false);
        Address = Keccak256.Hash(point.AsSpan(1))[^AddressLength..];
    }

    /// <summary>The Ethereum address of the public key.</summary>
    public byte[] Address { get; }

    /// <summary>Takes a private key; null when it is none (wrong length, zero, or not below the curve's order).</summary>
    public static Secp256k1Key? TryCreate(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != KeyLength)
            return null;
        var number = new BigInteger(1, secret.ToArray());
        return number.SignValue > 0 && number.CompareTo(_curve.N) < 0 ? new Secp256k1Key(number) : null;
    }

    /// <summary>Signs a digest of 32 bytes; safe from any thread.</summary>
    public RecoverableSignature Sign(byte[] digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, KeyLength);
        var message = new BigInteger(1, digest);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(_curve.N, _secret, digest);
        while (true)
        {
            var k = nonces.NextK();
            var point = _baseMultiplier.Multiply(_curve.G, k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(_curve.N);
            var s = k.ModInverse(_curve.N).Multiply(message.Add(_secret.Multiply(r))).Mod(_curve.N);

            // Neither happens in practice; v has no value for an x beyond the order.
            if (s.SignValue == 0 || r.SignValue == 0 || !r.Equals(x))
                continue;
            var odd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(_half) > 0)
            {
                s = _curve.N.Subtract(s);
                odd = !odd;
            }

            return new RecoverableSignature(Fixed(r), Fixed(s), (byte)(odd ? 28 : 27));
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "secp256k1 key (hidden)";

    private static byte[] Fixed(BigInteger number)
    {
        var bytes = number.ToByteArrayUnsigned();
        if (bytes.Length == KeyLength)
            return bytes;
        var padded = new byte[KeyLength];
        bytes.CopyTo(padded, KeyLength - bytes.Length);
        return padded;
    }
}
