using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What a book needs from whoever runs it. Called while holding the feed's lock: must return at once.</summary>
internal interface IBinanceBookHost
{
    /// <summary>A snapshot is needed for <paramref name="book"/>.</summary>
    void OnSnapshotNeeded(BinanceBookFeed feed, BinanceDiffBook book);

    /// <summary><see cref="BinanceBookFeed.Handlers"/> has changed.</summary>
    void OnStreamsChanged(BinanceBookFeed feed);

    /// <summary>The book had to be given up and is being rebuilt.</summary>
    void OnResync(BinanceBookFeed feed, string reason);
}

/// <summary>
/// The book of one symbol, as it is published. It reads one source, and prepares the next one beside it when what is asked
/// changes, so that a change of depth or interval never shows an incomplete book.
/// </summary>
internal sealed class BinanceBookFeed : IDisposable
{
    private static readonly TimeSpan _refreshPause = TimeSpan.FromSeconds(30);

    private readonly string _exchange;
    private readonly string _bookSource;
    private readonly IMarketDataSink _sink;
    private readonly IBinanceBookHost _host;
    private readonly TimeProvider _time;
    private readonly Conflator _conflator;
    private BinanceBookSource? _active;
    private BinanceBookSource? _next;
    private Handler? _activeHandler;
    private Handler? _nextHandler;
    private BookState _state = BookState.Connecting;
    private string? _reason = "not subscribed yet";
    private OrderBook _last;
    private int _topN = 1;
    private long _lastNew;
    private long _lastRefresh;
    private long _lastProbe;
    private int _quietProbes;
    private bool _disposed;

    /// <summary>Creates a feed that asks for nothing until it is told what is.</summary>
    public BinanceBookFeed(string exchange, string symbol, string bookSource, IMarketDataSink sink, IBinanceBookHost host, TimeProvider time)
    {
        _exchange = exchange;
        Symbol = symbol;
        _bookSource = bookSource;
        _sink = sink;
        _host = host;
        _time = time;
        _conflator = new Conflator(Gate, time, Publish);
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

    /// <summary>How far the book can be trusted.</summary>
    public BookState State
    {
        get
        {
            lock (Gate)
                return _state;
        }
    }

    /// <summary>The streams that are needed now: one, or two while the source is being changed.</summary>
    public IReadOnlyList<BinanceStreamHandler> Handlers
    {
        get
        {
            lock (Gate)
                return [.. new[] { _activeHandler, _nextHandler }.OfType<Handler>().Distinct()];
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

    /// <summary>How long no message has brought anything new; zero while not subscribed.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (Gate)
                return _lastNew == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_lastNew);
        }
    }

    /// <summary>
    /// Whether silence has lasted long enough to ask the venue about it. A market that was found quiet is given twice as long each
    /// time, up to sixteen times, until its next message: a quiet symbol must neither flicker nor eat the request budget.
    /// </summary>
    public bool IsProbeDue(TimeSpan limit)
    {
        lock (Gate)
        {
            limit *= 1 << Math.Min(_quietProbes, 4);
            if (_lastNew == 0 || _time.GetElapsedTime(_lastNew) < limit || (_lastProbe != 0 && _time.GetElapsedTime(_lastProbe) < limit))
                return false;
            _lastProbe = _time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Sets what is asked for; picks the source and prepares it.</summary>
    public void SetDemand(StreamDemand demand) => SetDemand(demand, BinanceBookPlan.For(Symbol, demand, _bookSource));

    /// <summary>Sets what is asked for, by a source that is given.</summary>
    public void SetDemand(StreamDemand demand, BinanceBookPlan plan)
    {
        lock (Gate)
        {
            var deeper = demand.TopN > _topN;
            _topN = demand.TopN;
            _conflator.FrequencyMs = demand.FrequencyMs;
            if (_active is { } active && active.Plan.Covers(plan))
            {
                if (_next is not null)
                    Prepare(null);
            }
            else if (_active is null || !_active.IsLive)
            {
                _active = NewSource(plan);
                _activeHandler = HandlerOf(plan.Stream);
                _next = null;
                _nextHandler = null;
                _host.OnStreamsChanged(this);
                AskForSnapshot(_active);
            }
            else if (_next is null || !_next.Plan.Covers(plan))
            {
                Prepare(plan);
            }

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

    /// <summary>Takes a snapshot that was asked for.</summary>
    public void OnSnapshot(BinanceDiffBook book, DepthSnapshot snapshot)
    {
        lock (Gate)
        {
            book.IsFetching = false;
            if (!_disposed && (book == _active || book == _next) && book.NeedsSnapshot)
                AfterStep(book, book.OnSnapshot(snapshot));
        }
    }

    /// <summary>A snapshot that was asked for could not be had: it is asked for again, if it is still needed.</summary>
    public void OnSnapshotFailed(BinanceDiffBook book)
    {
        lock (Gate)
        {
            book.IsFetching = false;
            if (!_disposed && (book == _active || book == _next))
                AskForSnapshot(book);
        }
    }

    /// <summary>The venue has fallen silent for this book.</summary>
    public void OnSilence(string reason)
    {
        lock (Gate)
        {
            if (_state is not (BookState.Stale or BookState.Connecting))
                SetState(BookState.Stale, reason);
        }
    }

    /// <summary>
    /// Asked by REST, the venue's best levels are those that we have: the market is quiet, the book is live.
    /// </summary>
    /// <returns>False when they differ, so that messages must have been missed.</returns>
    public bool OnProbe(DepthSnapshot snapshot)
    {
        lock (Gate)
        {
            if (_active is not { IsLive: true } active)
                return false;
            var n = Math.Min(5, _topN);
            var bids = snapshot.Bids.Levels.ToArray().OrderByDescending(l => l.Price).Take(n);
            var asks = snapshot.Asks.Levels.ToArray().OrderBy(l => l.Price).Take(n);
            if (!bids.SequenceEqual(active.TopBids(n)) || !asks.SequenceEqual(active.TopAsks(n)))
                return false;
            _lastNew = _time.GetTimestamp();
            _quietProbes++;
            if (_state == BookState.Stale)
                SetState(BookState.Synced, null);
            return true;
        }
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

    private static BinanceBookSource NewSource(BinanceBookPlan plan) => plan.IsPartial ? new BinancePartialBook(plan) : new BinanceDiffBook(plan);

    private Handler HandlerOf(string stream) =>
        _activeHandler?.Stream == stream ? _activeHandler : _nextHandler?.Stream == stream ? _nextHandler : new Handler(this, stream);

    private void Prepare(BinanceBookPlan? plan)
    {
        _next = plan is { } p ? NewSource(p) : null;
        _nextHandler = plan is { } q ? HandlerOf(q.Stream) : null;
        _host.OnStreamsChanged(this);

        // On a stream that runs already no acknowledgement will come to ask for the snapshot.
        if (_next is not null && _nextHandler == _activeHandler)
            AskForSnapshot(_next);
    }

    private void AskForSnapshot(BinanceBookSource? source)
    {
        if (source is not BinanceDiffBook { NeedsSnapshot: true, IsFetching: false } book || HandlerOf(book.Plan.Stream).LastLink == 0)
            return;
        book.IsFetching = true;
        _host.OnSnapshotNeeded(this, book);
    }

    private void OnMessage(Handler handler, DepthMessage message, DateTimeOffset receivedAt)
    {
        if (_disposed || !message.IsOurs)
            return;

        // Both may read one stream, when the next one is the same with a fresh or deeper snapshot.
        var next = _next;
        if (next is not null && next.Plan.Stream == handler.Stream)
            AfterStep(next, next.OnMessage(message, receivedAt));
        if (_active is { } active && active.Plan.Stream == handler.Stream && active != next)
            AfterStep(active, active.OnMessage(message, receivedAt));
    }

    private void AfterStep(BinanceBookSource source, BookStep step)
    {
        if (step == BookStep.Ignored)
        {
            Ignored++;
            return;
        }

        if (source == _active)
        {
            _lastNew = _time.GetTimestamp();
            _quietProbes = 0;
            _lastProbe = 0;
        }

        switch (step)
        {
            case BookStep.Applied:
                if (source == _next)
                    TakeNextIfAhead();
                else
                    OnApplied();
                break;
            case BookStep.Gap or BookStep.Crossed:
                if (source == _active)
                {
                    Resyncs++;
                    var reason = step == BookStep.Gap ? "messages were missing; the book is being rebuilt" : "the book was crossed; it is being rebuilt";
                    SetState(BookState.Syncing, reason);
                    _host.OnResync(this, reason);
                }

                AskForSnapshot(source);
                break;
            default:
                if (source == _active && _state != BookState.Syncing && !source.IsLive)
                    SetState(BookState.Syncing, "waiting for the snapshot");
                AskForSnapshot(source);
                break;
        }
    }

    private void OnApplied()
    {
        if (_state != BookState.Synced)
            SetState(BookState.Synced, null);
        else
            _conflator.Changed();
        if (_next is null && _active is BinanceDiffBook diff && diff.IsThinFor(_topN)
            && (_lastRefresh == 0 || _time.GetElapsedTime(_lastRefresh) >= _refreshPause))
        {
            _lastRefresh = _time.GetTimestamp();
            Prepare(diff.Plan);
        }
    }

    /// <summary>The prepared source takes over once it is complete and not behind what was published.</summary>
    private void TakeNextIfAhead()
    {
        if (_next is not { IsLive: true } next || (_active is { IsLive: true } active && next.LastUpdateId < active.LastUpdateId))
            return;
        var sameStream = _activeHandler == _nextHandler;
        _active = next;
        _activeHandler = _nextHandler;
        _next = null;
        _nextHandler = null;
        _lastNew = _time.GetTimestamp();
        if (!sameStream)
            _host.OnStreamsChanged(this);
        OnApplied();
    }

    private void OnSubscribed(Handler handler)
    {
        if (_disposed)
            return;
        if (handler == _activeHandler)
        {
            if (_lastNew == 0)
                _lastNew = _time.GetTimestamp();
            if (_state == BookState.Connecting)
                SetState(BookState.Syncing, "subscribed; waiting for the first message");
            AskForSnapshot(_active);
        }

        if (handler == _nextHandler)
            AskForSnapshot(_next);
    }

    private void OnLost(Handler handler, string reason)
    {
        if (_next is not null && handler == _nextHandler)
            _next.Reset();

        // The source in service decides what is shown; losing the socket of the next one only delays it.
        if (handler != _activeHandler)
            return;
        _active?.Reset();
        _lastNew = 0;
        _lastProbe = 0;
        _quietProbes = 0;
        SetState(BookState.Connecting, reason);
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

    /// <summary>One depth stream of the feed.</summary>
    private sealed class Handler(BinanceBookFeed feed, string stream) : BinanceStreamHandler(stream, feed.Gate)
    {
        private readonly DepthMessage _message = new();

        public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

        public override void Apply(DateTimeOffset receivedAt) => feed.OnMessage(this, _message, receivedAt);

        protected override void OnSubscribed() => feed.OnSubscribed(this);

        protected override void OnLost(string reason) => feed.OnLost(this, reason);
    }
}
