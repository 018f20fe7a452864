using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;

namespace Exchange.Benchmarks.Parsing;

/// <summary>
/// From the bytes of a 20-level depth frame to the published book, through the code that a live connection uses; beside
/// it the base library's reader over the same bytes (tokens only, no number is made of them) and its document.
/// </summary>
internal static class ParseBenchmark
{
    private const int Iterations = 100_000;
    private const int Rounds = 7;

    public static void Run()
    {
        var frame = MakeFrame(out var idAt);
        Console.WriteLine($"== parse: 20-level depth frame of {frame.Length} bytes, {Iterations} frames a round, median of {Rounds} rounds");
        var sink = new LastBook();
        using var feed = new BookFeed(Venues.Binance, "BTCUSDT", new BinanceBookSource("partial"), sink, sink, TimeProvider.System);
        var processor = new BinanceMarketDataProcessor();
        feed.SetDemand(new StreamDemand(20, 0, null));
        foreach (var handler in feed.Handlers)
        {
            processor.Add(handler);
            handler.MarkSubscribed(1);
        }

        var received = DateTimeOffset.UtcNow;
        var ours = Measure(frame, idAt, bytes => processor.OnFrame(bytes, 1, received, out _));
        if (sink.Book is not { State: BookState.Synced, Bids.Length: 20, Asks.Length: 20 } || sink.Count < Iterations * Rounds)
            throw new InvalidOperationException($"the frames did not become books ({sink.Count} published, the last {sink.Book?.State})");
        var deribit = MeasureDeribit(received);
        var (picture, changes) = (MeasureGrvt(received, isPicture: true), MeasureGrvt(received, isPicture: false));
        var tokens = Measure(frame, idAt, ReadTokens);
        var document = Measure(frame, idAt, ReadDocument);
        var update = UpdateBytes();
        Print("frame → book", ours, null);
        Print("Deribit → book", deribit, null);
        Print("GRVT → book", picture, null);
        Print("GRVT, changes", changes, null);
        Print("Utf8JsonReader", tokens, ours);
        Print("JsonDocument", document, ours);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  goal: under 6 µs ({(ours.Microseconds < 6 ? "met" : "missed")}); the update itself takes {update} bytes, so {ours.Bytes - update} are allocated beside it"));
    }

    /// <summary>A picture of 20 levels as Deribit sends it: JSON numbers, another envelope.</summary>
    private static (double Microseconds, long Bytes) MeasureDeribit(DateTimeOffset received)
    {
        var sink = new LastBook();
        using var feed = new BookFeed(Venues.Deribit, "BTC-PERPETUAL", new DeribitBookSource(new DeribitOptions(), isAuthenticated: true), sink, sink, TimeProvider.System);
        var processor = new DeribitMarketDataProcessor();
        feed.SetDemand(new StreamDemand(20, 0, null), new BookPlan(DeribitChannels.Picture("BTC-PERPETUAL", 20, DeribitChannels.Interval), true, 20));
        foreach (var handler in feed.Handlers)
        {
            processor.Add(handler);
            handler.MarkSubscribed(1);
        }

        var frame = MakeDeribitFrame(out var idAt);
        var figure = Measure(frame, idAt, bytes => processor.OnFrame(bytes, 1, received, out _));
        if (sink.Book is not { State: BookState.Synced, Bids.Length: 20, Asks.Length: 20 } || sink.Count < Iterations * Rounds)
            throw new InvalidOperationException($"Deribit's frames did not become books ({sink.Count} published, the last {sink.Book?.State})");
        return figure;
    }

    /// <summary>Twenty levels a side as GRVT sends them, whole or as changes: objects with named members, texts for numbers, an envelope that counts.</summary>
    private static (double Microseconds, long Bytes) MeasureGrvt(DateTimeOffset received, bool isPicture)
    {
        const string Symbol = "BTC_USDT_Perp";
        var sink = new LastBook();
        using var feed = new BookFeed(Venues.Grvt, Symbol, new GrvtBookSource(new GrvtOptions()), sink, sink, TimeProvider.System);
        var processor = new GrvtMarketDataProcessor();
        feed.SetDemand(new StreamDemand(20, 0, null), isPicture ? new BookPlan(GrvtChannels.Picture(Symbol, 50, 500), true, 50) : new BookPlan(GrvtChannels.Book(Symbol, 50), false, GrvtBookPlan.MaxDepth));
        foreach (var handler in feed.Handlers)
        {
            processor.Add(handler);
            handler.MarkSubscribed(1);
        }

        processor.OnFrame(MakeGrvtFrame(isPicture, isSnapshot: true, out _, out _), 1, received, out _);
        var frame = MakeGrvtFrame(isPicture, isSnapshot: isPicture, out var idAt, out var numbersAt);
        var figure = Measure(frame, idAt, bytes =>
        {
            processor.OnFrame(bytes, 1, received, out _);
            foreach (var at in numbersAt)
                Increment(bytes, at);
        });
        if (sink.Book is not { State: BookState.Synced, Bids.Length: 20, Asks.Length: 20 } || sink.Count < Iterations * Rounds)
            throw new InvalidOperationException($"GRVT's frames did not become books ({sink.Count} published, the last {sink.Book?.State})");
        return figure;
    }

    private static byte[] MakeGrvtFrame(bool isPicture, bool isSnapshot, out int idAt, out int[] numbersAt)
    {
        var text = new StringBuilder(isPicture
            ? "{\"stream\":\"v1.book.s\",\"selector\":\"BTC_USDT_Perp@500-50\",\"sequence_number\":\""
            : "{\"stream\":\"v1.book.d\",\"selector\":\"BTC_USDT_Perp@50\",\"sequence_number\":\"");
        var sequenceAt = text.Length + 8;
        text.Append(isSnapshot ? "0" : "001061214").Append("\",\"feed\":{\"event_time\":\"");
        idAt = text.Length + 18;
        text.Append("1767292408400000000\",\"instrument\":\"BTC_USDT_Perp\",\"bids\":[");
        AppendGrvtLevels(text, 88107.3m, -0.1m);
        text.Append("],\"asks\":[");
        AppendGrvtLevels(text, 88107.4m, 0.1m);
        text.Append("]},\"prev_sequence_number\":\"");
        numbersAt = isSnapshot ? [] : [sequenceAt, text.Length + 8];
        text.Append(isSnapshot ? "0" : "001061213").Append("\"}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendGrvtLevels(StringBuilder text, decimal price, decimal step)
    {
        for (var i = 0; i < 20; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}{{\"price\":\"{price + (i * step):0.0}\",\"size\":\"{1.004m + (i * 0.137m):0.000}\",\"num_orders\":11}}");
    }

    private static (double Microseconds, long Bytes) Measure(byte[] frame, int idAt, Action<byte[]> parse)
    {
        var times = new List<double>();
        long bytes = 0;
        for (var round = 0; round <= Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Iterations; i++)
            {
                Increment(frame, idAt);
                parse(frame);
            }

            var elapsed = Stopwatch.GetElapsedTime(started);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Iterations;
            if (round > 0)
                times.Add(elapsed.TotalMicroseconds / Iterations);
        }

        return (times.Order().ElementAt(times.Count / 2), bytes);
    }

    /// <summary>What a book of 20 levels a side takes in memory, however it is made.</summary>
    private static long UpdateBytes()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bids = new PriceLevel[20];
        var asks = new PriceLevel[20];
        var book = new OrderBook
        {
            Exchange = Venues.Binance,
            Symbol = "BTCUSDT",
            State = BookState.Synced,
            Bids = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(bids),
            Asks = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(asks),
        };
        var after = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(book);
        return after - before;
    }

    private static void ReadTokens(byte[] frame)
    {
        var reader = new Utf8JsonReader(frame);
        while (reader.Read())
        {
        }
    }

    private static void ReadDocument(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        foreach (var side in new[] { "b", "a" })
        {
            foreach (var level in document.RootElement.GetProperty("data").GetProperty(side).EnumerateArray())
                _ = decimal.Parse(level[0].GetString()!, CultureInfo.InvariantCulture) + decimal.Parse(level[1].GetString()!, CultureInfo.InvariantCulture);
        }
    }

    private static byte[] MakeFrame(out int idAt)
    {
        var text = new StringBuilder("{\"stream\":\"btcusdt@depth20@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":1780000000105,\"T\":1780000000101,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"U\":11700000010021,\"u\":");
        idAt = text.Length + 13;
        text.Append("11700000018440,\"pu\":11700000009987,\"b\":[");
        AppendLevels(text, 61240.00m, -0.10m);
        text.Append("],\"a\":[");
        AppendLevels(text, 61240.10m, 0.10m);
        text.Append("],\"st\":1}}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] MakeDeribitFrame(out int idAt)
    {
        var text = new StringBuilder("{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"book.BTC-PERPETUAL.none.20.100ms\",\"data\":{\"timestamp\":1789000032000,\"instrument_name\":\"BTC-PERPETUAL\",\"change_id\":");
        idAt = text.Length + 13;
        text.Append("14000000030000,\"bids\":[");
        AppendLevels(text, 61240.00m, -0.50m, quote: "");
        text.Append("],\"asks\":[");
        AppendLevels(text, 61240.50m, 0.50m, quote: "");
        text.Append("]}}}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendLevels(StringBuilder text, decimal price, decimal step, string quote = "\"")
    {
        for (var i = 0; i < 20; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}[{quote}{price + (i * step):0.00}{quote},{quote}{1.004m + (i * 0.137m):0.000}{quote}]");
    }

    /// <summary>Each frame has an update id of its own, or it would be passed over as a repetition.</summary>
    private static void Increment(byte[] frame, int lastDigit)
    {
        while (frame[lastDigit] == (byte)'9')
            frame[lastDigit--] = (byte)'0';
        frame[lastDigit]++;
    }

    private static void Print(string name, (double Microseconds, long Bytes) figure, (double Microseconds, long Bytes)? ours) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-16} {figure.Microseconds,7:0.00} µs   {figure.Bytes,6} bytes{(ours is { } o ? $"   ({figure.Microseconds / o.Microseconds:0.0} times ours)" : "")}"));

    private sealed class LastBook : IMarketDataSink, IBookHost
    {
        public OrderBook? Book { get; private set; }

        public long Count { get; private set; }

        public void OnOrderBook(OrderBook book)
        {
            Book = book;
            Count++;
        }

        public void OnTrade(Trade trade)
        {
        }

        public void OnTopOfBook(TopOfBook top)
        {
        }

        public void OnMarkPrice(MarkPrice mark)
        {
        }

        public void OnStatus(ConnectionStatus status)
        {
        }

        public void OnSnapshotNeeded(BookFeed feed, BookSource book) =>
            throw new InvalidOperationException("whole pictures need no snapshot");

        public void OnStreamsChanged(BookFeed feed)
        {
        }

        public void OnResync(BookFeed feed, string reason)
        {
        }
    }
}
