using System.Text.Json;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Replay;

namespace Exchange.Simulator.Deribit.Replay;

/// <summary>
/// A recording in place of the order flow: its data through the same sockets, untouched. What was captured at one interval serves
/// them all; who joins late is given the book as it is then.
/// </summary>
internal sealed class ReplayMarket : IDeribitMarket
{
    private static readonly string[] _intervals = ["raw", "100ms", "agg2"];

    private readonly SimulatorContext _context;
    private readonly ChannelHub _hub;
    private readonly Action<string> _tell;
    private readonly DeribitRecording _recording;
    private readonly Playback<RecordedNotification> _playback;
    private readonly Dictionary<string, ReplayBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _tickers = new(StringComparer.Ordinal);
    private bool _toldEnd;

    /// <param name="backlog">The most that any client still has to be sent.</param>
    public ReplayMarket(SimulatorContext context, ChannelHub hub, SimulatorOptions options, Func<int> backlog, Action<string> tell)
    {
        _context = context;
        _hub = hub;
        _tell = tell;
        _recording = DeribitRecording.Read(options.ReplayOf(DeribitVenue.VenueName)!);
        Symbols = _recording.Symbols;
        foreach (var symbol in Symbols)
        {
            _books.Add(symbol, new ReplayBook(symbol));
        }

        _playback = new Playback<RecordedNotification>(context.Clock, _recording.Items, options.ReplaySpeed, Play, backlog);
        if (!options.StartOnSubscribe)
        {
            _playback.Start();
        }
    }

    public IReadOnlyList<string> Symbols { get; }

    public bool IsFinished => _playback.IsFinished;

    public IEnumerable<RpcMethod> Methods() =>
    [
        new("public/get_instruments", null, GetInstruments, Pool.Instruments),
        new("public/get_instrument", null, GetInstrument),
        new("public/get_order_book", null, GetOrderBook),
        new("public/ticker", null, GetTicker),
    ];

    public bool Offers(ChannelName channel) => channel is { Family: "book", Group: null or "none" } or { Family: "ticker" or "trades", Instrument: not null };

    public BookState Book(string symbol) => _books[symbol].State();

    public void Schedule() => _context.Timetable.Every(TimeSpan.FromMilliseconds(5), () =>
    {
        _playback.PlayDue();
        if (_playback.IsFinished && !_toldEnd)
        {
            _toldEnd = true;
            _tell($"replay: all {_playback.Total} notifications played; the last state is held");
        }
    });

    /// <summary>A recording decides nothing.</summary>
    public void Step(int decisions)
    {
    }

    public void OnSubscribed(Channel channel, DeribitConnection connection)
    {
        _playback.Start();
        var name = channel.Name;
        switch (name.Family)
        {
            case "book" when _books[name.Instrument!] is { ChangeId: > 0 } book:
                _hub.Publish(channel, writer => WriteBook(writer, book, name), connection);
                break;
            case "ticker" when _tickers.TryGetValue(name.Instrument!, out var ticker):
                _hub.Publish(channel, ticker.Span, connection);
                break;
            default:
                break;
        }
    }

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

    private static void WriteBook(Utf8JsonWriter writer, ReplayBook book, ChannelName name)
    {
        if (name.Depth == 0)
        {
            book.WriteSnapshot(writer);
            return;
        }

        writer.WriteStartObject();
        book.WriteLevels(writer, name.Depth);
        writer.WriteEndObject();
    }

    private static string Instrument(RpcCall call) => call.Parameters.Required("instrument_name");

    private void Play(RecordedNotification told)
    {
        var (family, instrument) = (told.Channel.Family, told.Channel.Instrument!);
        if (family == "book" && told.Channel.Depth == 0)
        {
            using (var document = JsonDocument.Parse(told.Data))
            {
                _books[instrument].Apply(document.RootElement);
            }

            foreach (var channel in _hub.Wanted.Where(channel => channel.Name is { Family: "book", Depth: > 0 } name && name.Instrument == instrument).ToArray())
            {
                _hub.Publish(channel, writer => WriteBook(writer, _books[instrument], channel.Name));
            }
        }
        else if (family == "ticker")
        {
            _tickers[instrument] = told.Data;
        }

        foreach (var interval in _intervals)
        {
            if (_hub.Find($"{family}.{instrument}.{interval}") is { } channel)
            {
                _hub.Publish(channel, told.Data.Span);
            }
        }
    }

    private void GetInstruments(RpcCall call, Utf8JsonWriter writer)
    {
        var (currency, kind) = (call.Parameters.Text("currency") ?? "any", call.Parameters.Text("kind") ?? "any");
        writer.WriteStartArray();
        foreach (var body in _recording.Instruments.Values)
        {
            using var document = JsonDocument.Parse(body);
            if ((currency == "any" || document.RootElement.GetProperty("base_currency").GetString() == currency)
                && (kind == "any" || document.RootElement.GetProperty("kind").GetString() == kind))
            {
                writer.WriteRawValue(body.Span);
            }
        }

        writer.WriteEndArray();
    }

    private void GetInstrument(RpcCall call, Utf8JsonWriter writer) => writer.WriteRawValue(
        _recording.Instruments.TryGetValue(Instrument(call), out var body) ? body.Span : throw DeribitException.Parameters("instrument_name", "instrument not found"));

    private void GetOrderBook(RpcCall call, Utf8JsonWriter writer)
    {
        var book = _books.GetValueOrDefault(Instrument(call)) ?? throw DeribitException.Parameters("instrument_name", "instrument not found");
        writer.WriteStartObject();
        book.WriteLevels(writer, (int)(call.Parameters.Whole("depth") ?? 5));
        writer.WriteEndObject();
    }

    private void GetTicker(RpcCall call, Utf8JsonWriter writer) => writer.WriteRawValue(
        _tickers.TryGetValue(Instrument(call), out var body) ? body.Span : throw DeribitException.Of(13028));
}
