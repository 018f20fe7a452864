using System.Collections.Concurrent;
using Exchange.Simulator;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class DepthPumpTests : SimulatorTest
{
    [Fact]
    public async Task Each_frame_of_the_pump_arrives_with_the_id_that_was_told()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth20@100ms");
        var told = new BlockingCollection<long>();
        await using var pump = new DepthPump(Host, "BTCUSDT", 5000, (updateId, _) => told.Add(updateId));
        long last = 0;
        for (var i = 0; i < 500; i++)
        {
            var frame = await socket.ReceiveAsync("pumped frame");
            var updateId = frame["u"]!.GetValue<long>();
            Assert.True(updateId > last, "an id came twice");
            Assert.Equal(told.Take(TestContext.Current.CancellationToken), updateId);
            Assert.Equal((20, 20), (frame["b"]!.AsArray().Count, frame["a"]!.AsArray().Count));
            last = updateId;
        }
    }
}
