using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Exchange.Exchanges.Common.Signing;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Signs requests with one API key (venue sheet, section 4). The kind of key is found in the secret itself: PKCS#8 says which curve
/// it is for, anything else is an HMAC secret. Nothing of the secret is ever told.
/// </summary>
internal abstract class BinanceSigner
{
    /// <summary>Room enough for the text of any signature: RSA of 8192 bits.</summary>
    public const int MaxSignatureLength = 1368;

    private BinanceSigner(string apiKey) => ApiKey = apiKey;

    /// <summary>The key that names us to the venue. Not for logs either.</summary>
    public string ApiKey { get; }

    /// <summary>Whether the venue lets a WebSocket API session log on with it: Ed25519 alone.</summary>
    public virtual bool CanLogOn => false;

    /// <summary>What kind of key it is, for a status or an error.</summary>
    public abstract string Kind { get; }

    /// <summary>Makes the signer of a key pair; the error says which part is wrong and shows nothing of it.</summary>
    public static Result<BinanceSigner> Create(AuthCredentials? credentials)
    {
        if (credentials is null || string.IsNullOrWhiteSpace(credentials.Key))
            return Missing("there is no API key; set BINANCE_API_KEY and BINANCE_API_SECRET");
        if (string.IsNullOrWhiteSpace(credentials.Secret))
            return Missing("there is an API key but no secret; set BINANCE_API_SECRET");
        var apiKey = credentials.Key.Trim();
        var secret = credentials.Secret.Trim();
        if (!apiKey.All(c => c is > ' ' and <= '~' and not '"' and not '\\'))
            return Wrong("the API key holds characters that no key has");
        if (Pkcs8Key.TryRead(secret) is not { } key)
        {
            return Pkcs8Key.LooksLikePem(secret)
                ? Wrong("the secret is PEM that cannot be read; Binance's keys are unencrypted PKCS#8 (BEGIN PRIVATE KEY)")
                : new HmacSigner(apiKey, secret);
        }

        switch (key.Algorithm)
        {
            case Pkcs8Algorithm.Ed25519:
                return key.Ed25519Seed() is { } seed ? new Ed25519Signer(apiKey, seed) : Wrong("the Ed25519 private key cannot be read");
            case Pkcs8Algorithm.Rsa:
                try
                {
                    return new RsaSigner(apiKey, key.Der);
                }
                catch (CryptographicException)
                {
                    return Wrong("the RSA private key cannot be read");
                }

            default:
                return Wrong("the private key is neither Ed25519 nor RSA; Binance takes HMAC, Ed25519 and RSA keys");
        }
    }

    /// <summary>Signs a text and writes the signature as the venue wants it: hex of an HMAC, base64 of the others.</summary>
    /// <param name="text">What is signed.</param>
    /// <param name="signature">At least <see cref="MaxSignatureLength"/> long.</param>
    /// <returns>The bytes written.</returns>
    public abstract int Sign(ReadOnlySpan<byte> text, Span<byte> signature);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} key (hidden)";

    private static ExchangeError Missing(string why) =>
        new() { Code = ExchangeErrorCode.CredentialsMissing, Message = $"Binance credentials: {why}", Outcome = CommandOutcome.Rejected };

    private static ExchangeError Wrong(string why) =>
        new() { Code = ExchangeErrorCode.AuthenticationFailed, Message = $"Binance credentials: {why}", Outcome = CommandOutcome.Rejected };

    private sealed class HmacSigner(string apiKey, string secret) : BinanceSigner(apiKey)
    {
        private readonly Lock _gate = new();

        // Keeps the key's half of the work from one signature to the next: half the time of hashing anew.
        private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));

        public override string Kind => "HMAC";

        public override int Sign(ReadOnlySpan<byte> text, Span<byte> signature)
        {
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            lock (_gate)
            {
                _hmac.AppendData(text);
                _hmac.GetHashAndReset(hash);
            }

            Convert.TryToHexStringLower(hash, signature, out var written);
            return written;
        }
    }

    private sealed class Ed25519Signer(string apiKey, byte[] seed) : BinanceSigner(apiKey)
    {
        private readonly Ed25519Key _key = new(seed);

        public override string Kind => "Ed25519";

        public override bool CanLogOn => true;

        public override int Sign(ReadOnlySpan<byte> text, Span<byte> signature)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(text.Length);
            try
            {
                text.CopyTo(buffer);
                Base64.EncodeToUtf8(_key.Sign(buffer, text.Length), signature, out _, out var written);
                return written;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private sealed class RsaSigner : BinanceSigner
    {
        private readonly RSA _key = RSA.Create();

        public RsaSigner(string apiKey, byte[] pkcs8)
            : base(apiKey) => _key.ImportPkcs8PrivateKey(pkcs8, out _);

        public override string Kind => "RSA";

        public override int Sign(ReadOnlySpan<byte> text, Span<byte> signature)
        {
            // RSA objects are not made for use by several threads at once.
            byte[] bytes;
            lock (_key)
                bytes = _key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            Base64.EncodeToUtf8(bytes, signature, out _, out var written);
            return written;
        }
    }
}
