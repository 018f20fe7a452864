using System.Globalization;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Market;

/// <summary>One live instrument: its book and order flow, its prices, its trades, and the objects that tell of them.</summary>
internal sealed class GrvtFeed
{
    private const int MostTrades = 5000;

    private readonly SimulatorClock _clock;
    private readonly Queue<GrvtTrade> _trades = new();

    public GrvtFeed(GrvtInstrument instrument, SimulatorContext context, IdSource orderIds, IdSource tradeIds)
    {
        Instrument = instrument;
        _clock = context.Clock;
        Book = new MatchingBook(instrument.Core, orderIds, tradeIds);
        Flow = new OrderFlow(Book, SeededRandom.For(context.Seed, "grvt " + instrument.Symbol));
        LastPrice = Fixed8.ToDecimal(instrument.Core.StartPrice);
        Book.LevelChanged = (side, price, _) => LevelChanged?.Invoke(side, price);
        Book.Traded = OnTraded;
        Book.OperationDone = () => Settled?.Invoke();
    }

    public GrvtInstrument Instrument { get; }

    public string Symbol => Instrument.Symbol;

    public MatchingBook Book { get; }

    public OrderFlow Flow { get; }

    public IReadOnlyCollection<GrvtTrade> Trades => _trades;

    /// <summary>A level of the book has changed.</summary>
    public Action<Side, long>? LevelChanged { get; set; }

    /// <summary>A match, as it happens: whoever hears it leaves the book alone until <see cref="Settled"/>.</summary>
    public Action<Trade, GrvtTrade>? Traded { get; set; }

    /// <summary>A call on the book is over.</summary>
    public Action? Settled { get; set; }

    /// <summary>Set by hand; null: it follows the book.</summary>
    public decimal? MarkByHand { get; set; }

    public decimal LastPrice { get; private set; }

    public decimal LastSize { get; private set; }

    public decimal? Bid => Book.Bids.Best is { } best ? Fixed8.ToDecimal(best.Price) : null;

    public decimal? Ask => Book.Asks.Best is { } best ? Fixed8.ToDecimal(best.Price) : null;

    public decimal Mid => Bid is { } bid && Ask is { } ask ? (bid + ask) / 2 : Index;

    public decimal Index => Fixed8.ToDecimal(Flow.FairPrice);

    public decimal Mark => MarkByHand ?? ((Mid + Index) / 2);

    private long Now => _clock.VenueNanoseconds();

    /// <summary>A trade between strangers that the book knows nothing of: how a test moves the last price.</summary>
    public void Print(decimal price)
    {
        Add(new GrvtTrade($"{Book.NextOrderId()}-{Book.NextTradeId()}", Now, Symbol, true, price, Instrument.SizeStep, Mark, Index));
        Printed?.Invoke(_trades.Last());
        Settled?.Invoke();
    }

    /// <summary>A trade has been told that no order of this book made.</summary>
    public Action<GrvtTrade>? Printed { get; set; }

    public void WriteBook(GrvtWriter writer, int depth)
    {
        writer.Text("event_time", GrvtText.Nanoseconds(Now));
        writer.Text("instrument", Symbol);
        Levels(writer, "bids", Book.Bids, depth);
        Levels(writer, "asks", Book.Asks, depth);
    }

    /// <summary>The levels that changed, with their sizes now.</summary>
    public void WriteChanges(GrvtWriter writer, IReadOnlySet<(Side Side, long Price)> changed)
    {
        writer.Text("event_time", GrvtText.Nanoseconds(Now));
        writer.Text("instrument", Symbol);
        foreach (var (name, side) in (ReadOnlySpan<(string, Side)>)[("bids", Side.Buy), ("asks", Side.Sell)])
        {
            var prices = changed.Where(change => change.Side == side).Select(change => change.Price);
            writer.Objects(name, "level", side == Side.Buy ? prices.OrderDescending() : prices.Order(), (level, price) =>
                Level(level, price, Book[side].QuantityAt(price), Book[side].Find(price)));
        }
    }

    public void WriteMini(GrvtWriter writer) => Write(writer, Mini());

    public void WriteTicker(GrvtWriter writer) => Write(writer, Ticker());

    /// <summary>Writes members of a ticker; one of them is a JSON number.</summary>
    public static void Write(GrvtWriter writer, IEnumerable<(string Name, string Value)> members)
    {
        foreach (var (name, value) in members)
        {
            if (name == "funding_interval_hours")
            {
                writer.Count(name, long.Parse(value, CultureInfo.InvariantCulture));
            }
            else
            {
                writer.Text(name, value);
            }
        }
    }

    /// <summary>The members of the mini ticker, the time first.</summary>
    public IReadOnlyList<(string Name, string Value)> Mini() =>
    [
        ("event_time", GrvtText.Nanoseconds(Now)),
        ("instrument", Symbol),
        ("mark_price", GrvtText.Of(Mark)),
        ("index_price", GrvtText.Of(Index)),
        ("last_price", GrvtText.Of(LastPrice)),
        ("last_size", GrvtText.Of(LastSize)),
        ("mid_price", GrvtText.Of(Mid)),
        ("best_bid_price", GrvtText.Of(Bid ?? 0)),
        ("best_bid_size", GrvtText.Of(SizeOf(Book.Bids))),
        ("best_ask_price", GrvtText.Of(Ask ?? 0)),
        ("best_ask_size", GrvtText.Of(SizeOf(Book.Asks))),
    ];

    /// <summary>The members of the ticker, the time first.</summary>
    public IReadOnlyList<(string Name, string Value)> Ticker()
    {
        var prices = _trades.Select(trade => trade.Price).DefaultIfEmpty(LastPrice).ToArray();
        var (buys, sells) = (_trades.Where(trade => trade.TakerBuys).ToArray(), _trades.Where(trade => !trade.TakerBuys).ToArray());
        const long Interval = 8L * 3600 * 1_000_000_000;
        return
        [
            .. Mini(),
            ("funding_rate_8h_curr", "0.01"),
            ("funding_rate_8h_avg", "0.01"),
            ("interest_rate", "0.0"),
            ("forward_price", "0.0"),
            ("buy_volume_24h_b", GrvtText.Of(buys.Sum(trade => trade.Size))),
            ("sell_volume_24h_b", GrvtText.Of(sells.Sum(trade => trade.Size))),
            ("buy_volume_24h_q", GrvtText.Of(buys.Sum(trade => trade.Size * trade.Price))),
            ("sell_volume_24h_q", GrvtText.Of(sells.Sum(trade => trade.Size * trade.Price))),
            ("high_price", GrvtText.Of(prices.Max())),
            ("low_price", GrvtText.Of(prices.Min())),
            ("open_price", GrvtText.Of(prices[0])),
            ("open_interest", "1914.093886738"),
            ("long_short_ratio", "1.47205"),
            ("funding_rate", "0.01"),
            ("funding_interval_hours", "8"),
            ("next_funding_time", GrvtText.Nanoseconds((Now / Interval * Interval) + Interval)),
        ];
    }

    public BookState State()
    {
        return new BookState(Symbol, 0, Side(Book.Bids), Side(Book.Asks));

        IReadOnlyList<(string Price, string Quantity)> Side(BookSide side) => Enumerable.Range(0, side.Count)
            .Select(rank => (GrvtText.Of(Fixed8.ToDecimal(side[rank].Price)), GrvtText.Of(Fixed8.ToDecimal(side[rank].Quantity))))
            .ToArray();
    }

    private static decimal SizeOf(BookSide side) => side.Best is { } best ? Fixed8.ToDecimal(best.Quantity) : 0;

    private static void Levels(GrvtWriter writer, string name, BookSide side, int depth) =>
        writer.Objects(name, "level", Enumerable.Range(0, Math.Min(depth, side.Count)).Select(rank => side[rank]),
            static (level, of) => Level(level, of.Price, of.Quantity, of));

    private static void Level(GrvtWriter writer, long price, long quantity, PriceLevel? level)
    {
        var orders = 0;
        for (var order = level?.First; order is not null; order = order.Next)
        {
            orders++;
        }

        writer.Number("price", Fixed8.ToDecimal(price));
        writer.Number("size", Fixed8.ToDecimal(quantity));
        writer.Count("num_orders", orders);
    }

    private void OnTraded(Trade trade)
    {
        // One id for all that one taker does, as the venue's do.
        var told = new GrvtTrade(
            $"{trade.Taker.Id}-{trade.Id}", Now, Symbol, trade.TakerSide == Engine.Side.Buy, Fixed8.ToDecimal(trade.Price), Fixed8.ToDecimal(trade.Quantity), Mark, Index);
        Add(told);
        Traded?.Invoke(trade, told);
        Printed?.Invoke(told);
    }

    private void Add(GrvtTrade trade)
    {
        (LastPrice, LastSize) = (trade.Price, trade.Size);
        _trades.Enqueue(trade);
        if (_trades.Count > MostTrades)
        {
            _trades.Dequeue();
        }
    }
}

/// <summary>The venue's times.</summary>
internal static class GrvtClock
{
    /// <summary>Unix nanoseconds; the clock's own steps are of 100.</summary>
    public static long VenueNanoseconds(this SimulatorClock clock) => Nanoseconds(clock.VenueNow);

    public static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
