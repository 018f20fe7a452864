using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Deribit;

/// <summary>Which channel serves a book best.</summary>
internal static class DeribitBookPlan
{
    /// <summary>The deepest book that is kept.</summary>
    public const int MaxDepth = DeribitCapabilities.MaxBookDepth;

    /// <summary>The deepest whole picture.</summary>
    public const int MaxPictureDepth = 20;

    /// <summary>The shortest interval of a channel that gathers changes, in milliseconds.</summary>
    public const int FastestMs = 100;

    /// <summary>From this interval on the slow channels serve; they send about once a second.</summary>
    public const int SlowMs = 1000;

    /// <summary>The plan for what is asked.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="demand">What is asked.</param>
    /// <param name="options">The settings <see cref="DeribitOptions.BookSource"/> and <see cref="DeribitOptions.BookInterval"/>.</param>
    /// <param name="isAuthenticated">Whether the socket is logged in: the venue gives every change to those only.</param>
    public static BookPlan For(string symbol, StreamDemand demand, DeribitOptions options, bool isAuthenticated)
    {
        var gathered = demand.FrequencyMs >= SlowMs ? DeribitChannels.Slow : DeribitChannels.Interval;
        var picture = options.BookSource switch
        {
            "partial" => true,
            "diff" => false,
            _ => demand.TopN <= MaxPictureDepth && demand.FrequencyMs >= FastestMs,
        };
        if (picture)
        {
            var levels = demand.TopN <= 1 ? 1 : demand.TopN <= 10 ? 10 : MaxPictureDepth;
            return new BookPlan(DeribitChannels.Picture(symbol, levels, gathered), true, levels);
        }

        var interval = options.BookInterval != "auto" ? options.BookInterval
            : demand.FrequencyMs < FastestMs && isAuthenticated ? DeribitChannels.Raw
            : gathered;
        return new BookPlan(DeribitChannels.Book(symbol, interval), false, MaxDepth);
    }
}
