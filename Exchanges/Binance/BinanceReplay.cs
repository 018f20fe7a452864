using System.Text;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Common.Text;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What a replay of one symbol came to.</summary>
/// <param name="Book">The last book, at the depth that was asked for.</param>
/// <param name="Updates">Books that were published as synced.</param>
/// <param name="Gaps">Times that messages were missing or the book was found crossed, after it had been synced.</param>
/// <param name="Frames">Frames of the recording that were played.</param>
/// <param name="Unreadable">Frames that could not be read.</param>
/// <param name="Instrument">The symbol's instrument, when the recording holds the venue's list.</param>
public sealed record ReplayResult(OrderBook Book, long Updates, long Gaps, long Frames, long Unreadable, Instrument? Instrument);

/// <summary>Plays a recording of Binance market data through the code that a live connection uses: the same reading, the same chaining, the same book.</summary>
public static class BinanceReplay
{
    private const int Link = 1;

    /// <summary>Plays the book of one symbol.</summary>
    /// <param name="entries">The recording.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="topN">Levels a side.</param>
    /// <param name="sink">Is given every book on the way; null for the last one only.</param>
    /// <returns>The outcome, or an error when the recording holds no book of that symbol.</returns>
    public static Result<ReplayResult> Run(IEnumerable<RecordedEntry> entries, string symbol, int topN = 20, IMarketDataSink? sink = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(symbol);
        if (topN is < 1 or > BinanceBookPlan.MaxDepth)
            return ExchangeError.InvalidArgument("top", $"{topN} is outside 1 to {BinanceBookPlan.MaxDepth}");
        var counter = new Counter(sink);
        using var feed = new BinanceBookFeed(Venues.Binance, symbol, "diff", counter, counter, TimeProvider.System);
        var processor = new BinanceMarketDataProcessor();
        var all = entries as IReadOnlyCollection<RecordedEntry> ?? [.. entries];
        feed.SetDemand(new StreamDemand(topN, 0, null), PlanOf(all, symbol));
        foreach (var handler in feed.Handlers)
            processor.Add(handler);
        long frames = 0, unreadable = 0;
        var depthFrames = false;
        DepthSnapshot? unused = null;
        Instrument? instrument = null;
        foreach (var entry in all)
        {
            switch (entry.Kind)
            {
                case RecordedKind.FrameIn:
                    frames++;
                    var kind = processor.OnFrame(entry.Data.Span, Link, entry.At, out _);
                    unreadable += kind == FrameKind.Unreadable ? 1 : 0;
                    depthFrames |= kind == FrameKind.Data;
                    break;
                case RecordedKind.HttpBody when IsDepthOf(entry.Url, symbol):
                    var snapshot = DepthSnapshot.Read(entry.Data.ToArray());
                    if (!snapshot.IsSuccess)
                        return snapshot.Error;
                    unused = snapshot.Value;
                    break;
                case RecordedKind.HttpBody when entry.Url?.Contains("/exchangeInfo", StringComparison.Ordinal) == true:
                    instrument = BinanceInstruments.Read(entry.Data.ToArray(), Venues.Binance).Value?.Get(symbol) ?? instrument;
                    break;
            }

            // A snapshot answers the request that is open, or waits for the next one.
            if (unused is not null && counter.Wanted is { NeedsSnapshot: true } book)
            {
                counter.Wanted = null;
                feed.OnSnapshot(book, unused);
                unused = null;
            }
        }

        if (!depthFrames)
        {
            return new ExchangeError
            {
                Code = ExchangeErrorCode.UnknownSymbol,
                Field = "symbol",
                Message = $"symbol: the recording holds no book messages of '{symbol}'",
            };
        }

        return new ReplayResult(feed.Current(), counter.Synced, feed.Resyncs, frames, unreadable, instrument);
    }

    /// <summary>How the recording had the book: by changes, or else by whole pictures.</summary>
    private static BinanceBookPlan PlanOf(IEnumerable<RecordedEntry> entries, string symbol)
    {
        var streams = new[] { 100, 250, 500 }
            .Select(ms => new BinanceBookPlan(BinanceStreams.Depth(symbol, ms), false, BinanceBookPlan.MaxDepth))
            .Concat(from levels in new[] { 20, 10, 5 } from ms in new[] { 100, 250, 500 } select new BinanceBookPlan(BinanceStreams.PartialDepth(symbol, levels, ms), true, levels))
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

    /// <summary>Counts, passes on, and remembers which book waits for a snapshot.</summary>
    private sealed class Counter(IMarketDataSink? sink) : IMarketDataSink, IBinanceBookHost
    {
        public long Synced { get; private set; }

        public BinanceDiffBook? Wanted { get; set; }

        public void OnOrderBook(OrderBook book)
        {
            if (book.State == BookState.Synced)
                Synced++;
            sink?.OnOrderBook(book);
        }

        public void OnTrade(Trade trade) => sink?.OnTrade(trade);

        public void OnTopOfBook(TopOfBook top) => sink?.OnTopOfBook(top);

        public void OnMarkPrice(MarkPrice mark) => sink?.OnMarkPrice(mark);

        public void OnStatus(ConnectionStatus status) => sink?.OnStatus(status);

        public void OnSnapshotNeeded(BinanceBookFeed feed, BinanceDiffBook book) => Wanted = book;

        public void OnStreamsChanged(BinanceBookFeed feed)
        {
        }

        public void OnResync(BinanceBookFeed feed, string reason)
        {
        }
    }
}
