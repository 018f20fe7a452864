using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Grains.Interfaces;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Signatures against the vectors of the venue sheet, section 4.5; T13, T14, T35, T37.</summary>
public sealed class BinanceSignerTests
{
    private const string K1 = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
    private const string K2 = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    private const string A2 = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
    private const string A3 = "4yNzx3yWC5bS6YTwEkSRaC0nRmSQIIStAUOh1b6kqaBrTLIhjCpI5lJH8q8R8WNO";
    private const string E = "MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u";
    private const string P = "recvWindow=5000&timestamp=1591702613943";

    [Theory]
    [InlineData("V1", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&" + P, "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")]
    [InlineData("V1n", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=9000&" + P, "ec11dcc17e67e47f0d3c3f513dfe9062307e37619c5c82ebaa8fe0bdf3d59519")]
    [InlineData("V2", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&recvWindow=5000&timestamp= 1591702613943", "f9d0ae5e813ef6ccf15c2b5a434047a0181cb5a342b903b367ca6d27a66e36f2")]
    [InlineData("V2c", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&recvWindow=5000&timestamp=1591702613943", "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4")]
    [InlineData("V3", K2, "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559", "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")]
    [InlineData("V4", K2, "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559", "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3")]
    [InlineData("V5", K2, "timestamp=1578963600000", "d84e6641b1e328e7b418fff030caed655c266299c9355e36ce801ed14631eed4")]
    [InlineData("V6", K2, "apiKey=" + A2 + "&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT", "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24")]
    [InlineData("V7", K2, "apiKey=" + A2 + "&price=0.10000000&quantity=1.00000000&recvWindow=5000&side=BUY&symbol=１２３４５６&timeInForce=GTC&timestamp=1645423376532&type=LIMIT", "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd")]
    [InlineData("V8", K2, "apiKey=" + A2 + "&timestamp=1649729878532", "1cf54395b336b0a9727ef27d5d98987962bc47aca6e13fe978612d0adee066ed")]
    [InlineData("V9", E, "A\u0001EXAMPLE\u0001SPOT\u00011\u000120240627-11:17:25.223", "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==")]
    [InlineData("V10", E, "apiKey=" + A3 + "&timestamp=1649729878532", "cGkloHLHGGNbrduoWDYBlzIPwRHyDVYVfCE0rDkPwKdKedurBgm2JNWRkwloQDBFG6Mcloavo1siYfEtZbV/Ag==")]
    [InlineData("V11", E, "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=0.2&timestamp=1668481559918&recvWindow=5000", "inDT086KVIP8vgUfw5sV3VTkescWztiAGlf4x8FLKHM4NInsn0c1kYVLoGMO8cyjfR6vmTku2YQE0gtfVVlfCw==")]
    [InlineData("V12", K2, "apiKey=" + A2 + "&newClientOrderId=t-0001&price=50000.10&quantity=0.002&recvWindow=5000&reduceOnly=true&side=SELL&symbol=BTCUSDT&timeInForce=GTX&timestamp=1700000000000&type=LIMIT", "b9995e3c6e9bd55597174c365813cd8e42abab81c44826bc2054e20437efe88a")]
    [InlineData("V12", E, "apiKey=" + A2 + "&newClientOrderId=t-0001&price=50000.10&quantity=0.002&recvWindow=5000&reduceOnly=true&side=SELL&symbol=BTCUSDT&timeInForce=GTX&timestamp=1700000000000&type=LIMIT", "8MQy1r5aZiRg735wi1Q3/L3KA86c2Zdl6I+ruF1JUqu75TPkS8V3aFZMWORCYDKBc5dA512IRGg2e6ox7gquAw==")]
    public void The_vectors_are_reproduced(string vector, string secret, string text, string signature)
    {
        Assert.NotEmpty(vector);
        Assert.Equal(signature, Sign(Signer(A2, secret), text));
    }

    /// <summary>V12 through the writer: added in another order, with numbers that carry zeros, and a signature that is no part of itself.</summary>
    [Fact]
    public void A_request_of_the_WebSocket_API_is_signed_sorted_and_raw()
    {
        var request = new BinanceParams()
            .Add("symbol", "BTCUSDT").Add("side", "SELL").Add("type", "LIMIT").Add("timeInForce", "GTX").Add("quantity", 0.0020m)
            .Add("price", "50000.10").Add("reduceOnly", "true").Add("newClientOrderId", "t-0001").Add("recvWindow", 5000)
            .Add("timestamp", 1700000000000).Add("apiKey", A2);
        using var json = JsonDocument.Parse(Json(request, Signer(A2, K2)));
        Assert.Equal("b9995e3c6e9bd55597174c365813cd8e42abab81c44826bc2054e20437efe88a", json.RootElement.GetProperty("signature").GetString());
        Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("timestamp").ValueKind);
        Assert.Equal("0.002", json.RootElement.GetProperty("quantity").GetString());
        Assert.Equal("true", json.RootElement.GetProperty("reduceOnly").GetString());
    }

    /// <summary>V4 and V7: the same symbol is percent-encoded in a query and raw in the WebSocket API.</summary>
    [Fact]
    public void Symbols_that_are_not_ASCII_are_signed_as_they_travel()
    {
        var query = new BinanceParams()
            .Add("symbol", "１２３４５６").Add("side", "BUY").Add("type", "LIMIT").Add("timeInForce", "GTC").Add("quantity", 1m).Add("price", 0.10m)
            .Add("recvWindow", 5000).Add("timestamp", 1499827319559).ToQuery(Signer(A2, K2));
        Assert.EndsWith("&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3", query, StringComparison.Ordinal);
        var json = Json(
            new BinanceParams().Add("symbol", "１２３４５６").Add("side", "BUY").Add("type", "LIMIT").Add("timeInForce", "GTC").Add("quantity", "1.00000000")
                .Add("price", "0.10000000").Add("recvWindow", 5000).Add("timestamp", 1645423376532).Add("apiKey", A2),
            Signer(A2, K2));
        Assert.Contains("\"symbol\":\"１２３４５６\"", json, StringComparison.Ordinal);
        Assert.EndsWith("\"signature\":\"b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd\"}", json, StringComparison.Ordinal);
    }

    /// <summary>T14: the signature is last, and base64 is percent-encoded.</summary>
    [Fact]
    public void In_a_query_the_signature_is_last_and_encoded()
    {
        var query = new BinanceParams()
            .Add("symbol", "BTCUSDT").Add("side", "SELL").Add("type", "LIMIT").Add("timeInForce", "GTC").Add("quantity", 1m).Add("price", 0.2m)
            .Add("timestamp", 1668481559918).Add("recvWindow", 5000).ToQuery(Signer(A2, E));
        Assert.EndsWith("&signature=inDT086KVIP8vgUfw5sV3VTkescWztiAGlf4x8FLKHM4NInsn0c1kYVLoGMO8cyjfR6vmTku2YQE0gtfVVlfCw%3D%3D", query, StringComparison.Ordinal);
        Assert.Equal("listenKey=a%2Fb%20c", new BinanceParams().Add("listenKey", "a/b c").ToQuery(null));
    }

    /// <summary>T13: whatever the members, their order and their letters, the signature is that of the sorted raw text without itself.</summary>
    [Fact]
    public void Any_request_is_signed_as_the_venue_checks_it()
    {
        var names = Gen.Elements("symbol", "side", "price", "newClientOrderId", "apiKey", "recvWindow", "Zeta", "a", "timestamp2");
        var values = Gen.Elements("BTCUSDT", "０", "a/b:c", "quote\"back\\slash", "tab\tline\n", "é", "😀", "", "+/=&%").Or(ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(s => new string([.. s.Get.Where(c => !char.IsSurrogate(c))])));
        var requests = Gen.Zip(names, values).ListOf().Select(all => all.DistinctBy(p => p.Item1).ToArray());
        Prop.ForAll(requests.ToArbitrary(), members =>
        {
            var request = new BinanceParams().Add("timestamp", 1700000000000);
            foreach (var (name, value) in members)
                request.Add(name, value);
            using var json = JsonDocument.Parse(Json(request, Signer(A2, K2)));
            var sent = json.RootElement.EnumerateObject().Where(p => p.Name != "signature").Select(p => (p.Name, Value: p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetRawText() : p.Value.GetString()!)).ToList();
            Assert.Equal(members.Length + 1, sent.Count);
            Assert.All(members, m => Assert.Contains((m.Item1, m.Item2), sent));
            var text = string.Join('&', sent.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}"));
            var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(K2), Encoding.UTF8.GetBytes(text)));
            Assert.Equal(expected, json.RootElement.GetProperty("signature").GetString());
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>T37: no exponent, no comma, no zeros at the end, under any culture.</summary>
    [Theory]
    [InlineData("0.0000001", "0.0000001")]
    [InlineData("60000.1000", "60000.1")]
    [InlineData("100", "100")]
    [InlineData("-0.50", "-0.5")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    public void Decimals_are_written_plain(string value, string written)
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal("q=" + written, new BinanceParams().Add("q", decimal.Parse(value, CultureInfo.InvariantCulture)).ToQuery(null));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>A secret of 64 characters decodes as 48 bytes, exactly as many as an Ed25519 key has: the OID tells them apart.</summary>
    [Fact]
    public void The_kind_of_a_key_is_told_by_its_OID()
    {
        Assert.Equal("HMAC", Signer(A2, K1).Kind);
        Assert.Equal("HMAC", Signer(A2, K2).Kind);
        Assert.Equal(("Ed25519", true), (Signer(A2, E).Kind, Signer(A2, E).CanLogOn));
        Assert.Equal("Ed25519", Signer(A2, $"-----BEGIN PRIVATE KEY-----\n{E}\n-----END PRIVATE KEY-----\n").Kind);
        Assert.Equal("Ed25519", Signer(A2, $"-----BEGIN PRIVATE KEY-----\\n{E}\\n-----END PRIVATE KEY-----").Kind);
        var looksLikeAKey = Convert.ToBase64String(Enumerable.Range(0, 48).Select(i => (byte)i).ToArray());
        Assert.Equal("HMAC", Signer(A2, looksLikeAKey).Kind);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertRefused(curve.ExportPkcs8PrivateKeyPem(), ExchangeErrorCode.AuthenticationFailed, "HMAC, Ed25519 and RSA");
        AssertRefused("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----", ExchangeErrorCode.AuthenticationFailed, "PKCS#8");
        AssertRefused(" ", ExchangeErrorCode.CredentialsMissing, "BINANCE_API_SECRET");
        Assert.Equal(ExchangeErrorCode.CredentialsMissing, BinanceSigner.Create(null).Error!.Code);
    }

    /// <summary>RSA has no published vector with its private key: the base library checks what we sign.</summary>
    [Fact]
    public void RSA_keys_sign_too()
    {
        using var rsa = RSA.Create(2048);
        var signer = Signer(A2, rsa.ExportPkcs8PrivateKeyPem());
        Assert.Equal(("RSA", false), (signer.Kind, signer.CanLogOn));
        var signature = Convert.FromBase64String(Sign(signer, "timestamp=1"));
        Assert.True(rsa.VerifyData("timestamp=1"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void Nothing_of_a_key_is_shown()
    {
        foreach (var secret in new[] { K1, E })
        {
            var signer = Signer(A2, secret);
            Assert.DoesNotContain(secret, signer.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(A2, signer.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_HMAC_signature_allocates_nothing()
    {
        var signer = Signer(A2, K2);
        var text = Encoding.UTF8.GetBytes("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&" + P);
        Span<byte> signature = stackalloc byte[BinanceSigner.MaxSignatureLength];
        signer.Sign(text, signature);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            signer.Sign(text, signature);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 800);
    }

    private static void AssertRefused(string secret, ExchangeErrorCode code, string hint)
    {
        var error = BinanceSigner.Create(new AuthCredentials { Key = A2, Secret = secret }).Error!;
        Assert.Equal(code, error.Code);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    private static BinanceSigner Signer(string key, string secret) => BinanceSigner.Create(new AuthCredentials { Key = key, Secret = secret }).OrThrow();

    private static string Sign(BinanceSigner signer, string text)
    {
        Span<byte> signature = stackalloc byte[BinanceSigner.MaxSignatureLength];
        return Encoding.ASCII.GetString(signature[..signer.Sign(Encoding.UTF8.GetBytes(text), signature)]);
    }

    private static string Json(BinanceParams request, BinanceSigner signer)
    {
        var json = new ArrayBufferWriter<byte>();
        request.WriteJson(json, signer, new ArrayBufferWriter<byte>());
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
