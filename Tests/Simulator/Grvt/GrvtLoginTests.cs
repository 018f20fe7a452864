using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Exchange.Simulator.Faults;
using Exchange.Simulator.Grvt;
using Exchange.Simulator.Grvt.Signing;
using Xunit;

namespace Exchange.Tests.Simulator.Grvt;

/// <summary>Logins, cookies, hosts (sheet, sections 1 and 3).</summary>
public sealed class GrvtLoginTests : GrvtSimulatorTest
{
    [Fact]
    public void The_demo_signers_are_the_addresses_of_the_documented_keys()
    {
        Assert.Equal(GrvtAccountOptions.DemoSigner, Secp256k1.AddressOf(Enumerable.Repeat((byte)1, 32).ToArray()));
        Assert.Equal(GrvtAccountOptions.ReadOnlySigner, Secp256k1.AddressOf(Enumerable.Repeat((byte)2, 32).ToArray()));
        Assert.Equal(GrvtAccountOptions.DemoSigner, Signer.Address);
    }

    [Fact]
    public async Task A_key_gives_a_cookie_and_an_account_id()
    {
        var (status, body, login) = await LoginAsync("/auth/api_key/login", new JsonObject { ["api_key"] = "demo-key" });
        Assert.Equal(200, status);
        Assert.Equal("success", S(body, "status"));
        Assert.Equal(Sub, S(body, "sub_account_id"));
        Assert.StartsWith("gravity=", login!.Cookie, StringComparison.Ordinal);
        Assert.Contains("expires=Mon, 23 Nov 2026 12:00:00 GMT", login.SetCookie, StringComparison.Ordinal);
        Assert.NotEqual(Sub, login.AccountId);
    }

    [Theory]
    [InlineData("nobody", 1000)]
    [InlineData("demo-elsewhere", 1008)]
    public async Task A_wrong_key_is_refused(string key, int code)
    {
        var (status, body, login) = await LoginAsync("/auth/api_key/login", new JsonObject { ["api_key"] = key });
        Assert.Equal((401, code), (status, body["code"]!.GetValue<int>()));
        Assert.Null(login);
    }

    [Fact]
    public async Task A_refusal_may_come_with_200_and_no_cookie()
    {
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.RefuseLogon, Status = 200 });
        var (status, body, login) = await LoginAsync("/auth/api_key/login", new JsonObject { ["api_key"] = "demo-key" });
        Assert.Equal((200, 1000), (status, body["code"]!.GetValue<int>()));
        Assert.Null(login);
    }

    [Fact]
    public async Task A_wallet_logs_in_with_a_signature_once()
    {
        var expiration = Now + (long)TimeSpan.FromMinutes(1).TotalNanoseconds;
        var signature = Signer.SignLogin(17, expiration);
        var body = new JsonObject
        {
            ["address"] = Signer.Address,
            ["signature"] = new JsonObject
            {
                ["signer"] = Signer.Address,
                ["r"] = signature.RText,
                ["s"] = signature.SText,
                ["v"] = (int)signature.V,
                ["expiration"] = expiration.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["nonce"] = 17,
                ["chain_id"] = "326",
            },
        };
        var changed = (JsonObject)body.DeepClone();
        changed["signature"]!["nonce"] = 18;
        Assert.Equal(2002, (await LoginAsync("/auth/wallet/login", changed)).Body["code"]!.GetValue<int>());
        var (status, answer, login) = await LoginAsync("/auth/wallet/login", body);
        Assert.True(status == 200, answer.ToJsonString());
        Assert.Equal(200, (await CallAsync("/full/v1/open_orders", new JsonObject { ["sub_account_id"] = Sub }, login)).Status);
        Assert.Equal(2002, (await LoginAsync("/auth/wallet/login", body)).Body["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task Without_the_cookie_or_the_account_id_nothing_private_is_told()
    {
        var body = new JsonObject { ["sub_account_id"] = Sub };
        await AssertRefusedAsync(1000, "v1/positions", body, Login with { Cookie = "gravity=other" });
        await AssertRefusedAsync(1000, "v1/positions", body, Login with { AccountId = Sub });
        await AssertRefusedAsync(1000, "v1/positions", body, Login with { Cookie = "rm=true" });
        await Assert.ThrowsAsync<WebSocketException>(() => TradingSocketAsync(login: Login with { Cookie = "gravity=other" }));
    }

    [Fact]
    public async Task Each_host_has_its_own_calls()
    {
        Assert.Equal(403, (await CallAsync("/full/v1/positions", host: Host.GrvtMarketDataUri)).Status);
        Assert.Equal(403, (await CallAsync("/full/v1/instruments", host: Host.GrvtTradingUri)).Status);
        Assert.Equal(404, (await CallAsync("/full/v1/pre_order_check", host: Host.GrvtTradingUri)).Status);
        var market = await MarketSocketAsync();
        Assert.Equal(1001, (await market.RequestAsync("v1/positions", new JsonObject { ["sub_account_id"] = Sub }))["error"]!["code"]!.GetValue<int>());
        var trading = await TradingSocketAsync();
        Assert.Equal(1001, (await trading.RequestAsync("subscribe", new JsonObject { ["stream"] = "v1.trade", ["selectors"] = new JsonArray($"{Btc}@50") }))["error"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_cookie_ends_with_its_day()
    {
        var socket = await TradingSocketAsync();
        Host.Advance(TimeSpan.FromHours(24));
        var body = new JsonObject { ["sub_account_id"] = Sub };
        await AssertRefusedAsync(1000, "v1/positions", body);
        Assert.Equal(1000, (await socket.RequestAsync("v1/positions", body))["error"]!["code"]!.GetValue<int>());
        Assert.Equal(200, (await CallAsync("/full/v1/positions", body, await LoginAsync())).Status);
    }

    [Fact]
    public async Task Cookies_expire_when_told()
    {
        Host.AddFault(new Fault { Venue = "grvt", Kind = FaultKind.ExpireCookie });
        await AssertRefusedAsync(1000, "v1/positions", new JsonObject { ["sub_account_id"] = Sub });
    }

    [Fact]
    public async Task A_key_that_may_only_look_cannot_trade()
    {
        var login = await LoginAsync("demo-readonly");
        Assert.Equal(200, (await CallAsync("/full/v1/positions", new JsonObject { ["sub_account_id"] = Sub }, login)).Status);
        await AssertRefusedAsync(1001, "v1/create_order", new JsonObject { ["order"] = Order(new TestOrder(0.01m, 50_000m)) }, login);
        var readOnly = SignerOf("0202020202020202020202020202020202020202020202020202020202020202");
        await AssertOrderRefusedAsync(1400, Signed(new TestOrder(0.01m, 50_000m), readOnly));
    }

    [Fact]
    public async Task Too_many_logins_are_too_many()
    {
        for (var i = 1; i < 10; i++)
        {
            await LoginAsync();
        }

        var (status, body, _) = await LoginAsync("/auth/api_key/login", new JsonObject { ["api_key"] = "demo-key" });
        Assert.Equal((429, 1006), (status, body["code"]!.GetValue<int>()));
    }
}
