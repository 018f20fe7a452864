using System.Globalization;
using Exchange.Exchanges.Common.Signing;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Exchanges.Grvt;

/// <summary>Signatures against the vectors of the venue sheet, section 5; its tests 1 to 6 of section 13.</summary>
public sealed class GrvtSignerTests
{
    private const string K1 = "f7934647276a6e1fa0af3f4467b4b8ddaf45d25a7368fa1a295eef49a446819d";
    private const string K2 = "c0663ca94684aead40c41a1cb3a94b68a24296e87245be3a186e882a29a15ee0";
    private const ulong Sub = 8289849667772468;
    private const long Expiration = 1730800479321350000;

    [Fact]
    public void Keccak_is_not_SHA3() => Assert.Equal("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45", Hex(Keccak256.Hash("abc"u8)));

    [Theory]
    [InlineData(325UL, "72fe716bb0105cb5a449731f4eb044bed644eb0d796360108a39c47064e17247")]
    [InlineData(326UL, "1254f97f8495f704630a238cbcd898a4b8ab20d77bb93e17049d3445f4f81f16")]
    [InlineData(327UL, "9c0a7c5bf881e6a6b24d160ca414969805f47b4d1484e059376ae9bbb9a0d047")]
    [InlineData(1UL, "950ca409f14e4f89a10e63790c40b5dc9c5fab89944e8c98112dece5b08415f6")]
    public void Every_chain_has_its_domain(ulong chainId, string separator) => Assert.Equal(separator, Hex(new GrvtTypedData(chainId).Separator));

    [Theory]
    [InlineData(K1, "0xe10ec9bb1ee30af8be35b32b163e7458a07ad987")]
    [InlineData(K2, "0xee2060eecac18bec7f8f670d751801294911e445")]
    [InlineData("0x" + K2, "0xee2060eecac18bec7f8f670d751801294911e445")]
    public void The_address_is_that_of_the_key(string key, string address) => Assert.Equal(address, Signer(key).Address);

    [Fact]
    public void The_hashes_of_an_order_are_those_of_the_sheet()
    {
        var o1 = Order("1.013", "68900.5");
        Assert.Equal("514628d9f8d34a5519135e6f21fa31c37c4ca8b3bb2f429df27b903acc16732b", Hex(GrvtTypedData.LegHash(o1)));
        Assert.Equal("b4881ee797638c45857a1a77f0f105d4d6fd0b62b0e190cf1beacab65d74fc27", Hex(Keccak256.Hash(GrvtTypedData.LegHash(o1))));
        Check(o1, "41650c08ab6e720f899307d7c2b4381a10c1301888375cec2dfefd6a583859eb", "03cb7ca7b353969ab2c00ff92fd472f81f59a84d28fa1aa39128176f21062982");
        Check(Order("1.123123123", "68900.777123479"),
            "e85ffec169d4ebd4b8057e5fbd31ed31d4511b2f2299bbce0adab6beb5fe2814", "2d0a437f7d64523386974c2a729d69604f8e2a7f0684b7de923845d8b175ab69");
        Check(o1 with { Builder = Builder() },
            "e25016c55a8577506f3d6218b660fc3c663cdaf2eded6517c9d501ca9f4addde", "46a2a47820e288bb356e9bbca03cb169daf6e082798cb500e00ac8f28867b899");

        static void Check(GrvtOrderTerms terms, string structHash, string digest)
        {
            Assert.Equal(structHash, Hex(GrvtTypedData.OrderHash(terms)));
            Assert.Equal(digest, Hex(new GrvtTypedData(326).Order(terms)));
        }
    }

    [Fact]
    public void O1() => Signed(Order("1.013", "68900.5"), 326,
        "205049c0db6e38fd88e4e46be81db7bc354520d52ec6268d210fa35b86c4f20a", "5c523d0ff8e6f12542fdcf34a6e6e2c547986b7c8fa53f86a5e656d9ab44b2fd", 28);

    [Fact]
    public void O2() => Signed(Order("1.123123123", "68900.777123479"), 326,
        "4279dbd734584fb07b016bce7d9f029e7f7f80e378dc65cddc06aa6b0c9e064a", "33835221a0fbcb700de3068169b45572a27756bff479f2887e8c89139e6f9609", 28);

    /// <summary>O3 and O4: the venue's SDK cuts them to O2; here they are refused, so that what is signed is what was asked for.</summary>
    [Theory]
    [InlineData("1.1231231234", "68900.7771234794")]
    [InlineData("1.1231231239", "68900.7771234799")]
    public void What_is_too_fine_is_refused_and_cut_by_nobody(string size, string price)
    {
        Assert.False(GrvtUnits.TrySize(Number(size), 9, out _));
        Assert.False(GrvtUnits.TryPrice(Number(price), out _));
        Assert.True(GrvtUnits.TrySize(decimal.Round(Number(size), 9, MidpointRounding.ToZero), 9, out var cut));
        Assert.Equal(1123123123UL, cut);
        Assert.True(GrvtUnits.TryPrice(decimal.Round(Number(price), 9, MidpointRounding.ToZero), out cut));
        Assert.Equal(68900777123479UL, cut);
    }

    [Fact]
    public void B1_with_a_builder_is_another_type() => Signed(Order("1.013", "68900.5") with { Builder = Builder() }, 326,
        "dc2e5a8cf643d1634dfc46d58912b387aec669e1892d95df12d8a1f45255e48a", "08d91e7b7218ee70ec3cbd605ea7dfa197960468355e1971a5eb3502ed122871", 27);

    [Fact]
    public void D1_keeps_the_leading_zeros_of_r() =>
        Signed(Order("0.5", "68900.5") with { TimeInForce = GrvtTimeInForce.ImmediateOrCancel, ReduceOnly = true, IsBuying = true, Nonce = 44 }, 326,
            "007b0669301c99568791cb22fa604def7900f48e20c77f70d7e146d96d91f4bf", "359b297939910d9d76fce6174a3e07aaeaf9ba860e2af44f32c4a059b3a82671", 28);

    [Fact]
    public void D2_on_the_chain_of_production() => Signed(Order("1.013", "68900.5"), 325,
        "cb15df55fe1988a776d7cb7ed0f0a66cf1eb3c0b763ffafcba5ec255bfc70f73", "4a57fced0230077ae35a43dad543ba297651578e4bb11beae61f1ae9e8e61e3d", 27);

    [Theory]
    [InlineData("0")]
    [InlineData("70000")]
    public void D3_a_market_order_signs_no_price(string price) =>
        Signed(Order("0.01", price) with { IsMarket = true, TimeInForce = GrvtTimeInForce.ImmediateOrCancel, IsBuying = true, Nonce = 7 }, 326,
            "d9113e5683b408cafd12565fc523c8d616809f5bd411cc1c6bc5bc26c49a441a", "627dbba7c7f0ae2c77446a1d37f13d988b379e0bcd4394a3c4527dd5727fa431", 27);

    /// <summary>X1, X3 and X5: transfers are no business of ours, but their signatures prove the key's and the words' half.</summary>
    [Theory]
    [InlineData("0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", 0UL, "0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", Sub,
        "21c7d7a8e225cb146c80dc79bbe818f915536817f1343e974cfdbe2bfc952cf1", "6de83999555f6236e5a56c86876defe00b4776c428ab5a4d7f997d290baaea10", 28)]
    [InlineData("0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", Sub, "0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", 0UL,
        "c1214ee17dbc14f183297b9dd3f93120b16e633691817ee26045451bc629101c", "2de27d226a3d3188742629ab222d430d7989d6ea3e6a86bc259606e371123df3", 27)]
    [InlineData("0x922a4874196806460fc63b5bcbff45f94c87f76f", 0UL, "0x6a3434fce60ff567f60d80fb98f2f981e9b081fd", 0UL,
        "185ad129ca0de3584fcd91f6df0c25d8065411041db117c50dabd057249a1a43", "58b1979c1f8c65970578bc2756f17a0b5c7352c27007811800dcd8966351647d", 28)]
    public void Transfers_of_the_sheet_come_out_too(string from, ulong fromSub, string to, ulong toSub, string r, string s, int v)
    {
        var type = Keccak256.Hash(
            "Transfer(address fromAccount,uint64 fromSubAccount,address toAccount,uint64 toSubAccount,uint8 tokenCurrency,uint64 numTokens,uint32 nonce,int64 expiration)"u8);
        Assert.Equal("c68fcd68f79304f334c57a50cc1680546fa88e6147d97b3a1b18ac97a0c6b9f7", Hex(type));
        var words = new Eip712Words(stackalloc byte[9 * Eip712Words.WordLength], type);
        words.Add(GrvtUnits.TryHex(from, 20));
        words.Add(fromSub);
        words.Add(GrvtUnits.TryHex(to, 20));
        words.Add(toSub);
        words.Add(3UL);
        words.Add(1_000_000UL);
        words.Add(828700936UL);
        words.Add(Expiration);
        var signature = Secp256k1Key.TryCreate(Convert.FromHexString(K1))!.Sign(Eip712Words.Digest(new GrvtTypedData(1).Separator, words.Hash()));
        Assert.Equal(("0x" + r, "0x" + s, v), (signature.RText, signature.SText, signature.V));
    }

    /// <summary>L1 and L3 with the digests that the live venue took: the signer recovered from them is the one it told.</summary>
    [Theory]
    [InlineData(325UL, 2147050003876484UL, "0x030501", 9, "0.001", "90000.0", 1375879248U, 1767455222801000000L,
        "2d567b0a04525baf0bbd792db3bb3a28c1bcc5e95936f6dc2515a28ad8529313", "0bc2468d96c819c8de005aa7bebfb58eecb34dd7a1bae1e81e74c7b8bc4cddc7", 27, "0x42c9f56f2c9da534f64b8806d64813b29c62a01d")]
    [InlineData(325UL, 4886457820444760UL, "0x031501", 6, "6.0", "0.93", 1440173093U, 1779642140422000000L,
        "ca0995240a9bd4027cbf08023a3600cd8cadab075385710651c6a9c9956e1f2a", "1819ff9a3b742655c8bc7a777a3bb84f71e3dfa11020404cc004c7b1fa85e1c8", 27, "0xa2b149670aa09c50f7d9444a5f3571086ec27f36")]
    [InlineData(326UL, 8751933338735530UL, "0x030501", 9, "0.001", "50000.0", 3898454329U, 1729005262433997000L,
        "a566702c1e5557ab96e8d5197b6871456765a80556bba46c9d4928bd573ca66c", "6f6e0be6dca125643fce884ca28c0ae341b201efe49e10a9626859517b4a09af", 28, "0x2989e3783e2ae05f9a1538dd411a22a4cd9554ad")]
    public void Orders_of_the_live_venue_recover_to_their_signers(
        ulong chain, ulong sub, string asset, int decimals, string size, string price, uint nonce, long expiration, string r, string s, int v, string signer)
    {
        Assert.Equal(signer, Recover(decimals));
        Assert.NotEqual(signer, Recover(decimals == 9 ? 6 : 9));

        string? Recover(int with) => Exchange.Simulator.Grvt.Signing.Secp256k1.Recover(
            new GrvtTypedData(chain).Order(new GrvtOrderTerms
            {
                SubAccountId = sub,
                TimeInForce = GrvtTimeInForce.GoodTillTime,
                AssetId = GrvtUnits.TryHex(asset, 32)!,
                ContractSize = Size(size, with),
                LimitPrice = Price(price),
                IsBuying = true,
                Nonce = nonce,
                Expiration = expiration,
            }),
            Convert.FromHexString(r), Convert.FromHexString(s), v);
    }

    [Fact]
    public void The_type_of_a_wallet_login_is_that_of_the_sheet()
    {
        Assert.Equal("4451fb6c92ff3fc4a27d19a1cb3287041a7cacdd394d0988eca8af8549ace29b",
            Hex(Keccak256.Hash("WalletLogin(address signer,uint32 nonce,int64 expiration)"u8)));
        var signer = Signer(K2);
        var signature = signer.SignLogin(5, Expiration);
        Assert.Equal(signer.Address, Exchange.Simulator.Grvt.Signing.Secp256k1.Recover(
            new GrvtTypedData(326).Login(GrvtUnits.TryHex(signer.Address, 20), 5, Expiration), signature.R, signature.S, signature.V));
    }

    /// <summary>Every flag is part of what is signed: a changed one gives another signature.</summary>
    [Fact]
    public void Whatever_changes_changes_the_signature()
    {
        var order = Order("0.5", "100");
        GrvtOrderTerms[] all =
        [
            order, order with { IsBuying = true }, order with { PostOnly = true }, order with { ReduceOnly = true }, order with { IsMarket = true },
            order with { TimeInForce = GrvtTimeInForce.FillOrKill }, order with { Nonce = 1 }, order with { Expiration = Expiration + 1 },
            order with { LimitPrice = order.LimitPrice + 1 }, order with { ContractSize = order.ContractSize + 1 }, order with { SubAccountId = 1 },
            order with { AssetId = [3, 5, 2] }, order with { Builder = Builder() }, order with { Builder = Builder() with { Fee = 11 } },
        ];
        var signer = Signer(K2);
        Assert.Equal(all.Length, all.Select(terms => signer.Sign(terms).RText).Distinct().Count());
    }

    [Theory]
    [InlineData("55", 9, 55_000_000_000UL)]
    [InlineData("55.1", 9, 55_100_000_000UL)]
    [InlineData("0.93", 9, 930_000_000UL)]
    [InlineData("1.013", 9, 1_013_000_000UL)]
    [InlineData("1.0130000000000000000000000000", 9, 1_013_000_000UL)]
    [InlineData("6.0", 6, 6_000_000UL)]
    [InlineData("18446744073.709551615", 9, ulong.MaxValue)]
    public void Decimals_are_scaled_exactly(string value, int decimals, ulong expected)
    {
        Assert.True(GrvtUnits.TrySize(Number(value), decimals, out var scaled));
        Assert.Equal(expected, scaled);
    }

    [Theory]
    [InlineData("-1", 9)]
    [InlineData("0.0000000001", 9)]
    [InlineData("18446744073.709551616", 9)]
    [InlineData("79228162514264337593543950335", 9)]
    [InlineData("0.0000001", 6)]
    [InlineData("1", 19)]
    [InlineData("1", -1)]
    public void What_does_not_fit_is_refused(string value, int decimals) => Assert.False(GrvtUnits.TrySize(Number(value), decimals, out _));

    [Theory]
    [InlineData("0x030501", "030501")]
    [InlineData("0x30501", "030501")]
    [InlineData("0X00", "00")]
    [InlineData("030501", null)]
    [InlineData("0x", null)]
    [InlineData("0x03050g", null)]
    [InlineData(null, null)]
    public void A_hash_is_read_as_an_integer(string? text, string? expected) =>
        Assert.Equal(expected, GrvtUnits.TryHex(text, 32) is { } bytes ? Hex(bytes) : null);

    [Theory]
    [InlineData(null, K2, "1", "API key")]
    [InlineData("k", null, "1", "private key")]
    [InlineData("k", K2, null, "sub-account")]
    [InlineData("k", K2, "0x0c1f4c8ee7acd9ea19b91bbb343cbaf6efd58ce1", "sub-account")]
    [InlineData("k", "c0663ca9", "1", "private key")]
    [InlineData("k", "zz663ca94684aead40c41a1cb3a94b68a24296e87245be3a186e882a29a15ee0", "1", "private key")]
    [InlineData("k", "0000000000000000000000000000000000000000000000000000000000000000", "1", "private key")]
    [InlineData("k", "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "1", "private key")]
    public void Wrong_credentials_are_named_and_not_shown(string? apiKey, string? privateKey, string? sub, string named)
    {
        var made = GrvtSigner.Create(new AuthCredentials { Key = apiKey!, PrivateKey = privateKey, SubAccountId = sub }, 326);
        Assert.False(made.IsSuccess);
        Assert.Contains(named, made.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(privateKey ?? "none", made.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_the_key_is_told()
    {
        var signer = Signer(K2);
        Assert.DoesNotContain(K2[..8], signer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(K2[..8], Secp256k1Key.TryCreate(Convert.FromHexString(K2))!.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(typeof(GrvtSigner).GetProperties(), property => property.PropertyType == typeof(Secp256k1Key));
    }

    private static void Signed(GrvtOrderTerms terms, ulong chainId, string r, string s, int v)
    {
        var signature = Signer(K2, chainId).Sign(terms);
        Assert.Equal(("0x" + r, "0x" + s, v), (signature.RText, signature.SText, signature.V));
    }

    private static GrvtSigner Signer(string key, ulong chainId = 326) =>
        GrvtSigner.Create(new AuthCredentials { Key = "k", PrivateKey = key, SubAccountId = Sub.ToString(CultureInfo.InvariantCulture) }, chainId).OrThrow();

    private static GrvtOrderTerms Order(string size, string price) => new()
    {
        SubAccountId = Sub,
        TimeInForce = GrvtTimeInForce.GoodTillTime,
        AssetId = [3, 5, 1],
        ContractSize = Size(size, 9),
        LimitPrice = Price(price),
        IsBuying = false,
        Nonce = 828700936,
        Expiration = Expiration,
    };

    private static GrvtBuilder Builder()
    {
        Assert.True(GrvtUnits.TryBuilderFee(0.001m, out var fee));
        return new GrvtBuilder(GrvtUnits.TryHex("0xAbC1230001230001230001230001230001230001", 20)!, fee);
    }

    private static ulong Size(string text, int decimals) => GrvtUnits.TrySize(Number(text), decimals, out var scaled) ? scaled : throw new FormatException(text);

    private static ulong Price(string text) => GrvtUnits.TryPrice(Number(text), out var scaled) ? scaled : throw new FormatException(text);

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
