using System.Text;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Plays a recording of GRVT market data, of either encoding, through the code that a live connection uses. Each stream begins with its
/// snapshot: of a capture that was begun in mid-stream a book by changes stays <c>syncing</c>, and nothing of it is shown.
/// </summary>
public static class GrvtReplay
{
    /// <summary>Plays the book of one symbol.</summary>
    /// <param name="entries">The recording.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="topN">Levels a side.</param>
    /// <param name="sink">Is given every book on the way; null for the last one only.</param>
    /// <returns>The outcome, or an error when the recording holds no book of that symbol.</returns>
    public static Result<ReplayResult> Run(IEnumerable<RecordedEntry> entries, string symbol, int topN = 20, IMarketDataSink? sink = null) =>
        new Player().Run(entries, symbol, topN, sink);

    /// <summary>Whether a line of a recording is one of GRVT's.</summary>
    public static bool Recognizes(RecordedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Uri.TryCreate(entry.Url, UriKind.Absolute, out var url)
            ? url.AbsolutePath is "/ws/full" or "/ws/lite" || url.AbsolutePath.StartsWith("/full/v1/", StringComparison.Ordinal) || url.AbsolutePath.StartsWith("/lite/v1/", StringComparison.Ordinal)
            : GrvtFrame.TryRead(entry.Data.Span, out var frame) && frame.Kind == GrvtFrameKind.Data && frame.Stream.StartsWith("v1."u8);
    }

    private sealed class Player : BookReplay
    {
        protected override string Exchange => Venues.Grvt;

        protected override int DeepestBook => GrvtBookPlan.MaxDepth;

        protected override IBookVenue Books { get; } = new GrvtBookSource(new GrvtOptions());

        protected override MarketDataProcessor NewProcessor() => new GrvtMarketDataProcessor();

        protected override Instrument? InstrumentIn(RecordedEntry entry, string symbol) =>
            entry.Url?.Contains("/all_instruments", StringComparison.Ordinal) == true
                ? GrvtInstruments.Read(entry.Data.ToArray(), Venues.Grvt).Value?.Get(symbol)
                : null;

        protected override BookPlan PlanOf(IEnumerable<RecordedEntry> entries, string symbol)
        {
            var plans = GrvtBookPlan.Rates.Select(r => new BookPlan(GrvtChannels.Book(symbol, r), false, GrvtBookPlan.MaxDepth))
                .Concat(from levels in GrvtBookPlan.PictureDepths.Reverse() from r in GrvtBookPlan.PictureRates select new BookPlan(GrvtChannels.Picture(symbol, levels, r), true, levels))
                .ToList();
            var channels = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in entries.Where(e => e.Kind == RecordedKind.FrameIn))
            {
                if (GrvtFrame.TryRead(entry.Data.Span, out var frame) && frame.Kind == GrvtFrameKind.Data)
                    channels.Add($"{Encoding.UTF8.GetString(frame.Stream)} {Encoding.UTF8.GetString(frame.Selector)}");
            }

            // A frame may name the instrument only; any plan of its stream reads it then.
            return plans.Find(p => channels.Contains(p.Stream)) is { Stream: not null } found ? found
                : plans.Find(p => channels.Contains(GrvtChannels.SlotOf(p.Stream))) is { Stream: not null } bare ? bare
                : plans[0];
        }
    }
}
