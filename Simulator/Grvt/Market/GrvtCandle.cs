using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Market;

/// <summary>A bar of trades. An interval without a trade has the last price and no volume.</summary>
internal sealed class GrvtCandle(long open, long length, decimal price)
{
    private decimal _open = price;
    private decimal _high = price;
    private decimal _low = price;
    private decimal _close = price;
    private decimal _base;
    private decimal _quote;
    private int _trades;

    public static IReadOnlyDictionary<string, TimeSpan> Intervals { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["CI_1_M"] = TimeSpan.FromMinutes(1),
        ["CI_3_M"] = TimeSpan.FromMinutes(3),
        ["CI_5_M"] = TimeSpan.FromMinutes(5),
        ["CI_15_M"] = TimeSpan.FromMinutes(15),
        ["CI_30_M"] = TimeSpan.FromMinutes(30),
        ["CI_1_H"] = TimeSpan.FromHours(1),
        ["CI_2_H"] = TimeSpan.FromHours(2),
        ["CI_4_H"] = TimeSpan.FromHours(4),
        ["CI_6_H"] = TimeSpan.FromHours(6),
        ["CI_8_H"] = TimeSpan.FromHours(8),
        ["CI_12_H"] = TimeSpan.FromHours(12),
        ["CI_1_D"] = TimeSpan.FromDays(1),
        ["CI_3_D"] = TimeSpan.FromDays(3),
        ["CI_5_D"] = TimeSpan.FromDays(5),
        ["CI_1_W"] = TimeSpan.FromDays(7),
        ["CI_2_W"] = TimeSpan.FromDays(14),
        ["CI_3_W"] = TimeSpan.FromDays(21),
        ["CI_4_W"] = TimeSpan.FromDays(28),
    };

    public long Open => open;

    public void Add(GrvtTrade trade)
    {
        if (_trades++ == 0)
        {
            _open = _high = _low = trade.Price;
        }

        (_high, _low, _close) = (Math.Max(_high, trade.Price), Math.Min(_low, trade.Price), trade.Price);
        _base += trade.Size;
        _quote += trade.Size * trade.Price;
    }

    public void Write(GrvtWriter writer, string symbol)
    {
        writer.Text("open_time", GrvtText.Nanoseconds(open));
        writer.Text("close_time", GrvtText.Nanoseconds(open + length));
        writer.Number("open", _open);
        writer.Number("close", _close);
        writer.Number("high", _high);
        writer.Number("low", _low);
        writer.Number("volume_b", _base);
        writer.Number("volume_q", _quote);
        writer.Count("trades", _trades);
        writer.Text("instrument", symbol);
    }

    /// <summary>The last bars of these trades, newest first.</summary>
    public static IReadOnlyList<GrvtCandle> Of(IEnumerable<GrvtTrade> trades, string interval, long now, int limit, decimal price, long? start = null, long? end = null)
    {
        var length = Intervals[interval].Ticks * 100;
        var bars = new SortedDictionary<long, GrvtCandle>();
        foreach (var trade in trades)
        {
            var begin = trade.Time / length * length;
            if (!bars.TryGetValue(begin, out var bar))
            {
                bars.Add(begin, bar = new GrvtCandle(begin, length, trade.Price));
            }

            bar.Add(trade);
        }

        var latest = Math.Min(end ?? now, now) / length * length;
        var made = new List<GrvtCandle>();
        for (var begin = latest; made.Count < limit && begin >= (start ?? 0) && begin > latest - (limit * length); begin -= length)
        {
            var before = bars.LastOrDefault(bar => bar.Key < begin).Value;
            made.Add(bars.GetValueOrDefault(begin) ?? new GrvtCandle(begin, length, before?._close ?? price));
        }

        return made;
    }
}
