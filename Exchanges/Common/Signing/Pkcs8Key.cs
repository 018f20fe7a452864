using System.Formats.Asn1;
using System.Text;

namespace Exchange.Exchanges.Common.Signing;

/// <summary>The kind of a PKCS#8 private key, by the OID that it carries.</summary>
internal enum Pkcs8Algorithm
{
    /// <summary>A kind that no venue here takes.</summary>
    Other = 0,
    /// <summary>1.3.101.112.</summary>
    Ed25519 = 1,
    /// <summary>1.2.840.113549.1.1.1.</summary>
    Rsa = 2,
}

/// <summary>
/// A private key as traders have it: PKCS#8, as PEM or as the base64 of it alone. It is told from a plain secret by its structure and
/// its OID, never by its length: 64 characters of a plain secret are base64 of 48 bytes too, as an Ed25519 key is.
/// </summary>
internal sealed class Pkcs8Key
{
    private const string Header = "-----BEGIN ";
    private const string Ed25519Oid = "1.3.101.112";
    private const string RsaOid = "1.2.840.113549.1.1.1";

    private readonly byte[] _privateKey;

    private Pkcs8Key(Pkcs8Algorithm algorithm, byte[] der, byte[] privateKey)
    {
        Algorithm = algorithm;
        Der = der;
        _privateKey = privateKey;
    }

    /// <summary>What kind it is.</summary>
    public Pkcs8Algorithm Algorithm { get; }

    /// <summary>The whole key.</summary>
    public byte[] Der { get; }

    /// <summary>The 32 bytes of an Ed25519 key; null when it holds something else.</summary>
    public byte[]? Ed25519Seed()
    {
        try
        {
            var seed = AsnDecoder.ReadOctetString(_privateKey, AsnEncodingRules.DER, out _);
            return seed.Length == 32 ? seed : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>True when the text claims to be PEM, readable or not.</summary>
    public static bool LooksLikePem(string text) => text.Contains(Header, StringComparison.Ordinal);

    /// <summary>Reads a key; null when the text is none (a plain secret, say).</summary>
    public static Pkcs8Key? TryRead(string text)
    {
        var body = text.Trim();
        if (LooksLikePem(body))
        {
            // Environment variables often carry the line ends as two characters.
            body = body.Replace("\\n", "\n", StringComparison.Ordinal);
            var label = body.IndexOf("-----BEGIN PRIVATE KEY-----", StringComparison.Ordinal);
            var end = body.IndexOf("-----END PRIVATE KEY-----", StringComparison.Ordinal);
            if (label < 0 || end < label)
                return null;
            body = body[(label + "-----BEGIN PRIVATE KEY-----".Length)..end];
        }

        var compact = new StringBuilder(body.Length);
        foreach (var c in body)
        {
            if (!char.IsWhiteSpace(c))
                compact.Append(c);
        }

        var der = new byte[compact.Length];
        return Convert.TryFromBase64String(compact.ToString(), der, out var length) ? TryDecode(der[..length]) : null;
    }

    private static Pkcs8Key? TryDecode(byte[] der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.BER);
            var key = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (!key.TryReadInt32(out var version) || version is not (0 or 1))
                return null;
            var oid = key.ReadSequence().ReadObjectIdentifier();
            var algorithm = oid switch
            {
                Ed25519Oid => Pkcs8Algorithm.Ed25519,
                RsaOid => Pkcs8Algorithm.Rsa,
                _ => Pkcs8Algorithm.Other,
            };
            return new Pkcs8Key(algorithm, der, key.ReadOctetString());
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
