using System.Globalization;
using Exchange.Exchanges.Common.Signing;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Signs orders with the private key of one API key's address (venue sheet, section 5). The key stays in here: nothing of it is told, and
/// there is no way to ask for it.
/// </summary>
internal sealed class GrvtSigner
{
    private readonly GrvtTypedData _typedData;
    private readonly Secp256k1Key _key;

    private GrvtSigner(string apiKey, ulong subAccountId, Secp256k1Key key, GrvtTypedData typedData)
    {
        ApiKey = apiKey;
        SubAccountId = subAccountId;
        Address = "0x" + Convert.ToHexStringLower(key.Address);
        _key = key;
        _typedData = typedData;
    }

    /// <summary>The API key that logs in at the edge. Not for logs either.</summary>
    public string ApiKey { get; }

    /// <summary>The sub-account that is traded.</summary>
    public ulong SubAccountId { get; }

    /// <summary>The signer's address in lower case, as it is sent with every order; public.</summary>
    public string Address { get; }

    /// <summary>The chain that signatures are for.</summary>
    public ulong ChainId => _typedData.ChainId;

    /// <summary>Makes the signer of an account; the error says which part is wrong and shows nothing of it.</summary>
    /// <param name="credentials">API key, private key and sub-account.</param>
    /// <param name="chainId">The environment's: 325 production, 326 testnet.</param>
    public static Result<GrvtSigner> Create(AuthCredentials? credentials, ulong chainId)
    {
        if (string.IsNullOrWhiteSpace(credentials?.Key))
            return Missing("there is no API key; set GRVT_API_KEY, GRVT_PRIVATE_KEY and GRVT_SUB_ACCOUNT_ID");
        if (string.IsNullOrWhiteSpace(credentials.PrivateKey))
            return Missing("there is an API key but no private key; set GRVT_PRIVATE_KEY");
        if (string.IsNullOrWhiteSpace(credentials.SubAccountId))
            return Missing("there is no sub-account; set GRVT_SUB_ACCOUNT_ID");
        var apiKey = credentials.Key.Trim();
        if (!apiKey.All(static c => c is > ' ' and <= '~' and not '"' and not '\\'))
            return Wrong("the API key holds characters that no key has");
        if (!ulong.TryParse(credentials.SubAccountId.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var subAccount) || subAccount == 0)
            return Wrong("the sub-account id is no decimal number above 0 of 64 bits; the address of the main account is another thing");
        var text = credentials.PrivateKey.Trim();
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            text = "0x" + text;
        if (GrvtUnits.TryHex(text, Secp256k1Key.KeyLength) is not { Length: Secp256k1Key.KeyLength } secret)
            return Wrong("the private key is not 64 hex digits, with or without 0x");
        if (Secp256k1Key.TryCreate(secret) is not { } key)
            return Wrong("the private key is no key of secp256k1");
        return new GrvtSigner(apiKey, subAccount, key, new GrvtTypedData(chainId));
    }

    /// <summary>Signs an order; safe from any thread.</summary>
    public RecoverableSignature Sign(in GrvtOrderTerms terms) => _key.Sign(_typedData.Order(terms));

    /// <summary>Signs a wallet's login, for accounts without an API key; the expiration is at most five minutes ahead, in unix nanoseconds.</summary>
    public RecoverableSignature SignLogin(uint nonce, long expiration) => _key.Sign(_typedData.Login(_key.Address, nonce, expiration));

    /// <inheritdoc/>
    public override string ToString() => "secp256k1 key (hidden)";

    private static ExchangeError Missing(string why) =>
        new() { Code = ExchangeErrorCode.CredentialsMissing, Message = $"GRVT credentials: {why}", Outcome = CommandOutcome.Rejected };

    private static ExchangeError Wrong(string why) =>
        new() { Code = ExchangeErrorCode.AuthenticationFailed, Message = $"GRVT credentials: {why}", Outcome = CommandOutcome.Rejected };
}
