using System.Text;
using System.Text.Json;
using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>Whatever comes in at the command socket is answered with a clear error, and never ends anything.</summary>
public sealed class CommandErrorTests(CommandErrorTests.OneGateway gateway) : IClassFixture<CommandErrorTests.OneGateway>
{
    private GatewayUnderTest Test => gateway.Test;

    /// <summary>The one gateway that all of it comes in at: what one test sends it must not disturb the next.</summary>
    public sealed class OneGateway : IAsyncLifetime
    {
        internal GatewayUnderTest Test { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Test = await GatewayUnderTest.Start(o => o.MaxFrameBytes = 4_096);

        public ValueTask DisposeAsync() => Test.DisposeAsync();
    }

    [Theory]
    [InlineData("", "malformed_request", "not JSON")]
    [InlineData("hello", "malformed_request", "not JSON")]
    [InlineData("{\"v\":1,\"id\":\"1\"", "malformed_request", "not JSON")]
    [InlineData("[1,2]", "malformed_request", "a request is a JSON object, not an array")]
    [InlineData("null", "malformed_request", "not null")]
    [InlineData("{\"v\":1,\"method\":\"session.ping\"}", "malformed_request", "id: missing")]
    [InlineData("{\"v\":1,\"id\":null,\"method\":\"session.ping\"}", "malformed_request", "id: must be a JSON string or number, not null")]
    [InlineData("{\"v\":1,\"id\":{},\"method\":\"session.ping\"}", "malformed_request", "id: must be a JSON string or number, not an object")]
    [InlineData("{\"id\":\"1\",\"method\":\"session.ping\"}", "malformed_request", "v: missing")]
    [InlineData("{\"v\":2,\"id\":\"1\",\"method\":\"session.ping\"}", "malformed_request", "v: 2 is not spoken here; 1 is")]
    [InlineData("{\"v\":\"1\",\"id\":\"1\",\"method\":\"session.ping\"}", "malformed_request", "v: \"1\" is not spoken here")]
    [InlineData("{\"v\":1,\"id\":\"1\"}", "malformed_request", "method: missing")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":7}", "malformed_request", "method: must be a JSON string, not a number")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"session.ping\",\"params\":[1]}", "malformed_request", "params: must be a JSON object, not an array")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"session.ping\",\"prams\":{}}", "malformed_request", "prams: no such member")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"id\":\"2\",\"method\":\"session.ping\"}", "malformed_request", "not JSON")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"session.ping\",\"deadline\":\"soon\"}", "malformed_request", "deadline: must be a time")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"market.subscribe_orderbook\"}", "unknown_method", "market.subscribe_order_book")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"oms.get_instruments\"}", "unknown_method", "market.get_instruments")]
    [InlineData("{\"v\":1,\"id\":\"1\",\"method\":\"data.set_auth_credentials\",\"params\":{\"key\":\"k\"}}", "not_supported", "never over ZeroMQ")]
    public void What_is_no_request_is_refused_by_name(string frame, string code, string message)
    {
        using var trader = Test.ConnectRaw();
        var error = trader.SendAndReceive(frame).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        // Nothing left for a venue, whatever it was meant to be.
        Assert.Equal("rejected", error.GetProperty("outcome").GetString());
        trader.Result("session.ping");
    }

    [Theory]
    [InlineData("market.subscribe_order_book", "{}", "invalid_argument", "exchange")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"bianance\",\"symbol\":\"X\"}", "unknown_exchange", "exchange")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"Binance\",\"symbol\":\"X\"}", "unknown_exchange", "exchange")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":5,\"symbol\":\"X\"}", "invalid_argument", "exchange")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\"}", "invalid_argument", "symbol")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"\"}", "invalid_argument", "symbol")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"BTC USDT\"}", "invalid_argument", "symbol")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"top_n\":0}", "invalid_argument", "top_n")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"top_n\":\"20\"}", "invalid_argument", "top_n")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"top_n\":1.5}", "invalid_argument", "top_n")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"frequency_ms\":60001}", "invalid_argument", "frequency_ms")]
    [InlineData("market.subscribe_order_book", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"depth\":20}", "invalid_argument", "depth")]
    [InlineData("market.subscribe_trades", "{\"exchange\":\"binance\",\"symbol\":\"X\",\"top_n\":20}", "invalid_argument", "top_n")]
    [InlineData("session.hello", "{\"protocol\":2}", "invalid_argument", "protocol")]
    [InlineData("events.replay", "{\"topic\":\"book.binance\",\"epoch\":\"1\",\"after_seq\":0}", "invalid_argument", "topic")]
    [InlineData("events.replay", "{\"topic\":\"notice.gateway\",\"epoch\":\"1\",\"after_seq\":0}", "not_supported", "topic")]
    [InlineData("events.replay", "{\"topic\":\"book.binance.X\",\"epoch\":1,\"after_seq\":0}", "invalid_argument", "epoch")]
    [InlineData("events.replay", "{\"topic\":\"book.binance.X\",\"epoch\":\"-1\",\"after_seq\":0}", "invalid_argument", "epoch")]
    [InlineData("events.replay", "{\"topic\":\"book.binance.X\",\"epoch\":\"1\",\"after_seq\":-1}", "invalid_argument", "after_seq")]
    [InlineData("data.get_fills", "{\"exchange\":\"grvt\",\"limit\":10001}", "invalid_argument", "limit")]
    [InlineData("data.get_fills", "{\"exchange\":\"grvt\",\"from\":\"yesterday\"}", "invalid_argument", "from")]
    public void A_wrong_param_is_named_with_what_is_legal(string method, string parameters, string code, string field)
    {
        using var trader = Test.ConnectRaw();
        var error = trader.Error(method, parameters);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(field, error.GetProperty("field").GetString());
        Assert.StartsWith($"{field}: ", code == "not_supported" ? $"{field}: " : error.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, error.GetProperty("outcome").ValueKind);
    }

    [Theory]
    [InlineData("\"price\":60000.1", "price", "must be a JSON string, such as \"60000.1\", not a number: write \"60000.1\"")]
    [InlineData("\"price\":\"6e4\"", "price", "is not a decimal")]
    [InlineData("\"price\":\"60,000\"", "price", "is not a decimal")]
    [InlineData("\"price\":\"0\"", "price", "greater than zero")]
    [InlineData("\"price\":\"1\",\"side\":\"long\"", "side", "none of buy, sell")]
    [InlineData("\"price\":\"1\",\"reduce_onyl\":true", "reduce_onyl", "no such param; legal are")]
    [InlineData("\"price\":\"1\",\"post_only\":\"yes\"", "post_only", "must be true or false, not a string")]
    [InlineData("\"price\":\"1\",\"time_in_force\":\"gtc\"", "time_in_force", "good_till_cancelled, immediate_or_cancel")]
    [InlineData("\"price\":\"1\",\"time_in_force\":\"good_till_date\"", "good_till_date", "goes with time_in_force good_till_date")]
    public void A_wrong_order_is_provably_not_placed(string members, string field, string message)
    {
        using var trader = Test.ConnectRaw();
        var side = members.Contains("\"side\"", StringComparison.Ordinal) ? "" : "\"side\":\"buy\",";
        var error = trader.Error("oms.place_limit_order", $$"""{"exchange":"binance","symbol":"BTCUSDT",{{side}}"quantity":"1",{{members}}}""");
        Assert.Equal("invalid_argument", error.GetProperty("code").GetString());
        Assert.Equal(field, error.GetProperty("field").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Equal("rejected", error.GetProperty("outcome").GetString());
    }

    [Fact]
    public void A_wrong_entry_of_a_batch_is_named_with_its_place()
    {
        using var trader = Test.ConnectRaw();
        var error = trader.Error(
            "oms.place_orders",
            """{"exchange":"binance","orders":[{"type":"market","symbol":"X","side":"buy","quantity":"1"},{"type":"limit","symbol":"X","side":"buy","quantity":"1"}]}""");
        Assert.Equal("orders[1].price", error.GetProperty("field").GetString());
        Assert.Equal("rejected", error.GetProperty("outcome").GetString());
    }

    [Fact]
    public void A_connection_that_nobody_declares_is_told_at_once()
    {
        using var trader = Test.ConnectRaw();
        var error = trader.Error("market.subscribe_order_book", """{"exchange":"deribit","symbol":"BTC-PERPETUAL"}""");
        Assert.Equal("connection_not_declared", error.GetProperty("code").GetString());
        Assert.Contains("market/deribit", error.GetProperty("message").GetString());
        Assert.True(error.GetProperty("retryable").GetBoolean());
        Assert.Equal("connection_not_declared", trader.Error("events.replay", """{"topic":"book.deribit.X","epoch":"1","after_seq":0}""").GetProperty("code").GetString());
    }

    [Fact]
    public void An_order_for_a_role_that_is_not_there_is_provably_not_placed()
    {
        using var trader = Test.ConnectRaw();
        var error = trader.Error("oms.place_limit_order", """{"exchange":"binance","symbol":"BTCUSDT","side":"buy","quantity":"0.01","price":"60000.1"}""");
        Assert.Contains(error.GetProperty("code").GetString(), new[] { "connection_not_declared", "not_supported" });
        Assert.Equal("rejected", error.GetProperty("outcome").GetString());
    }

    [Fact]
    public void The_id_is_echoed_to_the_letter_whatever_becomes_of_the_request()
    {
        using var trader = Test.ConnectRaw();
        foreach (var id in new[] { "7", "-1.50", "\"a\\u00e4\\n\"", "12345678901234567890123" })
        {
            Assert.Equal(id, trader.SendAndReceive($$"""{"v":1,"id":{{id}},"method":"session.ping"}""").GetProperty("id").GetRawText());
            Assert.Equal(id, trader.SendAndReceive($$"""{"v":1,"id":{{id}},"method":"nothing"}""").GetProperty("id").GetRawText());
            Assert.Equal(id, trader.SendAndReceive($$"""{"id":{{id}},"v":1,"method":""").GetProperty("id").GetRawText());
        }

        Assert.Equal(JsonValueKind.Null, trader.SendAndReceive("{}").GetProperty("id").ValueKind);
        Assert.Equal(JsonValueKind.Null, trader.SendAndReceive($$"""{"v":1,"id":"{{new string('x', 200)}}","method":"session.ping"}""").GetProperty("id").ValueKind);
    }

    [Fact]
    public void A_frame_of_ten_megabytes_is_answered_and_its_sender_stays()
    {
        using var trader = Test.ConnectRaw();
        var frame = Encoding.UTF8.GetBytes("{\"v\":1,\"id\":\"big\",\"method\":\"session.hello\",\"params\":{\"client\":\"" + new string('x', 10 * 1024 * 1024) + "\"}}");
        trader.Send(frame);
        var reply = trader.Receive("the answer to 10 MB");
        Assert.Equal("big", reply.GetProperty("id").GetString());
        Assert.Equal("request_too_large", reply.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("at most 4096", reply.GetProperty("error").GetProperty("message").GetString());
        trader.Result("session.ping");
    }

    [Fact]
    public void Deep_nesting_and_bytes_that_are_no_text_are_refused()
    {
        using var trader = Test.ConnectRaw();
        var deep = "{\"v\":1,\"id\":\"1\",\"method\":\"session.ping\",\"params\":{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}}";
        Assert.Equal("malformed_request", trader.SendAndReceive(deep).GetProperty("error").GetProperty("code").GetString());
        trader.Send([0xff, 0xfe, 0x00, 0x01]);
        Assert.Equal("malformed_request", trader.Receive("the answer to four bytes").GetProperty("error").GetProperty("code").GetString());
        trader.Result("session.ping");
    }

    [Fact]
    public void A_command_after_its_deadline_is_not_carried_out()
    {
        using var trader = Test.ConnectRaw();
        var late = trader.SendAndReceive("""{"v":1,"id":"1","method":"session.ping","deadline":"2020-01-01T00:00:00Z"}""").GetProperty("error");
        Assert.Equal("timeout", late.GetProperty("code").GetString());
        Assert.Equal("rejected", late.GetProperty("outcome").GetString());
        Assert.True(trader.SendAndReceive("""{"v":1,"id":"1","method":"session.ping","deadline":"2999-01-01T00:00:00Z"}""").TryGetProperty("result", out _));
    }

    [Fact]
    public void A_requester_with_its_empty_frame_is_served_as_a_dealer_is()
    {
        using var requester = Test.ConnectRaw(asRequester: true);
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith("gateway-", requester.Result("session.ping").GetProperty("gateway").GetString());
            Assert.Equal("malformed_request", requester.SendAndReceive("nonsense").GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Fact]
    public void A_defect_is_told_without_its_text()
    {
        Test.Connector.Defect = new InvalidOperationException("planted-secret");
        using var trader = Test.ConnectRaw();
        var error = trader.Error("market.get_instruments", """{"exchange":"binance"}""");
        Assert.Equal("internal", error.GetProperty("code").GetString());
        Assert.DoesNotContain("planted-secret", error.ToString());
    }

    [Fact]
    public void Errors_are_counted_by_code()
    {
        using var trader = Test.ConnectRaw();
        var (malformed, unknown) = (Count(ExchangeErrorCode.MalformedRequest), Count(ExchangeErrorCode.UnknownMethod));
        trader.SendAndReceive("nonsense");
        trader.Error("no.such_method");
        Assert.Equal((malformed + 1, unknown + 1), (Count(ExchangeErrorCode.MalformedRequest), Count(ExchangeErrorCode.UnknownMethod)));

        long Count(ExchangeErrorCode code) =>
            trader.Result("session.status").GetProperty("commands").GetProperty("errors").TryGetProperty(Name(code), out var count) ? count.GetInt64() : 0;
    }

    private static string Name(ExchangeErrorCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
}
