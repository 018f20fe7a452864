using System.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>The signatures that Deribit has published (venue sheet, section 2.4), and what keeps secrets in.</summary>
public sealed class DeribitSignerTests
{
    [Theory]
    [InlineData("AMANDASECRECT", 1576074319000, "1iqt2wls", "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1")]
    [InlineData("ABCD", 1554883365000, "fdbmmz79", "e20c9cd5639d41f8bbc88f4d699c4baf94a4f0ee320e9a116b72743c449eb994")]
    public void A_login_is_signed_as_published(string secret, long timestamp, string nonce, string signature) =>
        Assert.Equal(signature, Signer("AMANDA", secret).SignLogin(timestamp, nonce));

    [Fact]
    public void A_request_is_signed_as_published() => Assert.Equal(
        "deri-hmac-sha256 id=AMANDA,ts=1576074319000,nonce=1iqt2wls,sig=9bfbc51a2bc372d72cc396cf1a213dc78d42eb74cb7dc272351833ad0de276ab",
        Signer("AMANDA", "AMANDASECRECT").Authorization(1576074319000, "1iqt2wls", "GET", "/api/v2/private/get_account_summary?currency=BTC"));

    /// <summary>Test 30: what is signed is the query as it is sent.</summary>
    [Fact]
    public void A_query_is_escaped_once_and_signed_so()
    {
        var query = new DeribitParams(asQuery: true).Add("label", "a:b/c d").Add("amount", 1.50m).Add("flag", true).Add("count", 7L);
        Assert.Equal("label=a%3Ab%2Fc%20d&amount=1.5&flag=true&count=7", query.ToString());
        Assert.Equal("/api/v2/private/x?label=a%3Ab", DeribitRest.Path("private/x", p => p.Add("label", "a:b")));
    }

    [Fact]
    public void A_nonce_is_used_once() => Assert.NotEqual(DeribitSigner.NewNonce(), DeribitSigner.NewNonce());

    [Fact]
    public void A_signer_does_not_show_its_secret() => Assert.DoesNotContain("AMANDASECRECT", Signer("AMANDA", "AMANDASECRECT").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, null, ExchangeErrorCode.CredentialsMissing, "DERIBIT_CLIENT_ID")]
    [InlineData("id", "", ExchangeErrorCode.CredentialsMissing, "DERIBIT_CLIENT_SECRET")]
    [InlineData("i d", "s", ExchangeErrorCode.AuthenticationFailed, "client id")]
    [InlineData("id", "-----BEGIN PRIVATE KEY-----", ExchangeErrorCode.AuthenticationFailed, "PEM")]
    public void Credentials_that_cannot_be_used_are_named(string? id, string? secret, ExchangeErrorCode code, string named)
    {
        var error = DeribitSigner.Create(id is null ? null : new AuthCredentials { Key = id, Secret = secret }).Error!;
        Assert.Equal(code, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The secret is sent only by who chose so.</summary>
    [Theory]
    [InlineData("client_signature", false)]
    [InlineData("client_credentials", true)]
    public void A_login_holds_the_secret_only_where_that_was_chosen(string grant, bool holds)
    {
        var options = new DeribitOptions { GrantType = grant };
        using var access = new DeribitAccess(options, 1, Venues.Deribit, TimeProvider.System, null, null);
        access.SetCredentials(new AuthCredentials { Key = "AMANDA", Secret = "AMANDASECRECT" });
        var login = new DeribitLogin(access, options, "oms", ["trade:read_write"], ["account:read_write"]);
        var request = new DeribitParams();
        login.ByKey(request, access.Private.Signer!);
        var text = Encoding.UTF8.GetString(request.Written);
        Assert.Equal(holds, text.Contains("AMANDASECRECT", StringComparison.Ordinal));
        Assert.Equal(!holds, text.Contains("\"signature\":", StringComparison.Ordinal));
        Assert.Contains("\"scope\":\"session:exchange-oms trade:read_write account:read_write\"", text, StringComparison.Ordinal);
    }

    private static DeribitSigner Signer(string id, string secret) => DeribitSigner.Create(new AuthCredentials { Key = id, Secret = secret }).OrThrow();
}
