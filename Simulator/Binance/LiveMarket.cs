using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>The market made by the engine and its seeded order flow.</summary>
internal sealed class LiveMarket : IBinanceMarket
{
    private readonly SimulatorContext _context;
    private readonly StreamHub _hub;
    private readonly Dictionary<string, SymbolFeed> _feeds = new(StringComparer.Ordinal);
    private readonly List<SymbolFeed> _all = [];
    private int _turn;
    private int _burstFactor = 1;

    public LiveMarket(SimulatorContext context, StreamHub hub, IEnumerable<string> symbols)
    {
        _context = context;
        _hub = hub;

        // One sequence for all symbols: between one symbol's ids there are gaps, as at the venue.
        var updateIds = new IdSource(11_700_000_000_000);
        var orderIds = new IdSource(8_812_000_000);
        var known = BinanceInstrument.All();
        foreach (var symbol in symbols)
        {
            var instrument = known.FirstOrDefault(candidate => candidate.Symbol == symbol)
                ?? throw new ArgumentException($"unknown symbol {symbol}; there are {string.Join(", ", known.Select(i => i.Symbol))}");
            var feed = new SymbolFeed(instrument, context, hub, updateIds, orderIds);
            _feeds.Add(symbol, feed);
            _all.Add(feed);
        }

        Symbols = [.. _feeds.Keys];
    }

    public IReadOnlyList<string> Symbols { get; }

    public IReadOnlyList<SymbolFeed> Feeds => _all;

    /// <summary>Told when an instrument is delisted, or its grid has changed: accounts' orders are not the flow's business.</summary>
    public Action<SymbolFeed>? RulesChanged { get; set; }

    public SymbolFeed? Find(string symbol) => _feeds.GetValueOrDefault(symbol);

    /// <summary>Decisions that the order flow has taken.</summary>
    public long Decisions => _all.Sum(feed => feed.Flow.Steps);

    public void Schedule()
    {
        for (var index = 0; index < StreamNames.DepthSpeeds.Length; index++)
        {
            var speed = index;
            _context.Timetable.Every(TimeSpan.FromMilliseconds(StreamNames.DepthSpeeds[speed].Milliseconds),
                () => _all.ForEach(feed => feed.PublishDepth(speed)));
        }

        var marks = _all.ToDictionary(feed => feed, feed => (
            Slow: _hub.Topic(feed.Instrument.Symbol.ToLowerInvariant() + "@markPrice"),
            Fast: _hub.Topic(feed.Instrument.Symbol.ToLowerInvariant() + "@markPrice@1s")));
        Every(1000, feed => feed.MoveAverage());
        Every(20, feed => feed.PublishAggregates());
        Every(250, feed => feed.PublishKlines());
        Every(2000, feed => feed.PublishTickers());
        _context.Timetable.Every(TimeSpan.FromSeconds(1), () => PublishMarks(feed => marks[feed].Fast, "!markPrice@arr@1s"));
        _context.Timetable.Every(TimeSpan.FromSeconds(3), () => PublishMarks(feed => marks[feed].Slow, "!markPrice@arr"));
        _context.Timetable.Every(TimeSpan.FromSeconds(1), PublishAllTickers);
        var allTops = _hub.Topic("!bookTicker");
        Every(5000, feed => feed.PublishTopTo(allTops));
        return;

        void Every(int milliseconds, Action<SymbolFeed> publish) =>
            _context.Timetable.Every(TimeSpan.FromMilliseconds(milliseconds), () => _all.ForEach(publish));
    }

    public void Step(int decisions)
    {
        for (var i = 0; i < decisions * _burstFactor; i++)
        {
            _all[_turn].Flow.Step();
            _turn = (_turn + 1) % _all.Count;
        }
    }

    public void ChangeBook(string symbol)
    {
        var feed = _feeds[symbol];
        var before = feed.LastUpdateId;
        while (feed.LastUpdateId == before && feed.Instrument.Core.IsTrading)
        {
            feed.Flow.Step();
        }
    }

    public long EmitPartialDepth(string symbol, int levels, string speedSuffix) =>
        _feeds[symbol].EmitPartial(levels, speedSuffix);

    public long EmitDepth(string symbol, string speedSuffix) => _feeds[symbol].EmitDelta(speedSuffix);

    /// <summary>The order flow so many times as busy for a while.</summary>
    public void Burst(int factor, TimeSpan duration)
    {
        _burstFactor = factor;
        _context.Timetable.After(duration, () => _burstFactor = 1);
    }

    /// <summary>A coarser or finer price grid, in session; what lies off it is cancelled.</summary>
    public void ChangeTick(string symbol, string? tickText)
    {
        var feed = _feeds[symbol];
        var core = feed.Instrument.Core;
        core.Tick = tickText is null ? core.Tick * 10 : Fixed8.Parse(tickText);
        core.TickText = tickText ?? Fixed8.ToText(core.Tick, core.PriceDigits);
        core.PriceDigits = Math.Max(core.PriceDigits, DigitsOf(core.Tick));

        // The grid is counted from the least price, so that has to lie on it.
        var least = Fixed8.Parse(feed.Instrument.MinimumPrice);
        feed.Instrument.MinimumPrice = Fixed8.ToText((least + core.Tick - 1) / core.Tick * core.Tick, core.PriceDigits);
        feed.Flow.Regrid();
        RulesChanged?.Invoke(feed);
    }

    /// <summary>The instrument ends: its orders are cancelled and nothing is quoted any more.</summary>
    public void Delist(string symbol)
    {
        var feed = _feeds[symbol];
        feed.Instrument.Core.IsTrading = false;
        feed.Instrument.Status = "SETTLING";
        feed.Instrument.DeliveryDate = _context.Clock.VenueMilliseconds;
        feed.Flow.Clear();
        RulesChanged?.Invoke(feed);
    }

    public void WriteExchangeInfo(Utf8JsonWriter writer) =>
        ExchangeInfo.Write(writer, _all.Select(feed => feed.Instrument), _context.Clock.VenueMilliseconds);

    public BookState Book(string symbol) => _feeds[symbol].State();

    public void WriteDepth(Utf8JsonWriter writer, string symbol, int limit, long idShift)
    {
        var feed = _feeds[symbol];
        writer.WriteStartObject();
        writer.WriteNumber("lastUpdateId"u8, feed.LastUpdateId - idShift);
        writer.WriteNumber("E"u8, _context.Clock.VenueMilliseconds);
        writer.WriteNumber("T"u8, feed.LastChange);
        BinancePayloads.Levels(writer, "bids"u8, feed.Instrument.Core, feed.Book.Bids, limit);
        BinancePayloads.Levels(writer, "asks"u8, feed.Instrument.Core, feed.Book.Asks, limit);
        writer.WriteEndObject();
    }

    public void WriteTrades(Utf8JsonWriter writer, string symbol, int limit) =>
        LiveHistory.WriteTrades(writer, _feeds[symbol], limit);

    public void WriteAggTrades(Utf8JsonWriter writer, string symbol, AggTradeQuery query) =>
        LiveHistory.WriteAggTrades(writer, _feeds[symbol], query);

    public void WriteKlines(
        Utf8JsonWriter writer, string symbol, KlineInterval interval, long? start, long? end, int limit) =>
        LiveHistory.WriteKlines(writer, _feeds[symbol], interval, start, end, limit);

    public void WritePremiumIndex(Utf8JsonWriter writer, string symbol) =>
        LiveHistory.WritePremiumIndex(writer, _feeds[symbol], _context.Clock.VenueMilliseconds);

    public void WriteTicker24Hours(Utf8JsonWriter writer, string symbol) =>
        LiveHistory.WriteTicker24Hours(writer, _feeds[symbol], _context.Clock.VenueMilliseconds);

    public void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteString("market"u8, "live"u8);
        writer.WriteNumber("burst_factor"u8, _burstFactor);
        writer.WriteNumber("decisions"u8, Decisions);
    }

    private static int DigitsOf(long tick)
    {
        var digits = Fixed8.Digits;
        while (digits > 0 && tick % 10 == 0)
        {
            tick /= 10;
            digits--;
        }

        return digits;
    }

    private void PublishMarks(Func<SymbolFeed, StreamTopic> topicOf, string allName)
    {
        var now = _context.Clock.VenueMilliseconds;
        var all = _hub.Topic(allName);
        var marks = _all.ConvertAll(feed => (Feed: feed, Mark: feed.MarkPrice()));
        foreach (var (feed, mark) in marks)
        {
            feed.PublishMarkPrice(topicOf(feed), mark, now);
        }

        PublishArray(all, (writer, index) => BinancePayloads.MarkPrice(writer, marks[index].Feed.Instrument.Symbol, marks[index].Mark, now));
    }

    private void PublishAllTickers()
    {
        var now = _context.Clock.VenueMilliseconds;
        foreach (var (name, mini) in (ReadOnlySpan<(string, bool)>)[("!ticker@arr", false), ("!miniTicker@arr", true)])
        {
            PublishArray(_hub.Topic(name), (writer, index) => BinancePayloads.Ticker(
                writer, _all[index].Instrument.Core, _all[index].Candles.LastDay(now), _all[index].LastQuantity, now, mini));
        }
    }

    private void PublishArray(StreamTopic topic, Action<Utf8JsonWriter, int> writeElement)
    {
        if (topic.IsWanted)
        {
            var writer = _hub.Begin(topic);
            writer.WriteStartArray();
            for (var i = 0; i < _all.Count; i++)
            {
                writeElement(writer, i);
            }

            writer.WriteEndArray();
            _hub.Publish(topic);
        }
    }
}
