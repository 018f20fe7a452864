using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Grvt;

/// <summary>Which stream serves a book best (venue sheet, section 4.3); what is slower still is gathered on our side.</summary>
internal static class GrvtBookPlan
{
    /// <summary>The deepest book that is kept.</summary>
    public const int MaxDepth = GrvtCapabilities.MaxBookDepth;

    /// <summary>Whole pictures up to this depth cost less than following every change.</summary>
    public const int CheapPictureDepth = 100;

    /// <summary>The shortest interval of pictures, in milliseconds.</summary>
    public const int FastestPictureMs = 500;

    /// <summary>The intervals of changes, in milliseconds.</summary>
    public static IReadOnlyList<int> Rates { get; } = [50, 100, 500, 1000];

    /// <summary>The intervals of pictures, in milliseconds.</summary>
    public static IReadOnlyList<int> PictureRates { get; } = [FastestPictureMs, 1000];

    /// <summary>The depths of pictures.</summary>
    public static IReadOnlyList<int> PictureDepths { get; } = [10, 50, 100, MaxDepth];

    /// <summary>The plan for what is asked.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="demand">What is asked.</param>
    /// <param name="options">The settings <see cref="GrvtOptions.BookSource"/> and <see cref="GrvtOptions.BookRateMs"/>.</param>
    public static BookPlan For(string symbol, StreamDemand demand, GrvtOptions options)
    {
        var picture = options.BookSource switch
        {
            "partial" => true,
            "diff" => false,
            _ => demand.TopN <= CheapPictureDepth && demand.FrequencyMs >= FastestPictureMs,
        };
        if (picture)
        {
            var levels = PictureDepths.First(d => d >= Math.Min(demand.TopN, MaxDepth));
            return new BookPlan(GrvtChannels.Picture(symbol, levels, Slowest(PictureRates, demand.FrequencyMs)), true, levels);
        }

        var rate = options.BookRateMs > 0 ? options.BookRateMs : Slowest(Rates, demand.FrequencyMs);
        return new BookPlan(GrvtChannels.Book(symbol, rate), false, MaxDepth);
    }

    /// <summary>The slowest that is not slower than what is asked; otherwise the fastest.</summary>
    private static int Slowest(IReadOnlyList<int> rates, int frequencyMs) => rates.LastOrDefault(r => r <= frequencyMs, rates[0]);
}
