using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class RouteTests : SimulatorTest
{
    [Theory]
    [InlineData("/market/ws", "btcusdt@depth@100ms")]
    [InlineData("/market/ws", "btcusdt@bookTicker")]
    [InlineData("/public/ws", "btcusdt@aggTrade")]
    [InlineData("/public/ws", "btcusdt@markPrice@1s")]
    [InlineData("/private/ws", "btcusdt@depth@100ms")]
    [InlineData("/private/ws", "btcusdt@aggTrade")]
    [InlineData("/ws", "btcusdt@aggTrade")]
    [InlineData("/public/ws", "BTCUSDT@depth@100ms")]
    [InlineData("/public/ws", "btcusdt@depth@42ms")]
    public async Task A_wrong_route_or_name_is_acknowledged_and_stays_silent(string path, string stream)
    {
        var socket = await StreamAsync(path, stream);
        for (var i = 0; i < 12; i++)
        {
            StepAndPublish();
        }

        await socket.AssertNothingCameAsync();
        Assert.Equal($"[\"{stream}\"]", (await socket.RequestAsync("LIST_SUBSCRIPTIONS"))["result"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/public/ws/btcusdt@depth@100ms")]
    [InlineData("/public/ws/btcusdt@depth@100ms/ethusdt@depth20")]
    [InlineData("/ws/btcusdt@depth@100ms")]
    public async Task A_raw_stream_comes_bare(string path)
    {
        var socket = await ConnectAsync(path);
        await Host.WhenSubscribed("btcusdt@depth@100ms");
        StepAndPublish();
        Assert.Equal("depthUpdate", (await socket.ReceiveAsync("delta"))["e"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/public/stream?streams=btcusdt@depth@100ms")]
    [InlineData("/stream?streams=btcusdt@depth@100ms")]
    public async Task A_combined_stream_comes_in_its_envelope(string path)
    {
        var socket = await ConnectAsync(path);
        await Host.WhenSubscribed("btcusdt@depth@100ms");
        StepAndPublish();
        var frame = await socket.ReceiveAsync("delta");
        Assert.Equal(["stream", "data"], frame.AsObject().Select(member => member.Key));
        Assert.Equal("btcusdt@depth@100ms", frame["stream"]!.GetValue<string>());
        Assert.Equal("depthUpdate", frame["data"]!["e"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/public/ws/0", "btcusdt@trade")]
    [InlineData("/market/ws/17", "btcusdt@aggTrade")]
    public async Task The_number_that_ccxt_appends_is_no_stream(string path, string stream)
    {
        var socket = await StreamAsync(path, stream);
        Assert.Equal($"[\"{stream}\"]", (await socket.RequestAsync("LIST_SUBSCRIPTIONS"))["result"]!.ToJsonString());
        for (var i = 0; i < 10; i++)
        {
            StepAndPublish(200);
        }

        Assert.Contains("rade", (await socket.ReceiveAsync("trade"))["e"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
