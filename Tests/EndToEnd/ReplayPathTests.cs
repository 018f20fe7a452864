using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;
using Exchange.Simulator;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.EndToEnd;

/// <summary>A real recording, played through sockets, connector, grain, stream and gateway, ends at the books that its frames imply.</summary>
public sealed class ReplayPathTests
{
    private static readonly string[] _symbols = ["SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"];

    [Fact]
    public async Task The_whole_path_ends_at_the_books_of_the_recording()
    {
        var file = FindRecording();
        if (file is null)
            Assert.Skip("../shared/recordings is not there: the real recording is not part of the repository");

        await using var simulator = await SimulatorHost.StartAsync(
            new SimulatorOptions { Replay = file, ReplaySpeed = 20 }, TestContext.Current.CancellationToken);
        await using var gateway = await RunningGateway.StartAsync(simulator, "Exchange:Binance:BookSource=diff", "Exchange:Binance:BookStaleMs=60000", "Exchange:Binance:SocketStaleMs=60000");
        var expected = _symbols.ToDictionary(s => s, s => BinanceReplay.Run(RecordingReader.ReadFile(file), s).OrThrow());
        var reached = _symbols.ToDictionary(s => s, _ => new TaskCompletionSource<OrderBook>(TaskCreationOptions.RunContinuationsAsynchronously));
        gateway.Trader.OrderBookReceived += update =>
        {
            if (update.Data.State == BookState.Synced && update.Data.LastUpdateId == expected[update.Data.Symbol].Book.LastUpdateId)
                reached[update.Data.Symbol].TrySetResult(update.Data);
        };
        foreach (var symbol in _symbols)
            (await gateway.Trader.SubscribeOrderBook("binance", symbol, 20, 0)).OrThrow();

        foreach (var symbol in _symbols)
        {
            var book = await reached[symbol].Task.Within($"the last book of {symbol}");
            Assert.Equal(0, expected[symbol].Gaps);
            Assert.Equal(expected[symbol].Book.Bids.AsEnumerable(), book.Bids.AsEnumerable());
            Assert.Equal(expected[symbol].Book.Asks.AsEnumerable(), book.Asks.AsEnumerable());
        }
    }

    private static string? FindRecording()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
                continue;
            var file = Path.Combine(folder.FullName, "..", "shared", "recordings", "binance-usdm-2021-07-22.ndjson");
            return File.Exists(file) ? file : null;
        }

        return null;
    }
}
