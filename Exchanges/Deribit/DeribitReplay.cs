using System.Text;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Plays a recording of Deribit market data through the code that a live connection uses. Each channel begins with its snapshot: of a
/// capture that was begun in mid-stream a book by changes stays <c>syncing</c>, and nothing of it is shown.
/// </summary>
public static class DeribitReplay
{
    /// <summary>Plays the book of one symbol.</summary>
    /// <param name="entries">The recording.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="topN">Levels a side.</param>
    /// <param name="sink">Is given every book on the way; null for the last one only.</param>
    /// <returns>The outcome, or an error when the recording holds no book of that symbol.</returns>
    public static Result<ReplayResult> Run(IEnumerable<RecordedEntry> entries, string symbol, int topN = 20, IMarketDataSink? sink = null) =>
        new Player().Run(entries, symbol, topN, sink);

    /// <summary>Whether a line of a recording is one of Deribit's.</summary>
    public static bool Recognizes(RecordedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Uri.TryCreate(entry.Url, UriKind.Absolute, out var url)
            ? url.AbsolutePath.Contains("/api/v2", StringComparison.Ordinal)
            : DeribitFrame.TryRead(entry.Data.Span, out var frame) && frame.Kind != DeribitFrameKind.Unknown && !frame.Channel.IsEmpty;
    }

    private sealed class Player : BookReplay
    {
        protected override string Exchange => Venues.Deribit;

        protected override int DeepestBook => DeribitBookPlan.MaxDepth;

        protected override IBookVenue Books { get; } = new DeribitBookSource(new DeribitOptions(), isAuthenticated: true);

        protected override MarketDataProcessor NewProcessor() => new DeribitMarketDataProcessor();

        protected override Instrument? InstrumentIn(RecordedEntry entry, string symbol) =>
            entry.Url?.Contains("/public/get_instruments", StringComparison.Ordinal) == true
            && DeribitRpc.ErrorOf(entry.Data.Span, out var result) is null
                ? DeribitInstruments.Read(result, Venues.Deribit).Value?.Get(symbol)
                : null;

        protected override BookPlan PlanOf(IEnumerable<RecordedEntry> entries, string symbol)
        {
            string[] intervals = [DeribitChannels.Raw, DeribitChannels.Interval, DeribitChannels.Slow];
            var plans = intervals.Select(i => new BookPlan(DeribitChannels.Book(symbol, i), false, DeribitBookPlan.MaxDepth))
                .Concat(from levels in new[] { DeribitBookPlan.MaxPictureDepth, 10, 1 } from i in intervals select new BookPlan(DeribitChannels.Picture(symbol, levels, i), true, levels))
                .ToList();
            var channels = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in entries.Where(e => e.Kind == RecordedKind.FrameIn))
            {
                if (DeribitFrame.TryRead(entry.Data.Span, out var frame) && frame.Kind == DeribitFrameKind.Subscription)
                    channels.Add(Encoding.UTF8.GetString(frame.Channel));
            }

            return plans.Find(p => channels.Contains(p.Stream)) is { Stream: not null } found ? found : plans[0];
        }
    }
}
