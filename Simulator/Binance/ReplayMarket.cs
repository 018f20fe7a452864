using System.Text.Json;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Replay;

namespace Exchange.Simulator.Binance;

/// <summary>
/// The market of a recording. Its frames go, untouched, to whoever has the streams that they were captured from; a depth
/// stream at another speed, and partial books, are made of the captured deltas. A snapshot is always one that the deltas
/// still to come chain with, so that a client may join at any time.
/// </summary>
internal sealed class ReplayMarket : IBinanceMarket
{
    private const int Kept = 1000;

    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly BinanceRecording _recording;
    private readonly Dictionary<string, ReplayBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<byte[]>> _aggTrades = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Symbol, string Interval), SortedList<long, byte[]>> _klines = [];
    private readonly Playback<object> _playback;
    private readonly Action<string> _tell;
    private bool _toldEnd;

    public ReplayMarket(
        SimulatorContext context, StreamHub hub, SimulatorOptions options, Func<int> backlog, Action<string> tell)
    {
        _context = context;
        _hub = hub;
        _tell = tell;
        _recording = BinanceRecording.Read(options.ReplayOf(BinanceVenue.VenueName)!);
        Symbols = _recording.Symbols;
        foreach (var symbol in Symbols)
        {
            _books.Add(symbol, new ReplayBook(symbol));
            _aggTrades.Add(symbol, new Queue<byte[]>());
        }

        // The first snapshot of each book is there from the start: a client asks for it before anything is played.
        foreach (var snapshot in _recording.Items.Select(item => item.Item).OfType<RecordedSnapshot>().DistinctBy(s => s.Symbol))
        {
            _books[snapshot.Symbol].Load(snapshot.Body);
        }

        _playback = new Playback<object>(context.Clock, _recording.Items, options.ReplaySpeed, Play, backlog);
        if (options.StartOnSubscribe)
        {
            hub.Subscribed = _ => _playback.Start();
        }
        else
        {
            _playback.Start();
        }
    }

    public IReadOnlyList<string> Symbols { get; }

    public bool IsFinished => _playback.IsFinished;

    public void Schedule()
    {
        _context.Timetable.Every(TimeSpan.FromMilliseconds(5), () =>
        {
            _playback.PlayDue();
            if (_playback.IsFinished && !_toldEnd)
            {
                _toldEnd = true;
                _tell($"replay: all {_playback.Total} frames and snapshots played; the last state is held");
            }
        });

        // Who comes after the end still gets its partial book.
        _context.Timetable.Every(TimeSpan.FromSeconds(1), () =>
        {
            if (_playback.IsFinished)
            {
                foreach (var symbol in Symbols)
                {
                    PublishPartials(symbol);
                }
            }
        });
    }

    /// <summary>A recording decides nothing.</summary>
    public void Step(int decisions)
    {
    }

    public void ChangeBook(string symbol)
    {
    }

    public long EmitDepth(string symbol, string speedSuffix) =>
        throw new NotSupportedException("a recording plays by itself; start the simulator without --replay");

    public long EmitPartialDepth(string symbol, int levels, string speedSuffix)
    {
        PublishPartial(symbol, levels, speedSuffix);
        return _books[symbol].LastUpdateId;
    }

    public void WriteExchangeInfo(Utf8JsonWriter writer)
    {
        if (_recording.ExchangeInfo.IsEmpty)
        {
            throw new BinanceErrorException(503, -1000, "the recording has no exchangeInfo");
        }

        writer.WriteRawValue(_recording.ExchangeInfo.Span);
    }

    public BookState Book(string symbol) => _books[symbol].State();

    public void WriteDepth(Utf8JsonWriter writer, string symbol, int limit, long idShift) =>
        _books[symbol].WriteDepth(writer, limit, idShift);

    /// <summary>Aggregates were captured, single trades were not.</summary>
    public void WriteTrades(Utf8JsonWriter writer, string symbol, int limit)
    {
        writer.WriteStartArray();
        writer.WriteEndArray();
    }

    public void WriteAggTrades(Utf8JsonWriter writer, string symbol, AggTradeQuery query)
    {
        writer.WriteStartArray();
        foreach (var payload in _aggTrades[symbol].TakeLast(query.Limit))
        {
            using var document = JsonDocument.Parse(payload);
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject().Where(member => member.Name is not ("e" or "E" or "s" or "st")))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public void WriteKlines(Utf8JsonWriter writer, string symbol, KlineInterval interval, long? start, long? end, int limit)
    {
        writer.WriteStartArray();
        if (_klines.TryGetValue((symbol, interval.Name), out var candles))
        {
            foreach (var payload in candles.Where(candle => !(candle.Key < start) && !(candle.Key > end)).TakeLast(limit))
            {
                using var document = JsonDocument.Parse(payload.Value);
                var kline = document.RootElement.GetProperty("k");
                writer.WriteStartArray();
                foreach (var member in (ReadOnlySpan<string>)["t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B"])
                {
                    kline.GetProperty(member).WriteTo(writer);
                }

                writer.WriteEndArray();
            }
        }

        writer.WriteEndArray();
    }

    public void WritePremiumIndex(Utf8JsonWriter writer, string symbol) => throw NotCaptured();

    public void WriteTicker24Hours(Utf8JsonWriter writer, string symbol) => throw NotCaptured();

    public void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteString("market"u8, "replay"u8);
        writer.WriteStartObject("replay"u8);
        writer.WriteBoolean("started"u8, _playback.IsStarted);
        writer.WriteBoolean("finished"u8, _playback.IsFinished);
        writer.WriteNumber("played"u8, _playback.Played);
        writer.WriteNumber("total"u8, _playback.Total);
        writer.WriteNumber("skipped"u8, _recording.Skipped);
        writer.WriteNumber("gaps"u8, _books.Values.Sum(book => book.Gaps));
        writer.WriteEndObject();
    }

    private static BinanceErrorException NotCaptured() => new(503, -1000, "the recording does not hold this");

    private void Play(object item)
    {
        if (item is RecordedSnapshot snapshot)
        {
            _books[snapshot.Symbol].Load(snapshot.Body);
            return;
        }

        var frame = (RecordedFrame)item;
        var at = frame.Stream.IndexOf('@', StringComparison.Ordinal);
        var kind = at < 0 ? "" : frame.Stream[(at + 1)..];
        if (kind is "depth" or "depth@100ms" or "depth@500ms")
        {
            PlayDelta(frame, frame.Stream[..at]);
            return;
        }

        if (kind == "aggTrade")
        {
            var kept = _aggTrades[frame.Stream[..at].ToUpperInvariant()];
            kept.Enqueue(frame.Payload.ToArray());
            if (kept.Count > Kept)
            {
                kept.Dequeue();
            }
        }
        else if (kind.StartsWith("kline_", StringComparison.Ordinal))
        {
            Remember(frame, frame.Stream[..at].ToUpperInvariant(), kind["kline_".Length..]);
        }

        _hub.Publish(_hub.Topic(frame.Stream), frame.Payload.Span);
    }

    private void PlayDelta(RecordedFrame frame, string stream)
    {
        var symbol = stream.ToUpperInvariant();
        bool applied;
        using (var document = JsonDocument.Parse(frame.Payload))
        {
            applied = _books[symbol].Apply(document.RootElement);
        }

        // Whatever speed was captured stands for all of them.
        foreach (var (suffix, _) in StreamNames.DepthSpeeds)
        {
            _hub.Publish(_hub.Topic($"{stream}@depth{suffix}"), frame.Payload.Span);
        }

        if (applied)
        {
            PublishPartials(symbol);
        }
    }

    private void PublishPartials(string symbol)
    {
        foreach (var (suffix, _) in StreamNames.DepthSpeeds)
        {
            foreach (var levels in StreamNames.PartialLevels)
            {
                PublishPartial(symbol, levels, suffix);
            }
        }
    }

    private void PublishPartial(string symbol, int levels, string suffix)
    {
        var name = $"{symbol.ToLowerInvariant()}@depth{levels}{suffix}";
        var topic = _hub.Topic(name);

        // What was captured itself is not made a second time; and before its snapshot there is no book.
        if (topic.IsWanted && !_recording.Streams.Contains(name) && _books[symbol].LastUpdateId > 0)
        {
            _books[symbol].WritePartial(_hub.Begin(topic), levels);
            _hub.Publish(topic);
        }
    }

    private void Remember(RecordedFrame frame, string symbol, string interval)
    {
        using var document = JsonDocument.Parse(frame.Payload);
        if (!_klines.TryGetValue((symbol, interval), out var candles))
        {
            _klines.Add((symbol, interval), candles = []);
        }

        candles[document.RootElement.GetProperty("k").GetProperty("t").GetInt64()] = frame.Payload.ToArray();
    }
}
