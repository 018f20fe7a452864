using System.Net.Http.Headers;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Faults;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

public sealed class DeribitSessionTests : DeribitTest
{
    [Theory]
    [InlineData("AMANDASECRECT", "1576074319000\n1iqt2wls\n", "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1")]
    [InlineData("AMANDASECRECT", "1576074319000\n1iqt2wls\nGET\n/api/v2/private/get_account_summary?currency=BTC\n\n", "9bfbc51a2bc372d72cc396cf1a213dc78d42eb74cb7dc272351833ad0de276ab")]
    [InlineData("ABCD", "1554883365000\nfdbmmz79\n", "e20c9cd5639d41f8bbc88f4d699c4baf94a4f0ee320e9a116b72743c449eb994")]
    public void Signs_the_published_vectors(string secret, string text, string signature) => Assert.Equal(signature, Gatekeeper.Sign(secret, text));

    [Fact]
    public async Task A_signature_logs_in_once()
    {
        var socket = await ConnectAsync();
        var with = new
        {
            grant_type = "client_signature",
            client_id = "demo-id",
            timestamp = Now,
            nonce = "n1",
            data = "",
            scope = "session:s trade:read account:read_write",
            signature = Sign($"{Now}\nn1\n"),
            state = "mine",
        };
        var granted = await socket.CallAsync("public/auth", with);
        Assert.Equal("session:s trade:read account:read_write mainaccount", S(granted, "scope"));
        Assert.Equal("mine", S(granted, "state"));
        await socket.RefusedAsync(13004, "public/auth", with);
        await socket.RefusedAsync(13403, "private/buy", Limit("a", Bid));
        Assert.Empty((await socket.CallAsync("private/get_open_orders")).AsArray());
    }

    [Theory]
    [InlineData(60_001, "demo-secret")]
    [InlineData(-60_001, "demo-secret")]
    [InlineData(0, "another")]
    public async Task A_signature_of_another_time_or_secret_does_not(int offBy, string secret)
    {
        var socket = await ConnectAsync();
        var time = Now + offBy;
        await socket.RefusedAsync(13004, "public/auth", new
        {
            grant_type = "client_signature",
            client_id = "demo-id",
            timestamp = time,
            nonce = "x",
            signature = Sign($"{time}\nx\n", secret),
        });
        await socket.RefusedAsync(13009, "private/get_positions");
    }

    [Fact]
    public async Task A_key_grants_no_more_than_it_may()
    {
        var socket = await ConnectAsync();
        var granted = await socket.CallAsync("public/auth", new
        {
            grant_type = "client_credentials",
            client_id = "demo-readonly",
            client_secret = "demo-secret",
            scope = "session:r trade:read_write account:read_write expires:50",
        });
        Assert.Equal("session:r trade:read account:read mainaccount", S(granted, "scope"));
        Assert.Equal(50, granted["expires_in"]!.GetValue<int>());
        await socket.RefusedAsync(13403, "private/enable_cancel_on_disconnect");
        Host.Advance(TimeSpan.FromSeconds(50));
        var error = await socket.RefusedAsync(13009, "private/get_positions");
        Assert.Equal("invalid_token", S(error["data"], "reason"));
    }

    [Fact]
    public async Task A_refresh_renews_and_its_token_works_once()
    {
        var socket = await ConnectAsync();
        var first = await socket.CallAsync("public/auth", new { grant_type = "client_credentials", client_id = "demo-id", client_secret = "demo-secret" });
        Assert.StartsWith("connection ", S(first, "scope"), StringComparison.Ordinal);
        var second = await socket.CallAsync("public/auth", new { grant_type = "refresh_token", refresh_token = S(first, "refresh_token") });
        Assert.NotEqual(S(first, "access_token"), S(second, "access_token"));
        await socket.RefusedAsync(13004, "public/auth", new { grant_type = "refresh_token", refresh_token = S(first, "refresh_token") });
        await socket.RefusedAsync(13009, "private/get_positions", new { access_token = S(first, "access_token") });
        await socket.CallAsync("private/get_positions", new { access_token = S(second, "access_token") });

        // Under connection scope the token works nowhere else; that of a session does.
        var other = await ConnectAsync();
        await other.RefusedAsync(13009, "private/get_positions", new { access_token = S(second, "access_token") });
        Assert.Equal(400, (await GetAsync("private/get_positions", new AuthenticationHeaderValue("Bearer", S(second, "access_token")))).Status);
        var session = await socket.CallAsync("public/auth", new { grant_type = "client_credentials", client_id = "demo-id", client_secret = "demo-secret", scope = "session:s" });
        Assert.Equal(200, (await GetAsync("private/get_positions", new AuthenticationHeaderValue("Bearer", S(session, "access_token")))).Status);
    }

    [Fact]
    public async Task A_key_has_sixteen_sessions_and_loses_the_oldest()
    {
        var first = await LogInAsync("session:0");
        for (var i = 1; i <= 16; i++)
        {
            await LogInAsync($"session:{i}");
        }

        await first.RefusedAsync(13009, "private/get_positions");
    }

    [Fact]
    public async Task An_http_request_is_signed_as_it_is_sent()
    {
        const string Target = "/api/v2/private/get_order_state_by_label?currency=BTC&label=a%20b";
        var header = $"id=demo-id,ts={Now},nonce=n,sig={Sign($"{Now}\nn\nGET\n{Target}\n\n")}";
        var (status, body) = await GetAsync(Target["/api/v2/".Length..], new AuthenticationHeaderValue("deri-hmac-sha256", header));
        Assert.True(status == 200, body.ToJsonString());
        Assert.Null(body["id"]);
        (status, body) = await GetAsync(Target["/api/v2/".Length..], new AuthenticationHeaderValue("deri-hmac-sha256", header));
        Assert.Equal((400, 13004), (status, body["error"]!["code"]!.GetValue<int>()));
        (status, body) = await GetAsync("private/get_positions", anonymous: true);
        Assert.Equal((400, 13009), (status, body["error"]!["code"]!.GetValue<int>()));
        (status, body) = await GetAsync("private/enable_cancel_on_disconnect");
        Assert.Equal((400, 10030), (status, body["error"]!["code"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_test_request_wants_an_answer()
    {
        var socket = await ConnectAsync();
        await socket.RefusedAsync(-32602, "public/set_heartbeat", new { interval = 9 });
        await socket.CallAsync("public/set_heartbeat", new { interval = 10 });
        Host.Advance(TimeSpan.FromSeconds(10));
        var asked = await socket.NextAsync("test_request");
        Assert.Equal(("heartbeat", "test_request"), (S(asked, "method"), S(asked["params"], "type")));
        Host.Advance(TimeSpan.FromSeconds(9));
        await socket.CallAsync("public/test");
        Host.Advance(TimeSpan.FromSeconds(2));
        await socket.NextAsync("the next test_request");
        Host.Advance(TimeSpan.FromSeconds(10));
        await socket.Raw.AssertClosedAsync(DeribitConnection.HeartbeatClose);
    }

    [Fact]
    public async Task A_sign_of_life_that_does_not_count_costs_the_socket()
    {
        var socket = await ConnectAsync();
        Fault(FaultKind.IgnoreHeartbeat);
        await socket.CallAsync("public/set_heartbeat", new { interval = 10 });
        Host.Advance(TimeSpan.FromSeconds(10));
        await socket.NextAsync("test_request");
        await socket.CallAsync("public/test");
        Host.Advance(TimeSpan.FromSeconds(10));
        await socket.Raw.AssertClosedAsync(DeribitConnection.HeartbeatClose);
    }

    [Fact]
    public async Task An_idle_socket_is_cut()
    {
        var socket = await ConnectAsync();
        await socket.CallAsync("public/get_time");
        Host.Advance(TimeSpan.FromSeconds(61));
        await socket.Raw.AssertCutAsync();
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("account")]
    public async Task An_armed_connection_takes_its_orders_along(string scope)
    {
        var other = await WatchAsync("user.orders.any.any.raw");
        var socket = await LogInAsync();
        await socket.CallAsync("private/enable_cancel_on_disconnect", new { scope });
        Assert.True((await socket.CallAsync("private/get_cancel_on_disconnect", new { scope }))["enabled"]!.GetValue<bool>());
        await other.CallAsync("private/buy", Limit("others", Bid - 100));
        await other.DataAsync("user.orders.any.any.raw");
        await socket.CallAsync("private/buy", Limit("mine", Bid - 100));
        await other.DataAsync("user.orders.any.any.raw");
        await socket.DisposeAsync();
        var gone = await other.DataAsync("user.orders.any.any.raw");
        Assert.Equal(("mine", "cancelled", "cancel_on_disconnect"), (S(gone, "label"), S(gone, "order_state"), S(gone, "cancel_reason")));
        Assert.Equal("open", Trading.Order("others")!.State);

        // Of account scope every later connection starts armed.
        var later = await LogInAsync();
        Assert.Equal(scope == "account", (await later.CallAsync("private/get_cancel_on_disconnect"))["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_logout_has_no_answer_and_leaves_the_orders()
    {
        var socket = await LogInAsync();
        await socket.CallAsync("private/enable_cancel_on_disconnect");
        await socket.CallAsync("private/buy", Limit("mine", Bid - 100));
        await socket.SendAsync("private/logout", new { invalidate_token = true });
        Assert.Null(await socket.Raw.ReceiveOrCloseAsync("the close"));
        await Host.Deribit.WhenConnections(0);
        Assert.Equal("open", Trading.Order("mine")!.State);
    }

    [Fact]
    public async Task Too_many_requests_end_the_session()
    {
        var socket = await ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            await socket.CallAsync("public/get_time");
        }

        await socket.RefusedAsync(10028, "public/get_time");
        await socket.Raw.AssertClosedAsync(1008);
        Host.Advance(TimeSpan.FromSeconds(1));
        await (await ConnectAsync()).CallAsync("public/get_time");
    }

    [Fact]
    public async Task Broken_requests_are_told_apart()
    {
        var socket = await ConnectAsync();
        await socket.Raw.SendAsync("{");
        var answer = await socket.Raw.ReceiveAsync("an answer without an id");
        Assert.Null(answer["id"]);
        Assert.Equal((11050, "invalid json"), (answer["error"]!["code"]!.GetValue<int>(), S(answer["error"], "data")));
        await socket.RefusedAsync(-32601, "public/nothing");
        await socket.RefusedAsync(-32602, "public/ticker", new { instrument_name = "NOPE" });
        var error = await socket.RefusedAsync(-32602, "public/subscribe", new { channels = "quote.BTC-PERPETUAL" });
        Assert.Equal("value must be a list", S(error["data"], "reason"));
        await socket.Raw.SendAsync($"{{\"method\":\"public/test\",\"id\":1,\"params\":{{\"pad\":\"{new string('x', DeribitConnection.MostBytes)}\"}}}}");
        Assert.Equal(-32600, (await socket.Raw.ReceiveAsync("refusal"))["error"]!["code"]!.GetValue<int>());
    }
}
