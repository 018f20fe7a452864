using Exchange.Simulator;
using Exchange.Simulator.Engine;
using Xunit;

namespace Exchange.Tests.Simulator;

public sealed class OrderFlowTests
{
    [Fact]
    public async Task A_seed_fixes_every_decision()
    {
        await using var one = await StartAsync(5);
        await using var same = await StartAsync(5);
        await using var other = await StartAsync(6);
        foreach (var host in new[] { one, same, other })
        {
            host.Step(5000);
        }

        foreach (var symbol in new[] { "BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT" })
        {
            Assert.Equal(one.Book(symbol).Bids, same.Book(symbol).Bids);
            Assert.Equal(one.Book(symbol).Asks, same.Book(symbol).Asks);
            Assert.Equal(one.Book(symbol).LastUpdateId, same.Book(symbol).LastUpdateId);
            Assert.NotEqual(one.Book(symbol).Bids, other.Book(symbol).Bids);
        }
    }

    [Fact]
    public async Task The_book_lives_and_stays_deep_and_uncrossed()
    {
        await using var host = await StartAsync(3);
        var tops = new HashSet<(string, string)>();
        for (var i = 0; i < 2000; i++)
        {
            host.Step(20);
            var book = host.Book("BTCUSDT");
            Assert.True(book.Bids.Count >= OrderFlow.MinimumLevels, $"{book.Bids.Count} bids after {i * 20} decisions");
            Assert.True(book.Asks.Count >= OrderFlow.MinimumLevels, $"{book.Asks.Count} asks after {i * 20} decisions");
            Assert.True(Fixed8.Parse(book.Bids[0].Price) < Fixed8.Parse(book.Asks[0].Price));
            tops.Add((book.Bids[0].Price, book.Asks[0].Price));
        }

        Assert.True(tops.Count > 20, $"the price stood at {tops.Count} places only");
    }

    [Theory]
    [InlineData("61240.1", 2, "61240.10")]
    [InlineData("0.00000001", 8, "0.00000001")]
    [InlineData("-1.5", 1, "-1.5")]
    [InlineData("7", 0, "7")]
    [InlineData("123456789.12345678", 8, "123456789.12345678")]
    public void Numbers_are_printed_in_full(string text, int digits, string printed) =>
        Assert.Equal(printed, Fixed8.ToText(Fixed8.Parse(text), digits));

    private static Task<SimulatorHost> StartAsync(int seed) => SimulatorHost.StartAsync(
        new SimulatorOptions { Runs = false, Seed = seed, TimeProvider = new FrozenTime() }, TestContext.Current.CancellationToken);
}
