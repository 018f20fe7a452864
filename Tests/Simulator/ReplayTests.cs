using System.Globalization;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Xunit;

namespace Exchange.Tests.Simulator;

/// <summary>The shared recording of the venue, played through the simulator's sockets.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private static readonly string[] _symbols = ["SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"];

    private SimulatorHost? _host;

    /// <summary>Beside the checkout, or where a variable says; it is not part of the repository.</summary>
    private static string? Recording()
    {
        const string Name = "binance-usdm-2021-07-22.ndjson";
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
            {
                var file = Path.Combine(folder.Parent?.FullName ?? folder.FullName, "shared", "recordings", Name);
                return File.Exists(file) ? file : null;
            }
        }

        return null;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _host?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Deltas_with_the_snapshot_end_in_the_book_that_the_recording_implies()
    {
        var host = await StartAsync(new SimulatorOptions());
        await using var socket = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/public/stream");

        // Nothing is played before somebody listens.
        host.Advance(TimeSpan.FromMinutes(5));
        await socket.SubscribeAsync([.. _symbols.Select(symbol => symbol.ToLowerInvariant() + "@depth@100ms")]);
        var books = new Dictionary<string, DiffBook>();
        foreach (var symbol in _symbols)
        {
            books.Add(symbol, new DiffBook(await SnapshotAsync(host, symbol)));
        }

        var expected = RecordedFrames("@depth@100ms");
        PlayToTheEnd(host);
        for (var i = 0; i < expected.Count; i++)
        {
            var frame = await socket.ReceiveAsync("recorded delta");
            Assert.Equal(expected[i].ToJsonString(), frame.ToJsonString());
            books[frame["data"]!["s"]!.GetValue<string>()].Apply(frame["data"]!);
        }

        foreach (var symbol in _symbols)
        {
            var (bids, asks, lastUpdateId) = Implied(symbol);
            Assert.Equal(lastUpdateId, books[symbol].LastUpdateId);
            Assert.Equal(bids, books[symbol].Bids);
            Assert.Equal(asks, books[symbol].Asks);
        }
    }

    [Fact]
    public async Task Partial_books_are_derived_and_end_at_the_same_top()
    {
        var host = await StartAsync(new SimulatorOptions());
        await using var socket = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/public/ws");
        await socket.SubscribeAsync("ctkusdt@depth20@100ms");
        PlayToTheEnd(host);
        var (bids, asks, lastUpdateId) = Implied("CTKUSDT");
        JsonNode frame;
        var frames = 0;
        do
        {
            frame = await socket.ReceiveAsync("partial book");
            frames++;
        }
        while (frame["u"]!.GetValue<long>() != lastUpdateId);

        Assert.True(frames > 100);
        Assert.Equal(bids.Take(20), Side(frame["b"]));
        Assert.Equal(asks.Take(20), Side(frame["a"]));
    }

    [Fact]
    public async Task A_late_comer_syncs_with_the_rest_and_at_the_end_with_what_is_held()
    {
        var host = await StartAsync(new SimulatorOptions());
        await using var early = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/public/ws");
        await early.SubscribeAsync("sushiusdt@bookTicker");
        host.Advance(TimeSpan.FromSeconds(15));

        await using var late = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/public/ws");
        await late.SubscribeAsync("sushiusdt@depth@500ms");
        var book = new DiffBook(await SnapshotAsync(host, "SUSHIUSDT"));
        PlayToTheEnd(host);
        var (bids, asks, lastUpdateId) = Implied("SUSHIUSDT");
        while (book.LastUpdateId != lastUpdateId)
        {
            book.Apply(await late.ReceiveAsync("delta"));
        }

        // A snapshot ends at 1,000 levels, and the recording knows of some beyond: they stay unknown, as at the venue.
        Assert.Equal(bids.Take(900), book.Bids.Take(900));
        Assert.Equal(asks.Take(900), book.Asks.Take(900));
        var held = new DiffBook(await SnapshotAsync(host, "SUSHIUSDT"));
        Assert.Equal(lastUpdateId, held.LastUpdateId);
        Assert.Equal(bids.Take(1000), held.Bids);
        Assert.Equal(asks.Take(1000), held.Asks);
    }

    [Fact]
    public async Task Trades_and_klines_go_to_their_own_route_untouched()
    {
        var host = await StartAsync(new SimulatorOptions());
        await using var market = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/market/stream?streams=ctkusdt@aggTrade/ctkusdt@kline_1m");
        await host.WhenSubscribed("ctkusdt@kline_1m");
        var expected = RecordedFrames("@aggTrade", "@kline_1m").Where(frame => frame["stream"]!.GetValue<string>().StartsWith("ctkusdt", StringComparison.Ordinal)).ToArray();
        PlayToTheEnd(host);
        foreach (var frame in expected)
        {
            Assert.Equal(frame.ToJsonString(), (await market.ReceiveAsync("recorded frame")).ToJsonString());
        }

        using var http = new HttpClient { BaseAddress = host.BinanceRestUri };
        var info = JsonNode.Parse(await http.GetStringAsync(new Uri("/fapi/v1/exchangeInfo", UriKind.Relative), TestContext.Current.CancellationToken))!;
        Assert.Contains(info["symbols"]!.AsArray(), symbol => symbol!["symbol"]!.GetValue<string>() == "CTKUSDT");
    }

    [Fact]
    public async Task At_full_speed_everything_comes_without_the_clock_being_moved_on()
    {
        var host = await StartAsync(new SimulatorOptions { ReplaySpeed = double.PositiveInfinity });
        await using var socket = await RawSocket.ConnectAsync(host.BinanceStreamUri, "/public/ws");
        await socket.SubscribeAsync("akrousdt@depth@100ms");
        for (var i = 0; i < 4; i++)
        {
            host.Advance(TimeSpan.FromMilliseconds(5));
        }

        foreach (var frame in RecordedFrames("@depth@100ms").Where(frame => frame["stream"]!.GetValue<string>().StartsWith("akrousdt", StringComparison.Ordinal)))
        {
            Assert.Equal(frame["data"]!.ToJsonString(), (await socket.ReceiveAsync("recorded delta")).ToJsonString());
        }
    }

    [Fact]
    public async Task A_file_that_is_no_recording_is_refused_by_its_line()
    {
        var file = Path.Combine(Path.GetTempPath(), $"no-recording-{Guid.NewGuid():N}.ndjson");
        await File.WriteAllTextAsync(file, "{\"at\":1,\"via\":\"ws\",\"dir\":\"in\",\"data\":{}}\n{\"at\":2}\n", TestContext.Current.CancellationToken);
        try
        {
            var refused = await Assert.ThrowsAsync<InvalidDataException>(() => SimulatorHost.StartAsync(
                new SimulatorOptions { Replay = file }, TestContext.Current.CancellationToken));
            Assert.Contains("line 2", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string RequireRecording()
    {
        var file = Recording();
        Assert.SkipWhen(file is null, "the shared recording is not beside this checkout (../shared/recordings)");
        return file!;
    }

    private static void PlayToTheEnd(SimulatorHost host)
    {
        // 500 at a time is the most that is played in one go.
        for (var i = 0; i < 400; i++)
        {
            host.Advance(TimeSpan.FromMilliseconds(250));
        }
    }

    private static async Task<JsonNode> SnapshotAsync(SimulatorHost host, string symbol)
    {
        using var http = new HttpClient { BaseAddress = host.BinanceRestUri };
        return JsonNode.Parse(await http.GetStringAsync(
            new Uri($"/fapi/v1/depth?symbol={symbol}&limit=1000", UriKind.Relative), TestContext.Current.CancellationToken))!;
    }

    private static List<JsonNode> RecordedFrames(params string[] kinds) => File.ReadLines(RequireRecording())
        .Select(line => JsonNode.Parse(line)!)
        .Where(line => line["data"]?["stream"] is { } stream && kinds.Any(kind => stream.GetValue<string>().EndsWith(kind, StringComparison.Ordinal)))
        .Select(line => line["data"]!)
        .ToList();

    /// <summary>The last book, from the file alone.</summary>
    private static ((decimal, decimal)[] Bids, (decimal, decimal)[] Asks, long LastUpdateId) Implied(string symbol)
    {
        var lines = File.ReadLines(RequireRecording()).Select(line => JsonNode.Parse(line)!).ToArray();
        var book = new DiffBook(lines.Single(line => line["url"]?.GetValue<string>().Contains($"/depth?symbol={symbol}&", StringComparison.Ordinal) ?? false)["data"]!);
        foreach (var line in lines.Where(line => line["data"]?["stream"]?.GetValue<string>() == symbol.ToLowerInvariant() + "@depth@100ms"))
        {
            book.Apply(line["data"]!["data"]!);
        }

        return (book.Bids, book.Asks, book.LastUpdateId);
    }

    private static (decimal, decimal)[] Side(JsonNode? side) => side!.AsArray()
        .Select(level => (decimal.Parse(level![0]!.GetValue<string>(), CultureInfo.InvariantCulture), decimal.Parse(level[1]!.GetValue<string>(), CultureInfo.InvariantCulture)))
        .ToArray();

    private async Task<SimulatorHost> StartAsync(SimulatorOptions options) => _host = await SimulatorHost.StartAsync(
        options with { Runs = false, TimeProvider = new FrozenTime(), Replay = RequireRecording() }, TestContext.Current.CancellationToken);
}
