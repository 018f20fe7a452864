using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class ControlMessageTests : SimulatorTest
{
    [Fact]
    public async Task Subscriptions_are_listed_and_ended()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth@100ms", "btcusdt@bookTicker");
        Assert.Equal("{\"result\":[\"btcusdt@depth@100ms\",\"btcusdt@bookTicker\"],\"id\":2}",
            (await socket.RequestAsync("LIST_SUBSCRIPTIONS")).ToJsonString());
        Assert.Equal("{\"result\":null,\"id\":3}",
            (await socket.RequestAsync("UNSUBSCRIBE", "[\"btcusdt@depth@100ms\",\"btcusdt@bookTicker\"]")).ToJsonString());
        StepAndPublish(400);
        await socket.AssertNothingCameAsync();
    }

    [Fact]
    public async Task The_envelope_is_a_property_of_the_connection()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        Assert.Equal("{\"result\":false,\"id\":2}", (await socket.RequestAsync("GET_PROPERTY", "[\"combined\"]")).ToJsonString());
        Assert.Equal("{\"result\":null,\"id\":3}", (await socket.RequestAsync("SET_PROPERTY", "[\"combined\",true]")).ToJsonString());
        StepAndPublish();
        Assert.NotNull((await socket.ReceiveAsync("delta"))["stream"]);

        var combined = await ConnectAsync("/public/stream");
        Assert.Equal("{\"result\":true,\"id\":1}", (await combined.RequestAsync("GET_PROPERTY", "[\"combined\"]")).ToJsonString());
    }

    [Theory]
    [InlineData("{nonsense", 3)]
    [InlineData("[1]", 2)]
    [InlineData("{\"id\":1}", 2)]
    [InlineData("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":\"a\"}", 2)]
    [InlineData("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"],\"id\":-1}", 2)]
    [InlineData("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth\"]}", 2)]
    [InlineData("{\"method\":\"SUBSCRIBE\",\"params\":\"btcusdt@depth\",\"id\":1}", 2)]
    [InlineData("{\"method\":\"DANCE\",\"id\":1}", 2)]
    [InlineData("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",\"yes\"],\"id\":1}", 1)]
    [InlineData("{\"method\":\"SET_PROPERTY\",\"params\":[\"colour\",true],\"id\":1}", 0)]
    [InlineData("{\"method\":\"GET_PROPERTY\",\"params\":[7],\"id\":1}", 2)]
    public async Task A_bad_request_is_told_by_its_code(string request, int code)
    {
        var socket = await ConnectAsync("/public/ws");
        await socket.SendAsync(request);
        var answer = await socket.ReceiveAsync("error");
        Assert.Equal(code, answer["code"]!.GetValue<int>());
        Assert.NotEmpty(answer["msg"]!.GetValue<string>());
        await socket.AssertNothingCameAsync();
    }

    [Fact]
    public async Task An_id_that_is_no_unsigned_integer_is_refused_in_the_venues_words()
    {
        var socket = await ConnectAsync("/public/ws");
        await socket.SendAsync("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"q-1\"}");
        Assert.Equal("{\"code\":2,\"msg\":\"Invalid request: request ID must be an unsigned integer\"}",
            await socket.ReceiveTextAsync("error"));
    }

    [Fact]
    public async Task More_than_1024_streams_are_refused()
    {
        var socket = await ConnectAsync("/public/ws");
        var names = string.Join(",", Enumerable.Range(0, 1024).Select(i => $"\"coin{i}usdt@depth\""));
        Assert.Equal("{\"result\":null,\"id\":1}", (await socket.RequestAsync("SUBSCRIBE", $"[{names}]")).ToJsonString());
        Assert.Equal(4, (await socket.RequestAsync("SUBSCRIBE", "[\"one@depth\"]"))["error"]!["code"]!.GetValue<int>());
        Assert.Equal(1024, ((JsonArray)(await socket.RequestAsync("LIST_SUBSCRIPTIONS"))["result"]!).Count);
    }

    [Fact]
    public async Task More_than_ten_messages_in_a_second_end_the_connection()
    {
        var socket = await ConnectAsync("/public/ws");
        for (var i = 0; i < 10; i++)
        {
            await socket.RequestAsync("LIST_SUBSCRIPTIONS");
        }

        Host.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++)
        {
            await socket.RequestAsync("LIST_SUBSCRIPTIONS");
        }

        await socket.SendAsync("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":99}");
        await socket.AssertClosedAsync(1008);
    }
}
