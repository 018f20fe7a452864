#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using System.Globalization;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Binance;

/// <summary>Real traffic through the real code, against a slow computation that shares nothing with it.</summary>
public sealed class BinanceReplayTests
{
    [Theory]
    [InlineData("SUSHIUSDT")]
    [InlineData("AKROUSDT")]
    [InlineData("KEEPUSDT")]
    [InlineData("CTKUSDT")]
    public void The_recorded_book_has_no_gap_and_is_what_the_frames_imply(string symbol)
    {
        var path = Recording();
        Assert.SkipWhen(path is null, SharedRecordings.Absent);
        var result = BinanceReplay.Run(RecordingReader.ReadFile(path!), symbol, 1000).OrThrow();
        var (bids, asks, lastId, applied) = Slowly(path!, symbol);
        Assert.Equal(0, result.Gaps);
        Assert.Equal(0, result.Unreadable);
        Assert.Equal(BookState.Synced, result.Book.State);
        Assert.Equal(lastId, result.Book.LastUpdateId);
        Assert.Equal(bids, result.Book.Bids);
        Assert.Equal(asks, result.Book.Asks);
        Assert.True(applied > 100, $"only {applied} messages were applied");
        Assert.InRange(result.Updates, applied - 5, applied);
        Assert.Equal(symbol, result.Instrument!.Symbol);

        var top = BinanceReplay.Run(RecordingReader.ReadFile(path!), symbol, 20).OrThrow();
        Assert.Equal(bids.Take(20), top.Book.Bids);
        Assert.Equal(asks.Take(20), top.Book.Asks);
    }

    [Fact]
    public void A_symbol_that_is_not_in_the_recording_is_told()
    {
        var path = Recording();
        Assert.SkipWhen(path is null, SharedRecordings.Absent);
        var error = BinanceReplay.Run(RecordingReader.ReadFile(path!), "BTCUSDT").Error;
        Assert.Equal(ExchangeErrorCode.UnknownSymbol, error!.Code);
        Assert.Contains("BTCUSDT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_recorded_is_read_again_byte_for_byte()
    {
        var url = new Uri("ws://127.0.0.1:9401/public/stream");
        var at = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(1234);
        var output = new MemoryStream();
        var writer = new RecordingWriter(new Uncloseable(output));
        writer.OnOpened("public-1", url, at);
        writer.OnFrame("public-1", url, outgoing: true, """{"method":"SUBSCRIBE","params":["币安人生usdt@depth"],"id":1}"""u8, at);
        writer.OnFrame("public-1", url, outgoing: false, """{"e": "x", "p":"1.10" }"""u8, at.AddSeconds(1));
        writer.OnFrame("public-1", url, outgoing: false, "not json\n"u8, at.AddSeconds(2));
        writer.OnHttp(new Uri("http://127.0.0.1:9401/fapi/v1/depth?symbol=A&limit=100"), """{"lastUpdateId":1}"""u8, at.AddSeconds(3));
        await writer.DisposeAsync();
        Assert.Equal((5, 0), (writer.Written, writer.Dropped));

        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var entries = lines.Select(l => RecordingReader.TryReadLine(System.Text.Encoding.UTF8.GetBytes(l), out var e) ? e : null).ToList();
        Assert.DoesNotContain(null, entries);
        Assert.Equal([RecordedKind.Open, RecordedKind.FrameOut, RecordedKind.FrameIn, RecordedKind.FrameIn, RecordedKind.HttpBody], entries.Select(e => e!.Kind));
        Assert.Equal(at, entries[0]!.At);
        Assert.Equal(url.AbsoluteUri, entries[0]!.Url);
        Assert.Equal("""{"e": "x", "p":"1.10" }""", System.Text.Encoding.UTF8.GetString(entries[2]!.Data.Span));
        Assert.Equal("\"not json\\n\"", System.Text.Encoding.UTF8.GetString(entries[3]!.Data.Span));
    }

    [Fact]
    public async Task A_recorder_that_cannot_keep_up_drops_and_counts()
    {
        using var stuck = new Stuck();
        var writer = new RecordingWriter(stuck, queue: 2);
        for (var i = 0; i < 10; i++)
            writer.OnFrame("public-1", new Uri("ws://127.0.0.1/"), outgoing: false, "{}"u8, DateTimeOffset.UnixEpoch.AddDays(1));
        Assert.InRange(writer.Dropped, 7, 8);
        stuck.Release();
        await writer.DisposeAsync();
        Assert.Equal(10, writer.Dropped + writer.Written);
    }

    private static string? Recording() => SharedRecordings.Find("binance-usdm-2021-07-22.ndjson");

    private static (List<PriceLevel> Bids, List<PriceLevel> Asks, long LastId, int Applied) Slowly(string path, string symbol)
    {
        var bids = new Dictionary<decimal, decimal>();
        var asks = new Dictionary<decimal, decimal>();
        var frames = new List<JsonElement>();
        long snapshotId = 0;
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            var json = JsonDocument.Parse(line).RootElement;
            if (json.TryGetProperty("url", out var url) && url.GetString()!.Contains($"depth?symbol={symbol}&", StringComparison.Ordinal))
            {
                snapshotId = json.GetProperty("data").GetProperty("lastUpdateId").GetInt64();
                Apply(bids, json.GetProperty("data").GetProperty("bids"));
                Apply(asks, json.GetProperty("data").GetProperty("asks"));
            }
            else if (json.TryGetProperty("data", out var data) && data.TryGetProperty("data", out var inner)
                && inner.GetProperty("e").GetString() == "depthUpdate" && inner.GetProperty("s").GetString() == symbol)
            {
                frames.Add(inner);
            }
        }

        var lastId = snapshotId;
        var applied = 0;
        foreach (var frame in frames.Where(f => f.GetProperty("u").GetInt64() >= snapshotId))
        {
            Apply(bids, frame.GetProperty("b"));
            Apply(asks, frame.GetProperty("a"));
            lastId = frame.GetProperty("u").GetInt64();
            applied++;
        }

        return ([.. bids.OrderByDescending(l => l.Key).Take(1000).Select(l => new PriceLevel(l.Key, l.Value))],
            [.. asks.OrderBy(l => l.Key).Take(1000).Select(l => new PriceLevel(l.Key, l.Value))], lastId, applied);

        static void Apply(Dictionary<decimal, decimal> side, JsonElement levels)
        {
            foreach (var level in levels.EnumerateArray())
            {
                var price = decimal.Parse(level[0].GetString()!, CultureInfo.InvariantCulture);
                var quantity = decimal.Parse(level[1].GetString()!, CultureInfo.InvariantCulture);
                if (quantity == 0)
                    side.Remove(price);
                else
                    side[price] = quantity;
            }
        }
    }

    private sealed class Uncloseable(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }

    /// <summary>A disk that does not answer until it is released.</summary>
    private sealed class Stuck : MemoryStream
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _released.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
