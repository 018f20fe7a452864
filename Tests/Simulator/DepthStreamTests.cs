using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class DepthStreamTests : SimulatorTest
{
    [Theory]
    [InlineData("@100ms", 100)]
    [InlineData("", 250)]
    [InlineData("@500ms", 500)]
    public async Task Snapshot_and_deltas_give_the_engines_own_book(string suffix, int milliseconds)
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth" + suffix);
        DiffBook? book = null;
        long? previous = null;
        for (var round = 0; round < 30; round++)
        {
            Host.Step(60);
            if (round == 4)
            {
                // In the middle of an interval: its frame straddles the snapshot.
                book = new DiffBook(await GetAsync("/fapi/v1/depth?symbol=BTCUSDT&limit=1000"));
                Host.Step(60);
            }

            Host.Advance(TimeSpan.FromMilliseconds(milliseconds));
            var delta = await socket.ReceiveAsync("delta");
            if (previous is not null)
            {
                Assert.Equal(previous, delta["pu"]!.GetValue<long>());
            }

            previous = delta["u"]!.GetValue<long>();
            book?.Apply(delta);
        }

        var truth = TrueBook("BTCUSDT");
        Assert.Equal(truth.LastUpdateId, book!.LastUpdateId);
        Assert.Equal(Levels(truth.Bids), book.Bids);
        Assert.Equal(Levels(truth.Asks), book.Asks);
    }

    [Fact]
    public async Task The_speeds_have_chains_of_their_own()
    {
        var socket = await StreamAsync("/public/stream", "ethusdt@depth@100ms", "ethusdt@depth@500ms");
        var last = new Dictionary<string, long>();
        var frames = new Dictionary<string, int>();
        for (var i = 0; i < 10; i++)
        {
            StepAndPublish();
            await Receive();
            if (i % 5 == 4)
            {
                await Receive();
            }
        }

        Assert.Equal(10, frames["ethusdt@depth@100ms"]);
        Assert.Equal(2, frames["ethusdt@depth@500ms"]);

        async Task Receive()
        {
            var frame = await socket.ReceiveAsync("delta");
            var (stream, data) = (frame["stream"]!.GetValue<string>(), frame["data"]!);
            if (last.TryGetValue(stream, out var before))
            {
                Assert.Equal(before, data["pu"]!.GetValue<long>());
            }

            last[stream] = data["u"]!.GetValue<long>();
            frames[stream] = frames.GetValueOrDefault(stream) + 1;
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(20)]
    public async Task A_partial_book_is_the_top_of_the_engines(int levels)
    {
        var socket = await StreamAsync("/public/ws", $"solusdt@depth{levels}@100ms");
        for (var i = 0; i < 10; i++)
        {
            StepAndPublish();
            var frame = await socket.ReceiveAsync("partial book");
            var truth = TrueBook("SOLUSDT");
            Assert.Equal(Levels(truth.Bids.Take(levels)), Levels(frame["b"]));
            Assert.Equal(Levels(truth.Asks.Take(levels)), Levels(frame["a"]));
            Assert.Equal(truth.LastUpdateId, frame["u"]!.GetValue<long>());
        }
    }

    [Fact]
    public async Task A_delta_has_the_members_of_the_sheet_in_its_order()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        StepAndPublish();
        var delta = await socket.ReceiveAsync("delta");

        Assert.Equal(["e", "E", "T", "s", "ps", "U", "u", "pu", "b", "a", "st"], delta.AsObject().Select(member => member.Key));
        Assert.Equal("depthUpdate", delta["e"]!.GetValue<string>());
        Assert.Equal("BTCUSDT", delta["s"]!.GetValue<string>());
        Assert.Equal(1, delta["st"]!.GetValue<int>());
        Assert.Equal((FrozenTime.Start + Tick).ToUnixTimeMilliseconds(), delta["E"]!.GetValue<long>());
        Assert.All(delta["b"]!.AsArray(), level => Assert.Matches(@"^\d+\.\d\d$", level![0]!.GetValue<string>()));
        Assert.All(delta["b"]!.AsArray(), level => Assert.Matches(@"^\d+\.\d{3}$", level![1]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_interval_without_a_change_has_no_frame()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@depth@100ms");
        Host.Advance(Tick);
        Host.Advance(Tick);
        await socket.AssertNothingCameAsync();
    }

    [Fact]
    public async Task The_best_prices_come_with_every_change_of_them()
    {
        var socket = await StreamAsync("/public/ws", "btcusdt@bookTicker");
        var before = TrueBook("BTCUSDT");
        do
        {
            Host.ChangeBook("BTCUSDT");
        }
        while (TrueBook("BTCUSDT") is var now && now.Bids[0] == before.Bids[0] && now.Asks[0] == before.Asks[0]);

        // One operation may have several steps for the flow; the last frame is the state now.
        JsonNode frame;
        var truth = TrueBook("BTCUSDT");
        do
        {
            frame = await socket.ReceiveAsync("bookTicker");
        }
        while (frame["b"]!.GetValue<string>() != truth.Bids[0].Price || frame["B"]!.GetValue<string>() != truth.Bids[0].Quantity
            || frame["a"]!.GetValue<string>() != truth.Asks[0].Price || frame["A"]!.GetValue<string>() != truth.Asks[0].Quantity);

        Assert.Equal(["e", "u", "s", "ps", "b", "B", "a", "A", "T", "E", "st"], frame.AsObject().Select(member => member.Key));
    }
}
