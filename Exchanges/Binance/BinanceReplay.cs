using System.Text;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Plays a recording of Binance market data through the code that a live connection uses: the same reading, the same chaining, the same book.</summary>
public static class BinanceReplay
{
    /// <summary>Plays the book of one symbol.</summary>
    /// <param name="entries">The recording.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="topN">Levels a side.</param>
    /// <param name="sink">Is given every book on the way; null for the last one only.</param>
    /// <returns>The outcome, or an error when the recording holds no book of that symbol.</returns>
    public static Result<ReplayResult> Run(IEnumerable<RecordedEntry> entries, string symbol, int topN = 20, IMarketDataSink? sink = null) =>
        new Player().Run(entries, symbol, topN, sink);

    /// <summary>Whether a line of a recording is one of Binance's.</summary>
    public static bool Recognizes(RecordedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Data.Span.StartsWith("{\"stream\""u8)
            || (Uri.TryCreate(entry.Url, UriKind.Absolute, out var url) && (url.AbsolutePath.StartsWith("/fapi/", StringComparison.Ordinal) || url.AbsolutePath.EndsWith("/stream", StringComparison.Ordinal)));
    }

    private sealed class Player : BookReplay
    {
        protected override string Exchange => Venues.Binance;

        protected override int DeepestBook => BinanceBookPlan.MaxDepth;

        protected override IBookVenue Books { get; } = new BinanceBookSource("diff");

        protected override MarketDataProcessor NewProcessor() => new BinanceMarketDataProcessor();

        protected override Result<BookSnapshot>? SnapshotIn(RecordedEntry entry, string symbol) =>
            IsDepthOf(entry.Url, symbol) ? DepthSnapshot.Read(entry.Data.ToArray()) : null;

        protected override Instrument? InstrumentIn(RecordedEntry entry, string symbol) =>
            entry.Url?.Contains("/exchangeInfo", StringComparison.Ordinal) == true
                ? BinanceInstruments.Read(entry.Data.ToArray(), Venues.Binance).Value?.Get(symbol)
                : null;

        protected override BookPlan PlanOf(IEnumerable<RecordedEntry> entries, string symbol)
        {
            var streams = new[] { 100, 250, 500 }
                .Select(ms => new BookPlan(BinanceStreams.Depth(symbol, ms), false, BinanceBookPlan.MaxDepth))
                .Concat(from levels in new[] { 20, 10, 5 } from ms in new[] { 100, 250, 500 } select new BookPlan(BinanceStreams.PartialDepth(symbol, levels, ms), true, levels))
                .ToList();
            var found = streams.Count;
            foreach (var entry in entries.Where(e => e.Kind == RecordedKind.FrameIn))
            {
                var json = new Utf8Scanner(entry.Data.Span);
                if (!json.TryEnterObject() || !json.NextProperty(out var name) || !name.SequenceEqual("stream"u8) || !json.TryReadString(out var stream, out _))
                    continue;
                var text = Encoding.UTF8.GetString(stream);
                var at = streams.FindIndex(s => s.Stream == text);
                if (at >= 0 && at < found)
                    found = at;
            }

            return streams[found == streams.Count ? 0 : found];
        }

        /// <summary>Whether a body is a snapshot of the symbol; the five levels of a probe are none.</summary>
        private static bool IsDepthOf(string? url, string symbol)
        {
            if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || !uri.AbsolutePath.EndsWith("/depth", StringComparison.Ordinal))
                return false;
            var query = uri.Query.TrimStart('?').Split('&');
            return query.Contains("symbol=" + Uri.EscapeDataString(symbol)) && !query.Contains("limit=5");
        }
    }
}
