using System.Security.Cryptography;
using System.Text;
using Exchange.Simulator.Binance.Trading;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Exchange.Simulator.Binance.Api;

/// <summary>An API key: whose it is, what it may do, and how its signatures are checked (sheet, section 4.1).</summary>
internal sealed class ApiKey
{
    private readonly byte[]? _secret;
    private readonly Ed25519PublicKeyParameters? _publicKey;

    public ApiKey(ApiKeyOptions options, Account account)
    {
        Key = options.Key;
        Account = account;
        CanTrade = options.CanTrade;
        _secret = options.Secret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
        _publicKey = options.Ed25519PublicKey is { } hex ? new Ed25519PublicKeyParameters(Convert.FromHexString(hex), 0) : null;
        if ((_secret is null) == (_publicKey is null))
        {
            throw new ArgumentException($"API key {Key}: a secret or an Ed25519 public key, and not both");
        }
    }

    public string Key { get; }

    public Account Account { get; }

    public bool CanTrade { get; }

    /// <summary>Only such a key may log a session on.</summary>
    public bool IsEd25519 => _publicKey is not null;

    public bool Verifies(string payload, string signature)
    {
        var message = Encoding.UTF8.GetBytes(payload);
        if (_secret is not null)
        {
            Span<byte> given = stackalloc byte[32];
            return signature.Length == 64
                && Convert.FromHexString(signature, given, out _, out _) == System.Buffers.OperationStatus.Done
                && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_secret, message), given);
        }

        Span<byte> bytes = stackalloc byte[64];
        if (!Convert.TryFromBase64String(signature, bytes, out var written) || written != 64)
        {
            return false;
        }

        var verifier = new Ed25519Signer();
        verifier.Init(false, _publicKey);
        verifier.BlockUpdate(message, 0, message.Length);
        return verifier.VerifySignature(bytes.ToArray());
    }
}
