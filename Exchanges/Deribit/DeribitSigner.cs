using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Signs with one API key's secret (venue sheet, sections 2.2 and 2.3): lower-case hex of an HMAC-SHA256 over time stamp, nonce and what is
/// signed, with line feeds between them. Nothing of the secret is ever told.
/// </summary>
internal sealed class DeribitSigner
{
    /// <summary>The length of a signature as text.</summary>
    public const int SignatureLength = 2 * HMACSHA256.HashSizeInBytes;

    private const string Scheme = "deri-hmac-sha256";

    private readonly string _secret;
    private readonly byte[] _key;

    private DeribitSigner(string clientId, string secret)
    {
        ClientId = clientId;
        _secret = secret;
        _key = Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>The id that names the key to the venue.</summary>
    public string ClientId { get; }

    /// <summary>Makes the signer of a key; the error says which part is wrong and shows nothing of it.</summary>
    public static Result<DeribitSigner> Create(AuthCredentials? credentials)
    {
        if (credentials is null || string.IsNullOrWhiteSpace(credentials.Key))
            return Missing("there is no client id; set DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET");
        if (string.IsNullOrWhiteSpace(credentials.Secret))
            return Missing("there is a client id but no secret; set DERIBIT_CLIENT_SECRET");
        var id = credentials.Key.Trim();
        var secret = credentials.Secret.Trim();
        if (!id.All(c => c is > ' ' and <= '~' and not '"' and not '\\' and not ','))
            return Wrong("the client id holds characters that none has");
        return secret.Contains("-----BEGIN", StringComparison.Ordinal)
            ? Wrong("the secret is a PEM key; keys with a key pair of their own are not supported, use one with a client secret")
            : new DeribitSigner(id, secret);
    }

    /// <summary>A nonce: used once, so that a request that was listened to cannot be sent again.</summary>
    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The signature that logs a socket in.</summary>
    /// <param name="timestampMs">Milliseconds since 1970, by the venue's clock; valid for 60 s.</param>
    /// <param name="nonce">Used once.</param>
    /// <param name="data">Anything, or nothing.</param>
    public string SignLogin(long timestampMs, string nonce, string data = "") =>
        Sign(string.Create(CultureInfo.InvariantCulture, $"{timestampMs}\n{nonce}\n{data}"));

    /// <summary>The header <c>Authorization</c> of one HTTP request.</summary>
    /// <param name="timestampMs">Milliseconds since 1970, by the venue's clock.</param>
    /// <param name="nonce">Used once.</param>
    /// <param name="method">The method, in capitals.</param>
    /// <param name="pathAndQuery">Byte for byte what is sent.</param>
    /// <param name="body">The body; empty for none.</param>
    public string Authorization(long timestampMs, string nonce, string method, string pathAndQuery, string body = "")
    {
        var signature = Sign(string.Create(CultureInfo.InvariantCulture, $"{timestampMs}\n{nonce}\n{method}\n{pathAndQuery}\n{body}\n"));
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme} id={ClientId},ts={timestampMs},nonce={nonce},sig={signature}");
    }

    /// <summary>Adds the secret itself, for who chose <c>client_credentials</c>.</summary>
    public void AddSecret(DeribitParams to) => to.Add("client_secret", _secret);

    /// <inheritdoc/>
    public override string ToString() => "HMAC key (hidden)";

    private string Sign(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToHexStringLower(hash);
    }

    private static ExchangeError Missing(string why) =>
        new() { Code = ExchangeErrorCode.CredentialsMissing, Message = $"Deribit credentials: {why}", Outcome = CommandOutcome.Rejected };

    private static ExchangeError Wrong(string why) =>
        new() { Code = ExchangeErrorCode.AuthenticationFailed, Message = $"Deribit credentials: {why}", Outcome = CommandOutcome.Rejected };
}
