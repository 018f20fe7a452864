using Exchange.Simulator;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Binance.Trading;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>The published vectors (sheet, section 4.5), and the checks that a request meets in turn.</summary>
public sealed class SignatureTests : PrivateSideTest
{
    private const string K1 = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9";
    private const string K2 = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    private const string A2 = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
    private const string A3 = "4yNzx3yWC5bS6YTwEkSRaC0nRmSQIIStAUOh1b6kqaBrTLIhjCpI5lJH8q8R8WNO";
    private const string E = "19420abfd752a565c15625e9da6eaf0086fc40c14960183214442c14996a800d";

    [Theory]
    [InlineData("V1", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943", "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")]
    [InlineData("V1n", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943", "ec11dcc17e67e47f0d3c3f513dfe9062307e37619c5c82ebaa8fe0bdf3d59519")]
    [InlineData("V2", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&recvWindow=5000&timestamp= 1591702613943", "f9d0ae5e813ef6ccf15c2b5a434047a0181cb5a342b903b367ca6d27a66e36f2")]
    [InlineData("V2c", K1, "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&recvWindow=5000&timestamp=1591702613943", "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4")]
    [InlineData("V3", K2, "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559", "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")]
    [InlineData("V4", K2, "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559", "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3")]
    [InlineData("V6", K2, "apiKey=" + A2 + "&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT", "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24")]
    [InlineData("V7", K2, "apiKey=" + A2 + "&price=0.10000000&quantity=1.00000000&recvWindow=5000&side=BUY&symbol=１２３４５６&timeInForce=GTC&timestamp=1645423376532&type=LIMIT", "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd")]
    [InlineData("V8", K2, "apiKey=" + A2 + "&timestamp=1649729878532", "1cf54395b336b0a9727ef27d5d98987962bc47aca6e13fe978612d0adee066ed")]
    [InlineData("V9", E, "A\u0001EXAMPLE\u0001SPOT\u00011\u000120240627-11:17:25.223", "4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==")]
    [InlineData("V10", E, "apiKey=" + A3 + "&timestamp=1649729878532", "cGkloHLHGGNbrduoWDYBlzIPwRHyDVYVfCE0rDkPwKdKedurBgm2JNWRkwloQDBFG6Mcloavo1siYfEtZbV/Ag==")]
    [InlineData("V11", E, "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=0.2&timestamp=1668481559918&recvWindow=5000", "inDT086KVIP8vgUfw5sV3VTkescWztiAGlf4x8FLKHM4NInsn0c1kYVLoGMO8cyjfR6vmTku2YQE0gtfVVlfCw==")]
    public void A_published_signature_is_good_and_another_is_not(string name, string key, string payload, string signature)
    {
        var options = key == E ? new ApiKeyOptions(name, Ed25519PublicKey: key) : new ApiKeyOptions(name, key);
        var known = new ApiKey(options, new Account("vectors"));
        Assert.True(known.Verifies(payload, signature));
        Assert.False(known.Verifies(payload + " ", signature));
        Assert.False(known.Verifies(payload, signature[..^4] + "AAAA"));
        Assert.False(known.Verifies(payload, "nonsense"));
        if (key != E)
        {
            Assert.True(known.Verifies(payload, signature.ToUpperInvariant()));
        }
    }

    [Fact]
    public async Task Query_and_body_are_signed_one_behind_the_other()
    {
        var query = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC";
        var body = $"quantity=0.010&price=61000&timestamp={Now}";
        var (status, placed) = await SendAsync("POST", $"/fapi/v1/order?{query}", body: $"{body}&signature={Sign(query + body)}");
        Assert.True(status == 200, placed.ToJsonString());
        (status, placed) = await SendAsync("POST", $"/fapi/v1/order?{query}", body: $"{body}&signature={Sign(query + "&" + body)}");
        Assert.Equal((400, -1022), (status, placed["code"]!.GetValue<int>()));
    }

    [Fact]
    public async Task On_a_clash_the_query_wins()
    {
        var query = "symbol=BTCUSDT&quantity=0.010";
        var body = $"side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.777&price=61000&timestamp={Now}";
        var (_, placed) = await SendAsync("POST", $"/fapi/v1/order?{query}", body: $"{body}&signature={Sign(query + body)}");
        Assert.Equal("0.010", S(placed, "origQty"));
    }

    [Fact]
    public async Task A_signature_that_is_not_last_is_not_good()
    {
        var payload = $"symbol=BTCUSDT&timestamp={Now}";
        var (status, body) = await SendAsync("GET", $"/fapi/v1/openOrders?signature={Sign(payload)}&{payload}");
        Assert.Equal((400, -1022), (status, body["code"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_ed25519_key_signs_rest_calls_too()
    {
        var payload = $"symbol=BTCUSDT&timestamp={Now}";
        var signature = Uri.EscapeDataString(SignEd25519(payload));
        Assert.Equal(200, (await SendAsync("GET", $"/fapi/v1/openOrders?{payload}&signature={signature}", "demo-ed25519")).Status);
    }

    [Fact]
    public async Task Keys_are_judged_before_anything_else()
    {
        var payload = $"symbol=BTCUSDT&timestamp={Now}";
        var path = $"/fapi/v1/openOrders?{payload}&signature={Sign(payload)}";
        await AssertAsync(null, path, 401, -2014);
        await AssertAsync("not a key", path, 401, -2014);
        await AssertAsync("unknown-key", path, 401, -2015);
        await AssertAsync(Key, $"/fapi/v1/openOrders?{payload}&signature={Sign(payload, "another")}", 400, -1022);
        await AssertAsync(Key, $"/fapi/v1/openOrders?{payload}", 400, -1102);
        await AssertAsync(Key, $"/fapi/v1/openOrders?symbol=BTCUSDT&signature={Sign("symbol=BTCUSDT")}", 400, -1102);

        // The key that may only look.
        await AssertAsync("demo-readonly", path, 200, null);
        var order = $"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.010&timestamp={Now}";
        using var refused = await RawAsync("POST", $"/fapi/v1/order?{order}&signature={Sign(order)}", "demo-readonly");
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Contains("-2015", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        async Task AssertAsync(string? key, string path, int status, int? code)
        {
            var (answered, body) = await SendAsync("GET", path, key);
            Assert.True(answered == status && (code is null || body["code"]!.GetValue<int>() == code), $"{key}: {answered} {body.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData(999, null, true)]
    [InlineData(1000, null, false)]
    [InlineData(-5000, null, true)]
    [InlineData(-5001, null, false)]
    [InlineData(-200, 100, false)]
    [InlineData(-6000, 10000, true)]
    public async Task A_timestamp_is_good_within_its_window(int offset, int? window, bool good)
    {
        var payload = $"symbol=BTCUSDT{(window is null ? "" : $"&recvWindow={window}")}&timestamp={Now + offset}";
        var (status, body) = await SendAsync("GET", $"/fapi/v1/openOrders?{payload}&signature={Sign(payload)}");
        Assert.True(good ? status == 200 : body["code"]!.GetValue<int>() == -1021, body.ToJsonString());
    }

    [Fact]
    public async Task The_window_goes_by_the_clock_that_the_venue_tells()
    {
        var payload = $"symbol=BTCUSDT&timestamp={Now}";
        Host.Clock.Skew = TimeSpan.FromSeconds(-10);
        Assert.Equal(-1021, (await SendAsync("GET", $"/fapi/v1/openOrders?{payload}&signature={Sign(payload)}")).Body["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task Over_websocket_the_order_of_members_does_not_matter_but_their_text_does()
    {
        var socket = await WsApiAsync();
        var sorted = $"apiKey={Key}&newClientOrderId=１-x&symbol=BTCUSDT&timestamp={Now}";
        await socket.SendAsync($$"""{"id":"a","method":"order.status","params":{"timestamp":{{Now}},"symbol":"BTCUSDT","newClientOrderId":"１-x","apiKey":"{{Key}}","signature":"{{Sign(sorted)}}" } }""");
        Assert.Equal(-1102, (await socket.ReceiveAsync("answer"))["error"]!["code"]!.GetValue<int>());
        await socket.SendAsync($$"""{"id":"b","method":"order.status","params":{"timestamp":{{Now}},"symbol":"BTCUSDT","apiKey":"{{Key}}","signature":"{{Sign(sorted)}}" } }""");
        Assert.Equal(-1022, (await socket.ReceiveAsync("answer"))["error"]!["code"]!.GetValue<int>());
    }
}
