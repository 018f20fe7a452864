using Org.BouncyCastle.Crypto.Digests;

namespace Exchange.Exchanges.Common.Signing;

/// <summary>
/// Keccak-256 as Ethereum has it: the padding of the original submission, not that of SHA-3 (<see cref="System.Security.Cryptography.SHA3_256"/>
/// gives other hashes).
/// </summary>
internal static class Keccak256
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = 32;

    /// <summary>Hashes; safe from any thread.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        // The digest takes arrays in the older of the two crypto packages (build/Packages.targets).
        var copy = data.ToArray();
        var digest = new KeccakDigest(HashLength * 8);
        digest.BlockUpdate(copy, 0, copy.Length);
        var hash = new byte[HashLength];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
