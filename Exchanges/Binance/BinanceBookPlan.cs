using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Binance;

/// <summary>Which stream serves a book best, and for changes how deep a snapshot.</summary>
internal static class BinanceBookPlan
{
    /// <summary>The deepest book that Binance tells of.</summary>
    public const int MaxDepth = 1000;

    /// <summary>The deepest whole picture.</summary>
    public const int MaxPartialDepth = 20;

    /// <summary>The fastest of Binance's books, in milliseconds.</summary>
    public const int FastestMs = 100;

    /// <summary>The plan for what is asked, by the setting <see cref="BinanceOptions.BookSource"/>.</summary>
    public static BookPlan For(string symbol, StreamDemand demand, string bookSource)
    {
        var partial = bookSource switch
        {
            "partial" => true,
            "diff" => false,
            _ => demand.TopN <= MaxPartialDepth && demand.FrequencyMs >= FastestMs,
        };
        if (partial)
        {
            var levels = demand.TopN <= 5 ? 5 : demand.TopN <= 10 ? 10 : 20;
            var interval = demand.FrequencyMs >= 500 ? 500 : demand.FrequencyMs >= 250 ? 250 : FastestMs;
            return new BookPlan(BinanceStreams.PartialDepth(symbol, levels, interval), true, levels);
        }

        // Several times what is asked, so that the price may move before levels beyond the snapshot are missed.
        var snapshot = demand.TopN <= 25 ? 100 : demand.TopN <= 125 ? 500 : MaxDepth;
        return new BookPlan(BinanceStreams.Depth(symbol, FastestMs), false, snapshot);
    }
}
