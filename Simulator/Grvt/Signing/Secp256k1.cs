using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;

namespace Exchange.Simulator.Grvt.Signing;

/// <summary>Finds who signed: the point of the public key from a signature, and the address from the point (SEC 1, section 4.1.6).</summary>
internal static class Secp256k1
{
    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters _parameters = CustomNamedCurves.GetByName("secp256k1");

    /// <summary>True when s lies in the upper half: the venue takes none of those.</summary>
    public static bool IsHigh(byte[] s) => new BigInteger(1, s).CompareTo(_parameters.N.ShiftRight(1)) > 0;

    /// <summary>The address that signed the digest, in lower case; null when no key can have made the signature.</summary>
    /// <param name="digest">32 bytes.</param>
    /// <param name="r">32 bytes.</param>
    /// <param name="s">32 bytes.</param>
    /// <param name="v">27 or 28.</param>
    public static string? Recover(byte[] digest, byte[] r, byte[] s, int v)
    {
        var order = _parameters.N;
        BigInteger x = new(1, r), factor = new(1, s);
        if (x.SignValue == 0 || factor.SignValue == 0 || x.CompareTo(order) >= 0 || factor.CompareTo(order) >= 0 || v is not (27 or 28))
        {
            return null;
        }

        ECPoint point;
        try
        {
            point = _parameters.Curve.DecodePoint([(byte)(v - 25), .. r]);
        }
        catch (ArgumentException)
        {
            // No point has this x.
            return null;
        }

        // Q = r⁻¹(sR − eG)
        var inverse = x.ModInverse(order);
        var ofBase = new BigInteger(1, digest).Negate().Mod(order).Multiply(inverse).Mod(order);
        var key = ECAlgorithms.SumOfTwoMultiplies(_parameters.G, ofBase, point, factor.Multiply(inverse).Mod(order)).Normalize();
        return key.IsInfinity ? null : AddressOf(key);
    }

    /// <summary>The address of a private key.</summary>
    public static string AddressOf(byte[] secret) => AddressOf(_parameters.G.Multiply(new BigInteger(1, secret)).Normalize());

    private static string AddressOf(ECPoint key) => "0x" + Convert.ToHexStringLower(Keccak.Hash(key.GetEncoded(compressed: false).AsSpan(1))[12..]);
}
