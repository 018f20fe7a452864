using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Connections;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Market;

/// <summary>What is asked for beside the streams: instruments and clock, snapshots, missing trades, and proof that silence is quiet.</summary>
public abstract partial class MarketSubscriber : IBookHost, ITradeHost
{
    private static readonly TimeSpan _shortSuccession = TimeSpan.FromSeconds(30);

    private readonly HashSet<object> _probing = [];

    void IBookHost.OnSnapshotNeeded(BookFeed feed, BookSource book)
    {
        if (book.LastFetch != 0 && _time.GetElapsedTime(book.LastFetch) > _shortSuccession)
            book.FetchAttempts = 0;
        book.LastFetch = _time.GetTimestamp();
        var wait = book.FetchAttempts == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, book.FetchAttempts - 1), 8000));
        book.FetchAttempts++;
        var stop = _stop;
        _ = Task.Run(() => FetchSnapshotAsync(feed, book, wait, stop), CancellationToken.None);
    }

    void IBookHost.OnStreamsChanged(BookFeed feed) => _ = Task.Run(() =>
    {
        lock (_gate)
            AssignStreams();
    });

    void IBookHost.OnResync(BookFeed feed, string reason)
    {
        Interlocked.Increment(ref _resyncs);
        MarketLog.Resync(_logger, feed.Symbol, reason);
        _ = Task.Run(PublishStatus);
    }

    void ITradeHost.OnTradesMissing(TradeFeed feed, long from, long to)
    {
        var stop = _stop;
        _ = Task.Run(() => FetchTradesAsync(feed, from, to, stop), CancellationToken.None);
    }

    void ITradeHost.OnTradesLost(TradeFeed feed, long count, string reason)
    {
        MarketLog.TradesLost(_logger, feed.Symbol, count, reason);
        Notice(string.Create(CultureInfo.InvariantCulture, $"{count} trades of {feed.Symbol} were lost at {_time.GetUtcNow():HH:mm:ss}: {reason}"));
    }

    /// <summary>Tells something in the status that is no state: shown while the connection is ready.</summary>
    private void Notice(string text)
    {
        _notice = text;
        _ = Task.Run(PublishStatus);
    }

    private async Task<ExchangeError?> LoadAsync(CancellationToken stop)
    {
        await MeasureClockAsync(stop).ConfigureAwait(false);
        return await LoadInstrumentsAsync(stop).ConfigureAwait(false);
    }

    private async Task MeasureClockAsync(CancellationToken stop)
    {
        try
        {
            var measured = await _clock.MeasureAsync(GetTimeAsync, cancellationToken: stop).ConfigureAwait(false);
            if (!measured.IsSuccess)
                ConnectionLog.QueryFailed(_logger, "the venue's clock", measured.Error.Message);
            PublishStatus();
        }
        catch (OperationCanceledException)
        {
            // Disconnect.
        }
    }

    private async Task ReloadInstrumentsAsync(CancellationToken stop)
    {
        try
        {
            if (await LoadInstrumentsAsync(stop).ConfigureAwait(false) is { } error)
                ConnectionLog.QueryFailed(_logger, "instruments", error.Message);
        }
        catch (OperationCanceledException)
        {
            // Disconnect.
        }
    }

    private async Task<ExchangeError?> LoadInstrumentsAsync(CancellationToken stop)
    {
        var loaded = await GetInstrumentTableAsync(stop).ConfigureAwait(false);
        if (!loaded.IsSuccess)
            return loaded.Error;
        var before = _instruments;
        var instruments = _instruments = loaded.Value;
        MarketLog.InstrumentsLoaded(_logger, instruments.All.Length, instruments.Unreadable);
        if (before is not null)
            Tell(instruments.ChangesSince(before));
        return null;
    }

    private void Tell(ImmutableArray<Instrument> changed)
    {
        if (changed.IsEmpty)
            return;
        foreach (var instrument in changed)
            MarketLog.InstrumentChanged(_logger, instrument.Symbol, $"{instrument.VenueStatus}, tick {instrument.TickSize.ToString(CultureInfo.InvariantCulture)}, step {instrument.LotStep.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            _sink.OnInstrumentsChanged(changed);
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_logger, e, "publishing instruments");
        }
    }

    private async Task FetchSnapshotAsync(BookFeed feed, BookSource book, TimeSpan wait, CancellationToken stop)
    {
        try
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, stop).ConfigureAwait(false);
            if (await BringSnapshotAsync(feed, book, stop).ConfigureAwait(false) is not { } error)
                return;
            ConnectionLog.QueryFailed(_logger, $"snapshot of {feed.Symbol}", error.Message);
            if (error.RetryAt is { } retryAt && retryAt - _clock.Now is var pause && pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, stop).ConfigureAwait(false);
            feed.OnSnapshotFailed(book);
        }
        catch (OperationCanceledException)
        {
            // Disconnect: the next link asks again.
            lock (feed.Gate)
                book.IsFetching = false;
        }
        catch (Exception e)
        {
            ConnectionLog.WorkFailed(_logger, e, $"snapshot of {feed.Symbol}");
            feed.OnSnapshotFailed(book);
        }
    }

    /// <summary>
    /// Gets a snapshot from a venue whose stream begins with one, and sends none to who has the stream already: it is given back and asked
    /// for again.
    /// </summary>
    private protected async Task<ExchangeError?> RenewStreamAsync(BookFeed feed, BookSource book, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (SocketOf(book.Plan.Stream) is not { } socket)
            return null;
        var waiting = Task.Delay(limit, _time, cancellationToken);
        socket.Renew(book.Plan.Stream);
        await waiting.ConfigureAwait(false);
        lock (feed.Gate)
        {
            return book is { IsFetching: true, NeedsSnapshot: true }
                ? new ExchangeError { Code = ExchangeErrorCode.Timeout, Message = $"{book.Plan.Stream} was asked for again, and brought no snapshot within {limit.TotalSeconds:0.#} s", Retryable = true }
                : null;
        }
    }

    private async Task FetchTradesAsync(TradeFeed feed, long from, long to, CancellationToken stop)
    {
        string? error;
        List<MarketTrade> trades = [];
        try
        {
            var fetched = await GetTradesAsync(feed.Symbol, from, (int)(to - from), stop).ConfigureAwait(false);
            error = fetched.Error?.Message;
            trades = fetched.Value ?? [];
        }
        catch (Exception e)
        {
            error = e.Message;
        }

        feed.OnMissing(trades, to, error);
        if (error is null)
            Notice(string.Create(CultureInfo.InvariantCulture, $"trades {from} to {to - 1} of {feed.Symbol} were missing and were fetched at {_time.GetUtcNow():HH:mm:ss}"));
    }

    /// <summary>Liveness by data: a book that is silent is shown as stale, and the venue is asked whether it is quiet or we are deaf.</summary>
    private void WatchBooks()
    {
        foreach (var feed in _bookFeeds.Values)
        {
            if (!feed.IsProbeDue(_settings.BookStaleAfter) || !StartProbe(feed))
                continue;
            var silence = feed.Silence;
            var instrument = _instruments?.Get(feed.Symbol);
            if (instrument is not { IsTrading: true })
            {
                feed.OnSilence($"the instrument is not trading ({instrument?.VenueStatus ?? "delisted"})");
                EndProbe(feed);
                continue;
            }

            var reason = string.Create(CultureInfo.InvariantCulture, $"no message for {silence.TotalSeconds:0.#} s");
            if (_settings.ShowsSilence)
            {
                MarketLog.Silent(_logger, feed.Symbol, reason);
                feed.OnSilence(reason);
            }

            var stop = _stop;
            _ = Task.Run(() => AskAboutBookAsync(feed, reason, stop), CancellationToken.None);
        }
    }

    private async Task AskAboutBookAsync(BookFeed feed, string reason, CancellationToken stop)
    {
        try
        {
            if (feed.HasBook)
            {
                var snapshot = await ProbeBookAsync(feed.Symbol, stop).ConfigureAwait(false);
                var isQuiet = snapshot.IsSuccess && feed.OnProbe(snapshot.Value);
                var wait = snapshot.Error?.Code is ExchangeErrorCode.RateLimited or ExchangeErrorCode.Banned;
                if (isQuiet || wait || feed.Silence < _settings.BookStaleAfter)
                    return;
            }

            feed.OnSilence(reason);
            foreach (var handler in feed.Handlers)
                SocketOf(handler.Stream)?.Session.Recycle($"{handler.Stream}: {reason} though the market moves");
        }
        catch (OperationCanceledException)
        {
            // Disconnect.
        }
        finally
        {
            EndProbe(feed);
        }
    }

    private void WatchTrades()
    {
        List<TradeFeed> feeds;
        lock (_gate)
            feeds = [.. _tradeFeeds.Values];
        var stop = _stop;
        foreach (var feed in feeds)
        {
            var silence = feed.Silence;
            if (silence < _settings.TradesStaleAfter || !StartProbe(feed))
                continue;

            // Whatever the answer, the next question comes as much later.
            feed.OnQuiet();
            _ = Task.Run(() => ProbeTradesAsync(feed, silence, stop), CancellationToken.None);
        }
    }

    /// <summary>Nobody need trade for a long time; the venue's last trade tells whether that is so.</summary>
    private async Task ProbeTradesAsync(TradeFeed feed, TimeSpan silence, CancellationToken stop)
    {
        try
        {
            var silentSince = _time.GetUtcNow() - silence;
            var last = feed.LastNumber;
            var latest = await GetLastTradeAsync(feed.Symbol, stop).ConfigureAwait(false);
            if (!latest.IsSuccess || feed.LastNumber != last)
                return;

            // A few seconds' grace: a trade that has just happened may be on its way.
            var missed = latest.Value.Exists(t => t.Time - (_clock.Offset ?? TimeSpan.Zero) < _time.GetUtcNow() - TimeSpan.FromSeconds(3)
                && (last != 0 && feed.WhyNotFetched is null ? t.Number > last : t.Time - (_clock.Offset ?? TimeSpan.Zero) > silentSince + TimeSpan.FromSeconds(3)));
            if (missed)
                SocketOf(feed.Stream)?.Session.Recycle($"{feed.Stream}: no message though trades happen");
        }
        catch (OperationCanceledException)
        {
            // Disconnect.
        }
        finally
        {
            EndProbe(feed);
        }
    }

    private bool StartProbe(object feed)
    {
        lock (_probing)
            return _probing.Add(feed);
    }

    private void EndProbe(object feed)
    {
        lock (_probing)
            _probing.Remove(feed);
    }
}
