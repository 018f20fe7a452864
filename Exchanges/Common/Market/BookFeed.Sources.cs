using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>The source in service, the next one, and what their messages do.</summary>
internal sealed partial class BookFeed
{
    private static readonly TimeSpan _refreshPause = TimeSpan.FromSeconds(30);

    private BookSource? _active;
    private BookSource? _next;
    private Handler? _activeHandler;
    private Handler? _nextHandler;
    private long _lastRefresh;

    /// <summary>The streams that are needed now: one, or two while the source is being changed.</summary>
    public IReadOnlyList<StreamHandler> Handlers
    {
        get
        {
            lock (Gate)
                return [.. new[] { _activeHandler, _nextHandler }.OfType<Handler>().Distinct()];
        }
    }

    /// <summary>Takes a snapshot that was fetched.</summary>
    public void OnSnapshot(BookSource book, BookSnapshot snapshot)
    {
        lock (Gate)
        {
            book.IsFetching = false;
            if (!_disposed && (book == _active || book == _next) && book.NeedsSnapshot)
                AfterStep(book, book.OnSnapshot(snapshot));
        }
    }

    /// <summary>A snapshot that was asked for could not be had: it is asked for again, if it is still needed.</summary>
    public void OnSnapshotFailed(BookSource book)
    {
        lock (Gate)
        {
            book.IsFetching = false;
            if (!_disposed && (book == _active || book == _next))
                AskForSnapshot(book);
        }
    }

    /// <summary>Brings the sources to a plan.</summary>
    private void Follow(BookPlan plan)
    {
        if (_active is { } active && active.Plan.Covers(plan))
        {
            if (_next is not null)
                Prepare(null);
        }
        else if (_active is null || !_active.IsLive)
        {
            _active = _venue.NewSource(plan);
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
    }

    private Handler HandlerOf(string stream) =>
        _activeHandler?.Stream == stream ? _activeHandler : _nextHandler?.Stream == stream ? _nextHandler : new Handler(this, stream);

    private void Prepare(BookPlan? plan)
    {
        _next = plan is { } p ? _venue.NewSource(p) : null;
        _nextHandler = plan is { } q ? HandlerOf(q.Stream) : null;
        _host.OnStreamsChanged(this);

        // On a stream that runs already no acknowledgement will come to ask for the snapshot.
        if (_next is not null && _nextHandler == _activeHandler)
            AskForSnapshot(_next);
    }

    private void AskForSnapshot(BookSource? source)
    {
        if (source is not { NeedsSnapshot: true, IsFetching: false } || HandlerOf(source.Plan.Stream).LastLink == 0)
            return;
        source.IsFetching = true;
        _host.OnSnapshotNeeded(this, source);
    }

    private void OnMessage(Handler handler, BookMessage message, DateTimeOffset receivedAt)
    {
        if (_disposed || !message.IsOurs)
            return;

        // Both may read one stream, when the next one is the same with a fresh or deeper snapshot.
        var next = _next;
        if (next is not null && next.Plan.Stream == handler.Stream)
            AfterStep(next, next.OnMessage(message, handler.LastLink, receivedAt));
        if (_active is { } active && active.Plan.Stream == handler.Stream && active != next)
            AfterStep(active, active.OnMessage(message, handler.LastLink, receivedAt));
    }

    private void AfterStep(BookSource source, BookStep step)
    {
        if (step == BookStep.Ignored)
        {
            Ignored++;
            return;
        }

        if (source == _active && step != BookStep.Dropped)
            _watch.Saw();
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
                Dropped += step == BookStep.Dropped ? 1 : 0;
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
        if (_next is null && _active is { } active && active.IsThinFor(_topN)
            && (_lastRefresh == 0 || _time.GetElapsedTime(_lastRefresh) >= _refreshPause))
        {
            _lastRefresh = _time.GetTimestamp();
            Prepare(active.Plan);
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
        _watch.Restart();
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
            _watch.Start();
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
        _watch.Stop();
        SetState(BookState.Connecting, reason);
    }

    /// <summary>One book stream of the feed.</summary>
    private sealed class Handler(BookFeed feed, string stream) : StreamHandler(stream, feed.Gate)
    {
        private readonly BookMessage _message = feed._venue.NewMessage();

        public override bool TryRead(ref Utf8Scanner json) => _message.TryRead(ref json);

        public override void Place(in MessagePlace place) => _message.Place(place);

        public override void Apply(DateTimeOffset receivedAt) => feed.OnMessage(this, _message, receivedAt);

        protected override void OnSubscribed() => feed.OnSubscribed(this);

        protected override void OnLost(string reason) => feed.OnLost(this, reason);
    }
}
