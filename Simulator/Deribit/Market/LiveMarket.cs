using System.Text.Json;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Market;

/// <summary>The market made by the engine and its seeded order flow.</summary>
internal sealed class LiveMarket : IDeribitMarket
{
    private readonly SimulatorContext _context;
    private readonly ChannelHub _hub;
    private readonly Dictionary<string, InstrumentFeed> _feeds = new(StringComparer.Ordinal);
    private readonly List<InstrumentFeed> _all = [];
    private int _turn;
    private int _burstFactor = 1;

    public LiveMarket(SimulatorContext context, ChannelHub hub, DeribitSimulatorOptions options)
    {
        _context = context;
        _hub = hub;

        // One sequence of change ids for all books; orders and trades are numbered by currency.
        var changeIds = new IdSource(140_000_000_000);
        Dictionary<string, (IdSource Orders, IdSource Trades)> ids = new(StringComparer.Ordinal);
        var known = DeribitInstrument.All();
        foreach (var name in options.Instruments ?? known.Select(instrument => instrument.Name))
        {
            var instrument = known.FirstOrDefault(candidate => candidate.Name == name)
                ?? throw new ArgumentException($"unknown instrument {name}; there are {string.Join(", ", known.Select(i => i.Name))}");
            if (!ids.TryGetValue(instrument.SettlementCurrency, out var source))
            {
                ids.Add(instrument.SettlementCurrency, source = (new IdSource(70_000_000_000), new IdSource(410_000_000)));
            }

            var feed = new InstrumentFeed(instrument, context, hub, changeIds, source.Orders, source.Trades, IndexOf) { Band = options.PriceBand };
            _feeds.Add(name, feed);
            _all.Add(feed);
        }

        Symbols = [.. _feeds.Keys];
    }

    public IReadOnlyList<string> Symbols { get; }

    public IReadOnlyList<InstrumentFeed> Feeds => _all;

    /// <summary>Told when an instrument's state or grid has changed: accounts' orders are not the flow's business.</summary>
    public Action<InstrumentFeed>? RulesChanged { get; set; }

    public ChannelHub Hub => _hub;

    public InstrumentFeed? Find(string name) => _feeds.GetValueOrDefault(name);

    /// <summary>The index of that name; null when there is none.</summary>
    public decimal? Index(string name)
    {
        var feeds = _all.Where(feed => feed.Instrument.PriceIndex == name).ToArray();
        return feeds.Length == 0 ? null : IndexOf(feeds[0]);
    }

    public IEnumerable<string> IndexNames => _all.Select(feed => feed.Instrument.PriceIndex).Distinct();

    public IEnumerable<RpcMethod> Methods() => new MarketMethods(_context, this).Methods();

    public bool Offers(ChannelName channel) => true;

    public BookState Book(string symbol) => _feeds[symbol].State();

    public void Schedule()
    {
        _context.Timetable.Every(TimeSpan.FromMilliseconds(100), () => _all.ForEach(feed => feed.PublishInterval("100ms")));
        _context.Timetable.Every(TimeSpan.FromSeconds(1), () => _all.ForEach(feed => feed.PublishInterval("agg2")));
        _context.Timetable.Every(TimeSpan.FromSeconds(1), PublishIndices);
    }

    public void Step(int decisions)
    {
        for (var i = 0; i < decisions * _burstFactor; i++)
        {
            _all[_turn].Flow.Step();
            _turn = (_turn + 1) % _all.Count;
        }
    }

    public void OnSubscribed(Channel channel, DeribitConnection connection)
    {
        if (channel.Name.Family == "deribit_price_index")
        {
            PublishIndex(channel, connection);
        }
        else if (channel.Name.Instrument is { } name && _feeds.TryGetValue(name, out var feed))
        {
            feed.OnSubscribed(channel, connection);
        }
    }

    /// <summary>The order flow so many times as busy for a while.</summary>
    public void Burst(int factor, TimeSpan duration)
    {
        _burstFactor = factor;
        _context.Timetable.After(duration, () => _burstFactor = 1);
    }

    /// <summary>The instrument is closed, settled or opened again; it is told on <c>instrument.state</c>.</summary>
    public void SetState(InstrumentFeed feed, string state)
    {
        feed.Instrument.State = state;
        feed.Instrument.Core.IsTrading = state == "open";
        if (state == "inactive")
        {
            feed.Flow.Clear();
        }

        foreach (var channel in _hub.Wanted.Where(channel => channel.Name.Family == "instrument.state" && channel.Name.Covers(feed.Instrument)).ToArray())
        {
            _hub.Publish(channel, writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("timestamp"u8, _context.Clock.VenueMilliseconds);
                writer.WriteString("state"u8, state);
                writer.WriteString("instrument_name"u8, feed.Instrument.Name);
                writer.WriteEndObject();
            });
        }

        RulesChanged?.Invoke(feed);
    }

    public void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteString("market"u8, "live"u8);
        writer.WriteNumber("burst_factor"u8, _burstFactor);
        writer.WriteNumber("decisions"u8, _all.Sum(feed => feed.Flow.Steps));
    }

    /// <summary>What the makers of the perpetual think; of what has none, where the instrument began.</summary>
    private decimal IndexOf(InstrumentFeed feed)
    {
        var leader = _all.Find(candidate => candidate.Instrument.IsPerpetual && candidate.Instrument.PriceIndex == feed.Instrument.PriceIndex);
        return leader is not null
            ? decimal.Round(Fixed8.ToDecimal(leader.Flow.FairPrice), 2)
            : feed.Instrument.IsOption ? feed.Instrument.Strike : Fixed8.ToDecimal(feed.Instrument.Core.StartPrice);
    }

    private void PublishIndices()
    {
        foreach (var channel in _hub.Wanted.Where(channel => channel.Name.Family == "deribit_price_index").ToArray())
        {
            PublishIndex(channel, null);
        }
    }

    private void PublishIndex(Channel channel, DeribitConnection? onlyTo)
    {
        if (Index(channel.Name.Instrument!) is { } price)
        {
            _hub.Publish(channel, writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("timestamp"u8, _context.Clock.VenueMilliseconds);
                writer.WriteAmount("price"u8, price);
                writer.WriteString("index_name"u8, channel.Name.Instrument);
                writer.WriteEndObject();
            }, onlyTo);
        }
    }
}
