using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Grvt.Market;

/// <summary>The market made by the engine and its seeded order flow.</summary>
internal sealed class GrvtMarket
{
    private readonly SimulatorContext _context;
    private readonly Dictionary<string, GrvtFeed> _feeds = new(StringComparer.Ordinal);
    private readonly List<GrvtFeed> _all = [];
    private int _turn;
    private int _burstFactor = 1;

    public GrvtMarket(SimulatorContext context, IEnumerable<string> symbols)
    {
        _context = context;
        var (orderIds, tradeIds) = (new IdSource(73_000_001), new IdSource(1));
        var known = GrvtInstrument.All();
        foreach (var symbol in symbols)
        {
            var instrument = known.FirstOrDefault(candidate => candidate.Symbol == symbol)
                ?? throw new ArgumentException($"unknown symbol {symbol}; there are {string.Join(", ", known.Select(i => i.Symbol))}");
            var feed = new GrvtFeed(instrument, context, orderIds, tradeIds);
            _feeds.Add(symbol, feed);
            _all.Add(feed);
        }
    }

    public IReadOnlyList<GrvtFeed> Feeds => _all;

    /// <summary>Told when an instrument is delisted, or its grid has changed: accounts' orders are not the flow's business.</summary>
    public Action<GrvtFeed>? RulesChanged { get; set; }

    public long Decisions => _all.Sum(feed => feed.Flow.Steps);

    public GrvtFeed? Find(string? symbol) => symbol is null ? null : _feeds.GetValueOrDefault(symbol);

    public void Step(int decisions)
    {
        for (var i = 0; i < decisions * _burstFactor; i++)
        {
            _all[_turn].Flow.Step();
            _turn = (_turn + 1) % _all.Count;
        }
    }

    /// <summary>The order flow so many times as busy for a while.</summary>
    public void Burst(int factor, TimeSpan duration)
    {
        _burstFactor = factor;
        _context.Timetable.After(duration, () => _burstFactor = 1);
    }

    /// <summary>A coarser or finer price grid, in session; what lies off it is cancelled.</summary>
    public void ChangeTick(GrvtFeed feed, string? tickText)
    {
        var core = feed.Instrument.Core;
        core.Tick = tickText is null ? core.Tick * 10 : Fixed8.Parse(tickText);
        core.TickText = Wire.GrvtText.Of(Fixed8.ToDecimal(core.Tick));
        feed.Flow.Regrid();
        RulesChanged?.Invoke(feed);
    }

    /// <summary>The instrument ends: its orders are cancelled and nothing is quoted any more.</summary>
    public void Delist(GrvtFeed feed)
    {
        feed.Instrument.Core.IsTrading = false;
        feed.Flow.Clear();
        RulesChanged?.Invoke(feed);
    }
}
