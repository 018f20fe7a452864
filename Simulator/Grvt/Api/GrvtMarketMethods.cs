using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The public calls of the market data host (sheet, section 8).</summary>
internal sealed class GrvtMarketMethods(SimulatorContext context, GrvtMarket market)
{
    public static readonly int[] Depths = [10, 50, 100, 500];

    private long Now => context.Clock.VenueNanoseconds();

    public IEnumerable<GrvtMethod> Methods() =>
    [
        Method("instrument", GrvtCallClass.Instrument, (call, writer) => writer.Object("result", "instrument", Feed(call).Instrument.Write)),
        Method("instruments", GrvtCallClass.Instrument, Instruments),
        Method("all_instruments", GrvtCallClass.Instrument, Instruments),
        Method("currency", GrvtCallClass.Market, Currency),
        Method("mini", GrvtCallClass.Instrument, (call, writer) => writer.Object("result", "ticker", Feed(call).WriteMini)),
        Method("ticker", GrvtCallClass.Instrument, (call, writer) => writer.Object("result", "ticker", Feed(call).WriteTicker)),
        Method("book", GrvtCallClass.Market, Book),
        Method("trade", GrvtCallClass.Market, Trades),
        Method("trade_history", GrvtCallClass.Market, TradeHistory),
        Method("kline", GrvtCallClass.Market, Candles),
        Method("funding", GrvtCallClass.Market, Funding),
        Method("margin_rules", GrvtCallClass.Market, MarginRules),
    ];

    private static GrvtMethod Method(string name, GrvtCallClass of, Action<GrvtCall, GrvtWriter> handle) => new("v1/" + name, false, false, of, "request", handle);

    private GrvtFeed Feed(GrvtCall call) => market.Find(call.Request.Text("instrument")) ?? throw new GrvtErrorException(3000);

    private void Instruments(GrvtCall call, GrvtWriter writer)
    {
        var (kinds, bases, quotes) = (call.Request.Texts("kind"), call.Request.Texts("base"), call.Request.Texts("quote"));
        var active = call.Request.Flag("is_active");
        writer.Objects("result", "instrument", market.Feeds.Select(static feed => feed.Instrument)
            .Where(instrument => Has(kinds, "PERPETUAL") && Has(bases, instrument.Core.BaseAsset) && Has(quotes, instrument.Core.QuoteAsset))
            .Where(instrument => !active || instrument.Core.IsTrading), static (inner, instrument) => instrument.Write(inner));

        static bool Has(IReadOnlyList<string>? wanted, string value) => wanted is null or { Count: 0 } || wanted.Contains(value);
    }

    private static void Currency(GrvtCall call, GrvtWriter writer)
    {
        ReadOnlySpan<(int Id, string Symbol, int Decimals)> all = [(1, "USD", 6), (3, "USDT", 6), (4, "ETH", 9), (5, "BTC", 9), (6, "SOL", 9), (21, "SUI", 6)];
        writer.Objects("result", "other", all.ToArray(), static (inner, currency) =>
        {
            inner.Count("id", currency.Id);
            inner.Text("symbol", currency.Symbol);
            inner.Count("balance_decimals", currency.Decimals);
            inner.Text("quantity_multiplier", "1" + new string('0', currency.Decimals));
        });
    }

    private void Book(GrvtCall call, GrvtWriter writer)
    {
        var depth = (int)(call.Request.Signed("depth") ?? 50);
        var feed = Feed(call);
        if (!Depths.Contains(depth))
        {
            throw new GrvtErrorException(3031);
        }

        writer.Object("result", "book", inner => feed.WriteBook(inner, depth));
    }

    private void Trades(GrvtCall call, GrvtWriter writer) => writer.Objects(
        "result", "trade", Feed(call).Trades.Reverse().Take(GrvtPaging.Limit(call.Request)), static (inner, trade) => trade.Write(inner));

    private void TradeHistory(GrvtCall call, GrvtWriter writer) =>
        GrvtPaging.Write(call.Request, writer, "trade", Feed(call).Trades, static trade => trade.Time, static (inner, trade) => trade.Write(inner));

    private void Candles(GrvtCall call, GrvtWriter writer)
    {
        var interval = call.Request.Text("interval") ?? "CI_1_M";
        if (!GrvtCandle.Intervals.ContainsKey(interval))
        {
            throw new GrvtErrorException(3040);
        }

        if (call.Request.Text("type") is not (null or "TRADE" or "MARK" or "INDEX" or "MID"))
        {
            throw new GrvtErrorException(3041);
        }

        var feed = Feed(call);
        var bars = GrvtCandle.Of(
            feed.Trades, interval, Now, GrvtPaging.Limit(call.Request), feed.LastPrice, call.Request.Signed("start_time"), call.Request.Signed("end_time"));
        writer.Objects("result", "candle", bars, (inner, bar) => bar.Write(inner, feed.Symbol));
        writer.Text("next", "");
    }

    private void Funding(GrvtCall call, GrvtWriter writer)
    {
        var feed = Feed(call);
        const long Interval = 8L * 3600 * 1_000_000_000;
        GrvtPaging.Write(call.Request, writer, "other", [Now / Interval * Interval], static time => time, (inner, time) =>
        {
            inner.Text("instrument", feed.Symbol);
            inner.Text("funding_rate", "0.01");
            inner.Text("funding_time", GrvtText.Nanoseconds(time));
            inner.Number("mark_price", feed.Mark);
            inner.Count("funding_interval_hours", 8);
        });
    }

    private void MarginRules(GrvtCall call, GrvtWriter writer)
    {
        var feed = Feed(call);
        writer.Object("result", "other", inner =>
        {
            inner.Text("instrument", feed.Symbol);
            inner.Number("max_position_size", feed.Instrument.MaximumPosition);
            inner.Objects("risk_brackets", "other", [1], static (bracket, tier) =>
            {
                bracket.Count("tier", tier);
                bracket.Text("notional_floor", "0.0");
                bracket.Number("maintenance_margin_rate", Trading.GrvtMargin.MaintenanceRate);
                bracket.Number("initial_margin_rate", 1 / Trading.GrvtMargin.MaximumLeverage);
                bracket.Number("max_leverage", Trading.GrvtMargin.MaximumLeverage);
            });
        });
    }
}
