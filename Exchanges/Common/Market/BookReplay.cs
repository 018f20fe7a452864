using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What a replay of one symbol came to.</summary>
/// <param name="Book">The last book, at the depth that was asked for.</param>
/// <param name="Updates">Books that were published as synced.</param>
/// <param name="Gaps">Times that messages were missing or the book was found crossed, after it had been synced.</param>
/// <param name="Frames">Frames of the recording that were played.</param>
/// <param name="Unreadable">Frames that could not be read.</param>
/// <param name="Instrument">The symbol's instrument, when the recording holds the venue's list.</param>
public sealed record ReplayResult(OrderBook Book, long Updates, long Gaps, long Frames, long Unreadable, Instrument? Instrument);

/// <summary>Plays a recording of market data through the code that a live connection uses: the same reading, the same chaining, the same book.</summary>
internal abstract class BookReplay
{
    private const int Link = 1;

    /// <summary>The exchange that books are published under.</summary>
    protected abstract string Exchange { get; }

    /// <summary>The deepest book that may be asked for.</summary>
    protected abstract int DeepestBook { get; }

    /// <summary>Where the venue's books come from.</summary>
    protected abstract IBookVenue Books { get; }

    /// <summary>Plays the book of one symbol.</summary>
    /// <param name="entries">The recording.</param>
    /// <param name="symbol">The venue's symbol.</param>
    /// <param name="topN">Levels a side.</param>
    /// <param name="sink">Is given every book on the way; null for the last one only.</param>
    /// <returns>The outcome, or an error when the recording holds no book of that symbol.</returns>
    public Result<ReplayResult> Run(IEnumerable<RecordedEntry> entries, string symbol, int topN, IMarketDataSink? sink)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(symbol);
        if (topN < 1 || topN > DeepestBook)
            return ExchangeError.InvalidArgument("top", $"{topN} is outside 1 to {DeepestBook}");
        var counter = new Counter(sink);
        using var feed = new BookFeed(Exchange, symbol, Books, counter, counter, TimeProvider.System);
        var processor = NewProcessor();
        var all = entries as IReadOnlyCollection<RecordedEntry> ?? [.. entries];
        feed.SetDemand(new StreamDemand(topN, 0, null), PlanOf(all, symbol));
        foreach (var handler in feed.Handlers)
            processor.Add(handler);
        long frames = 0, unreadable = 0;
        var depthFrames = false;
        BookSnapshot? unused = null;
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
                case RecordedKind.HttpBody:
                    if (SnapshotIn(entry, symbol) is { } snapshot)
                    {
                        if (!snapshot.IsSuccess)
                            return snapshot.Error;
                        unused = snapshot.Value;
                    }

                    instrument = InstrumentIn(entry, symbol) ?? instrument;
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
    protected abstract BookPlan PlanOf(IEnumerable<RecordedEntry> entries, string symbol);

    /// <summary>Reads the venue's frames.</summary>
    protected abstract MarketDataProcessor NewProcessor();

    /// <summary>The snapshot of the symbol that a body is; null when it is something else.</summary>
    protected virtual Result<BookSnapshot>? SnapshotIn(RecordedEntry entry, string symbol) => null;

    /// <summary>The symbol's instrument, when a body is the venue's list.</summary>
    protected abstract Instrument? InstrumentIn(RecordedEntry entry, string symbol);

    /// <summary>Counts, passes on, and remembers which book waits for a snapshot.</summary>
    private sealed class Counter(IMarketDataSink? sink) : IMarketDataSink, IBookHost
    {
        public long Synced { get; private set; }

        public BookSource? Wanted { get; set; }

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

        public void OnSnapshotNeeded(BookFeed feed, BookSource book) => Wanted = book;

        public void OnStreamsChanged(BookFeed feed)
        {
        }

        public void OnResync(BookFeed feed, string reason)
        {
        }
    }
}
