using Exchange.Exchanges.Common.Books;

namespace Exchange.Exchanges.Binance;

/// <summary>How a book is had: which stream, and for changes how deep a snapshot.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="IsPartial">True for whole pictures, false for changes on a snapshot.</param>
/// <param name="Depth">Levels a side of a picture, or of the snapshot.</param>
internal readonly record struct BinanceBookPlan(string Stream, bool IsPartial, int Depth)
{
    /// <summary>The deepest book that Binance tells of.</summary>
    public const int MaxDepth = 1000;

    /// <summary>The deepest whole picture.</summary>
    public const int MaxPartialDepth = 20;

    /// <summary>The fastest of Binance's books, in milliseconds.</summary>
    public const int FastestMs = 100;

    /// <summary>The plan for what is asked, by the setting <see cref="BinanceOptions.BookSource"/>.</summary>
    public static BinanceBookPlan For(string symbol, StreamDemand demand, string bookSource)
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
            return new BinanceBookPlan(BinanceStreams.PartialDepth(symbol, levels, interval), true, levels);
        }

        // Several times what is asked, so that the price may move before levels beyond the snapshot are missed.
        var snapshot = demand.TopN <= 25 ? 100 : demand.TopN <= 125 ? 500 : MaxDepth;
        return new BinanceBookPlan(BinanceStreams.Depth(symbol, FastestMs), false, snapshot);
    }

    /// <summary>True when this serves whatever <paramref name="other"/> serves.</summary>
    public bool Covers(BinanceBookPlan other) => Stream == other.Stream && Depth >= other.Depth;
}
