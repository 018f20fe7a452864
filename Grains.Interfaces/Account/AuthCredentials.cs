using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// A key pair of a role. Set by configuration or in process, never over ZeroMQ; its text form shows nothing of it.
/// </summary>
[GenerateSerializer, Immutable, Alias("exchange.auth-credentials")]
public sealed record AuthCredentials
{
    /// <summary>API key (Binance, GRVT) or client id (Deribit).</summary>
    [Id(0)]
    public required string Key { get; init; }

    /// <summary>HMAC secret, PKCS#8 private key (Binance) or client secret (Deribit).</summary>
    [Id(1)]
    public string? Secret { get; init; }

    /// <summary>The private key that signs orders (GRVT).</summary>
    [Id(2)]
    public string? PrivateKey { get; init; }

    /// <summary>The sub-account (GRVT).</summary>
    [Id(3)]
    public string? SubAccountId { get; init; }

    /// <summary>Shows that there are credentials, and nothing of them.</summary>
    public override string ToString() => "credentials (hidden)";
}
