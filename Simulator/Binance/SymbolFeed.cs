using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>
/// One live symbol: its book and order flow, the numbers that the venue gives to what happens in the book, and the frames
/// that tell of it.
/// </summary>
internal sealed class SymbolFeed
{
    private readonly StreamHub _hub;
    private readonly SimulatorClock _clock;
    private readonly IdSource _updateIds;
    private readonly DepthChanges[] _changes;
    private readonly StreamTopic[] _deltas;
    private readonly StreamTopic[,] _partials;
    private readonly StreamTopic _rpi;
    private readonly StreamTopic _bookTicker;
    private readonly StreamTopic _trade;
    private readonly StreamTopic _aggTrade;
    private readonly (KlineInterval Interval, StreamTopic Topic)[] _klines;
    private readonly long[] _klineStarts = new long[KlineInterval.All.Length];
    private readonly StreamTopic _ticker;
    private readonly StreamTopic _miniTicker;
    private readonly Queue<(Trade Trade, long Time)> _trades = new();
    private readonly Candles _candles = new();
    private readonly HashSet<KlineInterval> _movedKlines = [];
    private (long BidPrice, long BidQuantity, long AskPrice, long AskQuantity) _top;
    private bool _topMoved;
    private long _average;

    public SymbolFeed(
        BinanceInstrument instrument, SimulatorContext context, StreamHub hub, IdSource updateIds, IdSource orderIds)
    {
        Instrument = instrument;
        _hub = hub;
        _clock = context.Clock;
        _updateIds = updateIds;
        var stream = instrument.Symbol.ToLowerInvariant();
        var speeds = StreamNames.DepthSpeeds;
        _deltas = Array.ConvertAll(speeds, speed => hub.Topic($"{stream}@depth{speed.Suffix}"));
        _partials = new StreamTopic[speeds.Length, StreamNames.PartialLevels.Length];
        for (var speed = 0; speed < speeds.Length; speed++)
        {
            for (var size = 0; size < StreamNames.PartialLevels.Length; size++)
            {
                _partials[speed, size] = hub.Topic($"{stream}@depth{StreamNames.PartialLevels[size]}{speeds[speed].Suffix}");
            }
        }

        _rpi = hub.Topic(stream + "@rpiDepth@500ms");
        _bookTicker = hub.Topic(stream + "@bookTicker");
        _trade = hub.Topic(stream + "@trade");
        _aggTrade = hub.Topic(stream + "@aggTrade");
        _klines = Array.ConvertAll(KlineInterval.All, interval => (interval, hub.Topic($"{stream}@kline_{interval.Name}")));
        _ticker = hub.Topic(stream + "@ticker");
        _miniTicker = hub.Topic(stream + "@miniTicker");

        var random = SeededRandom.For(context.Seed, instrument.Symbol);
        for (var i = 0; i < _klines.Length; i++)
        {
            _klineStarts[i] = _klines[i].Interval.StartOf(_clock.VenueMilliseconds);
        }

        Book = new MatchingBook(instrument.Core, orderIds, new IdSource(5_378_951_000 + random.Next(100_000)));
        Flow = new OrderFlow(Book, random);
        AggTrades = new AggregateTrades(3_099_176_000 + random.Next(100_000));
        _average = LastPrice = instrument.Core.StartPrice;

        // What the flow has just laid out is the past: the ids begin with the first change after it.
        LastUpdateId = updateIds.Next();
        LastChange = _clock.VenueMilliseconds;
        _changes = Array.ConvertAll(speeds, _ => new DepthChanges(LastUpdateId));
        _top = Top();
        Book.LevelChanged = OnLevelChanged;
        Book.Traded = OnTraded;
        Book.OperationDone = OnOperationDone;
    }

    public BinanceInstrument Instrument { get; }

    public MatchingBook Book { get; }

    public OrderFlow Flow { get; }

    public AggregateTrades AggTrades { get; }

    public Candles Candles => _candles;

    /// <summary>The venue's id of the last change of this book.</summary>
    public long LastUpdateId { get; private set; }

    /// <summary>When it happened, by the venue's clock.</summary>
    public long LastChange { get; private set; }

    /// <summary>The last trades with their times, oldest first.</summary>
    public IReadOnlyCollection<(Trade Trade, long Time)> Trades => _trades;

    /// <summary>A match in this book, as it happens; whoever hears it must leave the book alone until <see cref="Settled"/>.</summary>
    public Action<Trade>? Traded { get; set; }

    /// <summary>A call on the book is over.</summary>
    public Action? Settled { get; set; }

    /// <summary>Set by hand: what the mark price is, whatever the book says. Null: it follows the book.</summary>
    public long? MarkByHand { get; set; }

    /// <summary>Price of the last trade; before any, where the flow began.</summary>
    public long LastPrice { get; private set; }

    public long LastQuantity => _trades.Count == 0 ? 0 : _trades.Last().Trade.Quantity;

    /// <summary>The depth frames of one speed, if anything changed since its last ones.</summary>
    public void PublishDepth(int speed)
    {
        var changes = _changes[speed];
        if (!changes.Any)
        {
            return;
        }

        var now = _clock.VenueMilliseconds;
        PublishDelta(_deltas[speed], changes, now);
        if (StreamNames.DepthSpeeds[speed].Milliseconds == 500)
        {
            // Nobody here sends RPI orders, so the book with them is the book.
            PublishDelta(_rpi, changes, now);
        }

        for (var size = 0; size < StreamNames.PartialLevels.Length; size++)
        {
            PublishPartial(_partials[speed, size], StreamNames.PartialLevels[size], changes, now);
        }

        changes.Next();
    }

    /// <summary>A partial book out of turn; gives its <c>u</c>.</summary>
    public long EmitPartial(int levels, string speedSuffix)
    {
        var speed = Array.FindIndex(StreamNames.DepthSpeeds, candidate => candidate.Suffix == speedSuffix);
        var size = Array.IndexOf(StreamNames.PartialLevels, levels);
        if (speed < 0 || size < 0)
        {
            throw new ArgumentException($"no stream @depth{levels}{speedSuffix}", nameof(levels));
        }

        var changes = _changes[speed];
        PublishPartial(_partials[speed, size], levels, changes, _clock.VenueMilliseconds);
        return changes.Last;
    }

    /// <summary>What <see cref="PublishDepth"/> does, of one stream; gives the frame's <c>u</c>.</summary>
    public long EmitDelta(string speedSuffix)
    {
        var speed = Array.FindIndex(StreamNames.DepthSpeeds, candidate => candidate.Suffix == speedSuffix);
        if (speed < 0)
        {
            throw new ArgumentException($"no stream @depth{speedSuffix}", nameof(speedSuffix));
        }

        PublishDepth(speed);
        return _changes[speed].Last;
    }

    public void PublishAggregates()
    {
        var now = _clock.VenueMilliseconds;
        if (AggTrades.CompleteBefore(now) is { } completed)
        {
            PublishAggregate(completed, now);
        }
    }

    public void PublishKlines()
    {
        var now = _clock.VenueMilliseconds;
        for (var i = 0; i < _klines.Length; i++)
        {
            var (interval, topic) = _klines[i];
            var moved = _movedKlines.Remove(interval);
            var before = _klineStarts[i];
            var start = _klineStarts[i] = interval.StartOf(now);
            if (!topic.IsWanted || (!moved && before == start))
            {
                continue;
            }

            // The one that has just ended is told once more, as closed.
            foreach (var candle in Candles.Of(interval, before, null))
            {
                BinancePayloads.Kline(_hub.Begin(topic), Instrument.Core, candle, interval, now);
                _hub.Publish(topic);
            }
        }
    }

    public void PublishTickers()
    {
        if (_ticker.IsWanted || _miniTicker.IsWanted)
        {
            var now = _clock.VenueMilliseconds;
            var day = _candles.LastDay(now);
            PublishTicker(_ticker, day, now, mini: false);
            PublishTicker(_miniTicker, day, now, mini: true);
        }
    }

    public void PublishMarkPrice(StreamTopic topic, in MarkPrice mark, long now)
    {
        if (topic.IsWanted)
        {
            BinancePayloads.MarkPrice(_hub.Begin(topic), Instrument.Symbol, mark, now);
            _hub.Publish(topic);
        }
    }

    /// <summary>For the all-market stream, when the top has moved since it last spoke.</summary>
    public void PublishTopTo(StreamTopic topic)
    {
        if (_topMoved && topic.IsWanted)
        {
            PublishTop(topic);
        }

        _topMoved = false;
    }

    /// <summary>The index is where the makers think the price is; the mark lies between that and the book's middle.</summary>
    public MarkPrice MarkPrice()
    {
        var middle = Book is { Bids.Best: { } bid, Asks.Best: { } ask } ? (bid.Price + ask.Price) / 2 : Flow.FairPrice;
        var mark = MarkByHand ?? ((middle + Flow.FairPrice) / 2);
        const long Funding = 8 * 60 * 60_000;
        var now = _clock.VenueMilliseconds;
        var next = (now / Funding * Funding) + Funding;
        return new MarkPrice(mark, _average, (mark + Flow.FairPrice) / 2, Flow.FairPrice, 8_900, next);
    }

    /// <summary>A trade between strangers that the book knows nothing of: how a test moves the last price.</summary>
    public void Print(long price)
    {
        var seller = new Order
        {
            Id = Book.NextOrderId(),
            Owner = "stranger",
            Side = Side.Sell,
            Price = price,
            Quantity = Instrument.Core.LotStep,
            TimeInForce = TimeInForce.ImmediateOrCancel,
        };
        var buyer = new Order
        {
            Id = Book.NextOrderId(),
            Owner = "stranger",
            Side = Side.Buy,
            Price = price,
            Quantity = Instrument.Core.LotStep,
            TimeInForce = TimeInForce.GoodTillCancelled,
        };
        OnTraded(new Trade(Book.NextTradeId(), price, Instrument.Core.LotStep, buyer, seller));
        OnOperationDone();
    }

    /// <summary>Once a second: the average follows the mark.</summary>
    public void MoveAverage() => _average += (MarkPrice().Mark - _average) / 8;

    public BookState State()
    {
        return new BookState(Instrument.Symbol, LastUpdateId, Side(Book.Bids), Side(Book.Asks));

        IReadOnlyList<(string Price, string Quantity)> Side(BookSide side) => Enumerable.Range(0, side.Count)
            .Select(rank => side[rank])
            .Select(level => (Fixed8.ToText(level.Price, Instrument.Core.PriceDigits),
                Fixed8.ToText(level.Quantity, Instrument.Core.QuantityDigits)))
            .ToArray();
    }

    private void OnLevelChanged(Side side, long price, long quantity)
    {
        LastUpdateId = _updateIds.Next();
        LastChange = _clock.VenueMilliseconds;
        foreach (var changes in _changes)
        {
            changes.Add(side == Side.Buy, price, LastUpdateId, LastChange);
        }
    }

    private void OnTraded(Trade trade)
    {
        var now = _clock.VenueMilliseconds;
        LastPrice = trade.Price;
        Traded?.Invoke(trade);
        _trades.Enqueue((trade, now));
        if (_trades.Count > 1000)
        {
            _trades.Dequeue();
        }

        _candles.Add(trade, now);
        foreach (var (interval, _) in _klines)
        {
            _movedKlines.Add(interval);
        }

        if (_trade.IsWanted)
        {
            BinancePayloads.Trade(_hub.Begin(_trade), Instrument.Core, trade, now);
            _hub.Publish(_trade);
        }

        if (AggTrades.Add(trade, now) is { } completed)
        {
            PublishAggregate(completed, now);
        }
    }

    private void OnOperationDone()
    {
        var top = Top();
        if (top != _top)
        {
            _top = top;
            _topMoved = true;
            if (_bookTicker.IsWanted)
            {
                PublishTop(_bookTicker);
            }
        }

        Settled?.Invoke();
    }

    private (long BidPrice, long BidQuantity, long AskPrice, long AskQuantity) Top() =>
        (Book.Bids.Best?.Price ?? 0, Book.Bids.Best?.Quantity ?? 0, Book.Asks.Best?.Price ?? 0, Book.Asks.Best?.Quantity ?? 0);

    private void PublishTop(StreamTopic topic)
    {
        BinancePayloads.BookTicker(
            _hub.Begin(topic), Instrument.Core, Book, LastUpdateId, _clock.VenueMilliseconds, LastChange);
        _hub.Publish(topic);
    }

    private void PublishDelta(StreamTopic topic, DepthChanges changes, long now)
    {
        if (topic.IsWanted)
        {
            BinancePayloads.DepthDelta(_hub.Begin(topic), Instrument.Core, Book, changes, now);
            _hub.Publish(topic);
        }
    }

    private void PublishPartial(StreamTopic topic, int levels, DepthChanges changes, long now)
    {
        if (topic.IsWanted)
        {
            BinancePayloads.PartialDepth(_hub.Begin(topic), Instrument.Core, Book, changes, now, levels);
            _hub.Publish(topic);
        }
    }

    private void PublishAggregate(AggregateTrade completed, long now)
    {
        if (_aggTrade.IsWanted)
        {
            BinancePayloads.AggTrade(_hub.Begin(_aggTrade), Instrument.Core, completed, now);
            _hub.Publish(_aggTrade);
        }
    }

    private void PublishTicker(StreamTopic topic, Candle day, long now, bool mini)
    {
        if (topic.IsWanted)
        {
            BinancePayloads.Ticker(_hub.Begin(topic), Instrument.Core, day, LastQuantity, now, mini);
            _hub.Publish(topic);
        }
    }
}
