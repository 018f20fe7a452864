using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What a book needs from whoever runs it. Called while holding the feed's lock: must return at once.</summary>
internal interface IBookHost
{
    /// <summary>A snapshot is needed for <paramref name="book"/>, however the venue gives one.</summary>
    void OnSnapshotNeeded(BookFeed feed, BookSource book);

    /// <summary><see cref="BookFeed.Handlers"/> has changed.</summary>
    void OnStreamsChanged(BookFeed feed);

    /// <summary>The book had to be given up and is being rebuilt.</summary>
    void OnResync(BookFeed feed, string reason);
}

/// <summary>
/// The book of one symbol, as it is published. It reads one source, and prepares the next one beside it when what is asked
/// changes, so that a change of depth or interval never shows an incomplete book.
/// </summary>
internal sealed partial class BookFeed : IDisposable
{
    private readonly string _exchange;
    private readonly IBookVenue _venue;
    private readonly IMarketDataSink _sink;
    private readonly IBookHost _host;
    private readonly TimeProvider _time;
    private readonly Conflator _conflator;
    private readonly SilenceWatch _watch;
    private BookState _state = BookState.Connecting;
    private string? _reason = "not subscribed yet";
    private OrderBook _last;
    private int _topN = 1;
    private bool _disposed;

    /// <summary>Creates a feed that asks for nothing until it is told what is.</summary>
    public BookFeed(string exchange, string symbol, IBookVenue venue, IMarketDataSink sink, IBookHost host, TimeProvider time)
    {
        _exchange = exchange;
        Symbol = symbol;
        _venue = venue;
        _sink = sink;
        _host = host;
        _time = time;
        _conflator = new Conflator(Gate, time, Publish);
        _watch = new SilenceWatch(time);
        _last = new OrderBook { Exchange = exchange, Symbol = symbol, State = _state, Reason = _reason };
    }

    /// <summary>The venue's symbol.</summary>
    public string Symbol { get; }

    /// <summary>Guards everything here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Times that the book was given up after a gap or found crossed.</summary>
    public long Resyncs { get; private set; }

    /// <summary>Books that the sink refused by throwing.</summary>
    public long SinkFailures { get; private set; }

    /// <summary>Books published.</summary>
    public long Published { get; private set; }

    /// <summary>Messages that held nothing new.</summary>
    public long Ignored { get; private set; }

    /// <summary>Changes that came without the snapshot that they belong to.</summary>
    public long Dropped { get; private set; }

    /// <summary>How far the book can be trusted.</summary>
    public BookState State
    {
        get
        {
            lock (Gate)
                return _state;
        }
    }

    /// <summary>True once there is a complete book, stale or not.</summary>
    public bool HasBook
    {
        get
        {
            lock (Gate)
                return _active is { IsLive: true };
        }
    }

    /// <summary>Sets what is asked for; picks the source and prepares it.</summary>
    public void SetDemand(StreamDemand demand) => SetDemand(demand, _venue.PlanFor(Symbol, demand));

    /// <summary>Sets what is asked for, by a source that is given.</summary>
    public void SetDemand(StreamDemand demand, BookPlan plan)
    {
        lock (Gate)
        {
            var deeper = demand.TopN > _topN;
            _topN = demand.TopN;
            _conflator.FrequencyMs = demand.FrequencyMs;
            Follow(plan);
            if (deeper && _state == BookState.Synced)
                _conflator.SendNow();
        }
    }

    /// <summary>The book as it stands, at the depth that is asked for.</summary>
    public OrderBook Current()
    {
        lock (Gate)
            return _last.LastUpdateId == (_active?.LastUpdateId ?? 0) && _last.State == _state ? _last : Compose(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            _disposed = true;
            _conflator.Dispose();
        }
    }

    private void SetState(BookState state, string? reason)
    {
        _state = state;
        _reason = reason;
        _conflator.SendNow();
    }

    private void Publish(int conflated)
    {
        if (_disposed)
            return;
        _last = Compose(conflated);
        Published++;
        try
        {
            _sink.OnOrderBook(_last);
        }
        catch (Exception)
        {
            SinkFailures++;
        }
    }

    private OrderBook Compose(int conflated)
    {
        var source = _state is BookState.Synced or BookState.Stale && _active is { IsLive: true } ? _active : null;
        return new OrderBook
        {
            Exchange = _exchange,
            Symbol = Symbol,
            State = _state,
            Bids = source?.TopBids(_topN) ?? [],
            Asks = source?.TopAsks(_topN) ?? [],
            LastUpdateId = source?.LastUpdateId ?? 0,
            VenueTime = source?.VenueTime,
            ReceivedTime = source?.ReceivedTime,
            Conflated = conflated,
            Reason = _reason,
        };
    }
}
