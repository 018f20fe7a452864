using System.Globalization;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Deribit;

/// <summary>Real traffic through the real code, against a slow computation that shares nothing with it.</summary>
public sealed class DeribitReplayTests
{
    private const string Name = "deribit-2021-07-22.ndjson";

    [Fact]
    public void Every_recorded_book_chains_and_is_what_the_frames_imply()
    {
        var path = SharedRecordings.Find(Name);
        Assert.SkipWhen(path is null, SharedRecordings.Absent);
        var entries = RecordingReader.ReadFile(path!).ToList();
        var models = Slowly(path!);
        Assert.Equal(10, models.Count);
        var applied = 0;
        foreach (var (symbol, model) in models)
        {
            var result = DeribitReplay.Run(entries, symbol, 1000).OrThrow();
            Assert.Equal((0L, 0L, BookState.Synced), (result.Gaps, result.Unreadable, result.Book.State));
            Assert.Equal(model.LastId, result.Book.LastUpdateId);
            Assert.Equal(model.Applied, result.Updates);
            Assert.Equal(model.Bids.OrderByDescending(l => l.Key).Select(l => new PriceLevel(l.Key, l.Value)), result.Book.Bids);
            Assert.Equal(model.Asks.OrderBy(l => l.Key).Select(l => new PriceLevel(l.Key, l.Value)), result.Book.Asks);
            Assert.Equal((symbol, InstrumentKind.Option), (result.Instrument!.Symbol, result.Instrument.Kind));
            var top = DeribitReplay.Run(entries, symbol, 2).OrThrow().Book;
            Assert.Equal(result.Book.Bids.Take(2), top.Bids);
            Assert.Equal(result.Book.Asks.Take(2), top.Asks);
            applied += model.Applied;
        }

        Assert.Equal(46, applied);
    }

    /// <summary>Books and tickers, the reply to the subscription, the instruments: nothing is unknown or unreadable.</summary>
    [Fact]
    public void Every_recorded_frame_and_body_is_known()
    {
        var path = SharedRecordings.Find(Name);
        Assert.SkipWhen(path is null, SharedRecordings.Absent);
        var entries = RecordingReader.ReadFile(path!).ToList();
        var processor = new DeribitMarketDataProcessor();
        var channels = Asked(entries);
        Assert.Equal(30, channels.Count);
        foreach (var channel in channels)
            processor.Add(new Taker(channel));
        var kinds = entries.Where(e => e.Kind == RecordedKind.FrameIn).Select(e => processor.OnFrame(e.Data.Span, 1, e.At, out _)).CountBy(k => k).ToDictionary();
        Assert.Equal(new Dictionary<FrameKind, int> { [FrameKind.Reply] = 1, [FrameKind.Data] = 89 + 46 }, kinds);
        var reply = entries.First(e => e.Kind == RecordedKind.FrameIn).Data;
        Assert.True(DeribitFrame.TryRead(reply.Span, out var frame));
        Assert.Equal(channels.Order(), DeribitRpc.ReadChannels(frame.Result)!.Order());
        foreach (var body in entries.Where(e => e.Kind == RecordedKind.HttpBody && e.Data.Length > 200))
        {
            Assert.Null(DeribitRpc.ErrorOf(body.Data.Span, out var result));
            var instruments = DeribitInstruments.Read(result, "deribit").OrThrow();
            Assert.Equal(0, instruments.Unreadable);
            Assert.NotEmpty(instruments.All);
        }
    }

    [Fact]
    public void A_capture_that_begins_in_mid_stream_shows_no_book_and_says_why()
    {
        var entries = new[]
        {
            Frame("""{"type":"change","timestamp":1789000031100,"instrument_name":"X","prev_change_id":100,"change_id":173,"bids":[["change",5.0,9.0]],"asks":[]}"""),
            Frame("""{"type":"change","timestamp":1789000031200,"instrument_name":"X","prev_change_id":173,"change_id":180,"bids":[["change",5.0,8.0]],"asks":[]}"""),
        };
        var result = DeribitReplay.Run(entries, "X").OrThrow();
        Assert.Equal((BookState.Syncing, 0L, 0L, 0L), (result.Book.State, result.Gaps, result.Updates, result.Book.LastUpdateId));
        Assert.Equal("waiting for the snapshot", result.Book.Reason);
        Assert.Empty(result.Book.Bids);

        // From the first snapshot on it is a book.
        var whole = DeribitReplay.Run(
            [.. entries, Frame("""{"type":"snapshot","timestamp":1789000031300,"instrument_name":"X","change_id":190,"bids":[["new",5.0,8.0]],"asks":[]}""")], "X").OrThrow();
        Assert.Equal((BookState.Synced, 0L, 190L), (whole.Book.State, whole.Gaps, whole.Book.LastUpdateId));

        static RecordedEntry Frame(string data) => new(
            DateTimeOffset.UnixEpoch.AddDays(1), RecordedKind.FrameIn, null,
            Encoding.UTF8.GetBytes("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"book.X.raw\",\"data\":" + data + "}}"));
    }

    [Fact]
    public void The_venue_of_a_recording_is_told_from_its_lines()
    {
        foreach (var (name, isDeribit) in new[] { (Name, true), ("binance-usdm-2021-07-22.ndjson", false) })
        {
            var path = SharedRecordings.Find(name);
            Assert.SkipWhen(path is null, SharedRecordings.Absent);
            var entries = RecordingReader.ReadFile(path!).ToList();
            Assert.Equal((!isDeribit, isDeribit), (entries.Exists(BinanceReplay.Recognizes), entries.Exists(DeribitReplay.Recognizes)));
        }
    }

    [Fact]
    public void A_symbol_that_is_not_in_the_recording_is_told()
    {
        var path = SharedRecordings.Find(Name);
        Assert.SkipWhen(path is null, SharedRecordings.Absent);
        var error = DeribitReplay.Run(RecordingReader.ReadFile(path!), "BTC-PERPETUAL").Error;
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, error!.Code);
        Assert.Contains("BTC-PERPETUAL", error.Message, StringComparison.Ordinal);
    }

    private static List<string> Asked(IEnumerable<RecordedEntry> entries)
    {
        using var request = JsonDocument.Parse(entries.First(e => e.Kind == RecordedKind.FrameOut).Data);
        return [.. request.RootElement.GetProperty("params").GetProperty("channels").EnumerateArray().Select(c => c.GetString()!)];
    }

    private static Dictionary<string, Model> Slowly(string path)
    {
        var books = new Dictionary<string, Model>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            var json = JsonDocument.Parse(line).RootElement;
            if (!json.TryGetProperty("data", out var data) || !data.TryGetProperty("params", out var parameters) || !parameters.TryGetProperty("channel", out var channel)
                || !channel.GetString()!.StartsWith("book.", StringComparison.Ordinal))
            {
                continue;
            }

            var message = parameters.GetProperty("data");
            var symbol = message.GetProperty("instrument_name").GetString()!;
            if (!books.TryGetValue(symbol, out var book))
                books[symbol] = book = new Model();
            if (message.GetProperty("type").GetString() == "change")
                Assert.Equal(book.LastId, message.GetProperty("prev_change_id").GetInt64());
            book.LastId = message.GetProperty("change_id").GetInt64();
            book.Applied++;
            Apply(book.Bids, message.GetProperty("bids"));
            Apply(book.Asks, message.GetProperty("asks"));
        }

        return books;

        static void Apply(Dictionary<decimal, decimal> side, JsonElement levels)
        {
            foreach (var level in levels.EnumerateArray())
            {
                var price = decimal.Parse(level[1].GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
                if (level[0].GetString() == "delete")
                    side.Remove(price);
                else
                    side[price] = decimal.Parse(level[2].GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
            }
        }
    }

    private sealed class Model
    {
        public Dictionary<decimal, decimal> Bids { get; } = [];

        public Dictionary<decimal, decimal> Asks { get; } = [];

        public long LastId { get; set; }

        public int Applied { get; set; }
    }

    /// <summary>Reads a channel's messages by the reader of its kind.</summary>
    private sealed class Taker(string channel) : StreamHandler(channel, new Lock())
    {
        private readonly DeribitBookMessage _book = new();
        private DeribitTickerMessage _ticker;

        public override bool TryRead(ref Utf8Scanner json) =>
            Stream.StartsWith("book.", StringComparison.Ordinal) ? _book.TryRead(ref json) : _ticker.TryRead(ref json) && _ticker is { Mark: > 0, Index: > 0 };

        public override void Apply(DateTimeOffset receivedAt)
        {
        }

        protected override void OnLost(string reason)
        {
        }
    }
}
