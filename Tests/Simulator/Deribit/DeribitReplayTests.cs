using System.Text.Json;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Exchange.Simulator.Deribit.Replay;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

public sealed class DeribitReplayTests : IAsyncDisposable
{
    private const string Option = "BTC-24SEP21-8000-P";
    private const string Book = $"book.{Option}.raw";

    private static readonly string[] _lines =
    [
        $$$"""{"at":1000000,"via":"http","dir":"in","url":"https://www.deribit.com/api/v2/public/get_instruments?currency=BTC&expired=false","data":{"jsonrpc":"2.0","result":[{"tick_size":0.0005,"kind":"option","instrument_name":"{{{Option}}}","base_currency":"BTC"}]}}""",
        """{"at":1500000,"via":"ws","dir":"open","url":"wss://www.deribit.com/ws/api/v2"}""",
        $$$"""{"at":1600000,"via":"ws","dir":"in","data":{"jsonrpc":"2.0","id":0,"result":["{{{Book}}}"]}}""",
        Frame(2000000, Book, $$"""{"type":"snapshot","timestamp":1,"instrument_name":"{{Option}}","change_id":10,"bids":[["new",0.001,5.0]],"asks":[["new",0.002,1.0e2],["new",0.003,2.0]]}"""),
        Frame(2100000, $"ticker.{Option}.raw", $$"""{"timestamp":2,"instrument_name":"{{Option}}","best_bid_price":0.001}"""),
        Frame(2200000, Book, $$"""{"type":"change","timestamp":3,"prev_change_id":10,"instrument_name":"{{Option}}","change_id":17,"bids":[],"asks":[["delete",0.002,0.0]]}"""),
        Frame(2300000, Book, $$"""{"type":"change","timestamp":4,"prev_change_id":17,"instrument_name":"{{Option}}","change_id":18,"bids":[["change",0.001,6.0]],"asks":[]}"""),
    ];

    private readonly string _file = Path.GetTempFileName();
    private SimulatorHost? _host;

    [Fact]
    public async Task A_recording_is_played_to_whoever_comes_whenever()
    {
        var host = await StartAsync();
        await using var early = await ConnectAsync(host);
        await early.CallAsync("public/auth", new { grant_type = "client_credentials", client_id = "demo-id", client_secret = "demo-secret" });
        string[] wanted = [Book, "book.BTC-PERPETUAL.raw", $"ticker.{Option}.raw", $"quote.{Option}"];
        var achieved = await early.CallAsync("public/subscribe", new { channels = wanted });
        Assert.Equal([$"ticker.{Option}.raw", Book], achieved.AsArray().Select(channel => channel!.GetValue<string>()));
        host.Advance(TimeSpan.FromMilliseconds(201));
        var book = new ChangedBook(await early.DataAsync(Book));
        await early.DataAsync($"ticker.{Option}.raw");
        book.Apply(await early.DataAsync(Book));
    }

    [Fact]
    public async Task Late_books_begin_with_what_is_and_chain_on()
    {
        var host = await StartAsync();
        await using var first = await ConnectAsync(host);
        await first.CallAsync("public/subscribe", new { channels = new[] { $"ticker.{Option}.100ms" } });
        host.Advance(TimeSpan.FromMilliseconds(201));
        await using var late = await ConnectAsync(host);
        await late.CallAsync("public/subscribe", new { channels = new[] { $"book.{Option}.100ms" } });
        var book = new ChangedBook(await late.DataAsync($"book.{Option}.100ms"));
        Assert.Equal(17, book.ChangeId);
        host.Advance(TimeSpan.FromMilliseconds(200));
        book.Apply(await late.DataAsync($"book.{Option}.100ms"));
        book.AssertIs(host.Book(Option));
        Assert.Equal(6m, decimal.Parse(host.Book(Option).Bids[0].Quantity, System.Globalization.CultureInfo.InvariantCulture));

        using var http = new HttpClient { BaseAddress = host.DeribitRestUri };
        var cancellation = TestContext.Current.CancellationToken;
        var instruments = JsonNode.Parse(await http.GetStringAsync(new Uri("/api/v2/public/get_instruments?currency=BTC", UriKind.Relative), cancellation))!;
        Assert.Equal(Option, instruments["result"]![0]!["instrument_name"]!.GetValue<string>());
        var state = JsonNode.Parse(await new HttpClient().GetStringAsync(new Uri(host.ControlUri, "/state"), cancellation))!["venues"]!["deribit"]!["replay"]!;
        Assert.Equal((true, 4, 0, 1), (state["finished"]!.GetValue<bool>(), state["played"]!.GetValue<int>(), state["gaps"]!.GetValue<int>(), state["skipped"]!.GetValue<int>()));
        await late.RefusedAsync(-32601, "private/buy");
    }

    [Fact]
    public void The_shared_recording_chains()
    {
        var file = Shared();
        Assert.SkipWhen(file is null, "the shared recording is not beside this checkout (../shared/recordings)");
        var recording = DeribitRecording.Read(file);
        var books = recording.Symbols.ToDictionary(symbol => symbol, symbol => new ReplayBook(symbol));
        foreach (var (_, told) in recording.Items.Where(item => item.Item.Channel.Family == "book"))
        {
            using var document = JsonDocument.Parse(told.Data);
            books[told.Channel.Instrument!].Apply(document.RootElement);
        }

        Assert.Equal((10, 46, 1, 0), (books.Count, recording.Items.Count(item => item.Item.Channel.Family == "book"), recording.Skipped, books.Values.Sum(book => book.Gaps)));
        Assert.All(books.Values, book => Assert.NotEqual(0, book.ChangeId));
    }

    [Fact]
    public void A_recording_tells_its_venue()
    {
        File.WriteAllLines(_file, _lines);
        Assert.Equal("deribit", VenueList.OfRecording(_file));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        File.Delete(_file);
    }

    private static string? Shared()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "recordings", "deribit-2021-07-22.ndjson");
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    private static string Frame(long at, string channel, string data) =>
        "{\"at\":" + at + ",\"via\":\"ws\",\"dir\":\"in\",\"data\":{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"" + channel
        + "\",\"data\":" + data + "}}}";

    private static async Task<DeribitSocket> ConnectAsync(SimulatorHost host) => new(await RawSocket.ConnectAsync(host.DeribitSocketUri, "/ws/api/v2"));

    private async Task<SimulatorHost> StartAsync()
    {
        await File.WriteAllLinesAsync(_file, _lines, TestContext.Current.CancellationToken);
        return _host = await SimulatorHost.StartAsync(
            new SimulatorOptions { Venues = ["deribit"], ReplayVenue = "deribit", Replay = _file, Runs = false, TimeProvider = new FrozenTime() },
            TestContext.Current.CancellationToken);
    }
}
