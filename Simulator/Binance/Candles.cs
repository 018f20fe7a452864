using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>Trades of one minute, or of several put together.</summary>
internal sealed class Candle(long start)
{
    public long Start { get; } = start;

    public long FirstTradeId { get; private set; } = -1;

    public long LastTradeId { get; private set; } = -1;

    public long Open { get; private set; }

    public long High { get; private set; }

    public long Low { get; private set; }

    public long Close { get; private set; }

    public long Volume { get; private set; }

    public long QuoteVolume { get; private set; }

    public long TakerBuyVolume { get; private set; }

    public long TakerBuyQuoteVolume { get; private set; }

    public int Trades { get; private set; }

    public void Add(in Trade trade)
    {
        var quote = Fixed8.Multiply(trade.Price, trade.Quantity);
        if (Trades == 0)
        {
            (Open, High, Low, FirstTradeId) = (trade.Price, trade.Price, trade.Price, trade.Id);
        }

        High = Math.Max(High, trade.Price);
        Low = Math.Min(Low, trade.Price);
        Close = trade.Price;
        LastTradeId = trade.Id;
        Volume += trade.Quantity;
        QuoteVolume += quote;
        Trades++;
        if (trade.TakerSide == Side.Buy)
        {
            TakerBuyVolume += trade.Quantity;
            TakerBuyQuoteVolume += quote;
        }
    }

    /// <summary>Adds a later candle to this one.</summary>
    public void Add(Candle later)
    {
        if (Trades == 0)
        {
            (Open, High, Low, FirstTradeId) = (later.Open, later.High, later.Low, later.FirstTradeId);
        }

        High = Math.Max(High, later.High);
        Low = Math.Min(Low, later.Low);
        Close = later.Close;
        LastTradeId = later.LastTradeId;
        Volume += later.Volume;
        QuoteVolume += later.QuoteVolume;
        TakerBuyVolume += later.TakerBuyVolume;
        TakerBuyQuoteVolume += later.TakerBuyQuoteVolume;
        Trades += later.Trades;
    }
}

/// <summary>The last day's trades by the minute; minutes without a trade have no candle.</summary>
internal sealed class Candles
{
    private const long Day = 24 * 60 * 60_000;

    private readonly List<Candle> _minutes = [];

    public void Add(in Trade trade, long time)
    {
        var start = time - (time % 60_000);
        if (_minutes.Count == 0 || _minutes[^1].Start < start)
        {
            _minutes.Add(new Candle(start));
            while (_minutes[0].Start < start - Day)
            {
                _minutes.RemoveAt(0);
            }
        }

        _minutes[^1].Add(trade);
    }

    /// <summary>The candles of an interval, oldest first, those that start within the bounds.</summary>
    public List<Candle> Of(KlineInterval interval, long? start, long? end)
    {
        var candles = new List<Candle>();
        foreach (var minute in _minutes)
        {
            var begin = interval.StartOf(minute.Start);
            if (begin < start || begin > end)
            {
                continue;
            }

            if (candles.Count == 0 || candles[^1].Start != begin)
            {
                candles.Add(new Candle(begin));
            }

            candles[^1].Add(minute);
        }

        return candles;
    }

    /// <summary>The 24 hours before <paramref name="now"/> in one.</summary>
    public Candle LastDay(long now)
    {
        var day = new Candle(now - Day);
        foreach (var minute in _minutes.Where(minute => minute.Start > now - Day))
        {
            day.Add(minute);
        }

        return day;
    }
}
