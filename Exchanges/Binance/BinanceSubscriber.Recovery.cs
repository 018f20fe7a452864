using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>What is fetched by REST: instruments and clock, snapshots, missing trades, and proof that silence is quiet.</summary>
public sealed partial class BinanceSubscriber : IBinanceBookHost, IBinanceTradeHost
{
    private static readonly TimeSpan _shortSuccession = TimeSpan.FromSeconds(30);

    private readonly HashSet<object> _probing = [];

    void IBinanceBookHost.OnSnapshotNeeded(BinanceBookFeed feed, BinanceDiffBook book)
    {
        if (book.LastFetch != 0 && _time.GetElapsedTime(book.LastFetch) > _shortSuccession)
            book.FetchAttempts = 0;
        book.LastFetch = _time.GetTimestamp();
        var wait = book.FetchAttempts == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, book.FetchAttempts - 1), 8000));
        book.FetchAttempts++;
        var stop = _stop;
        _ = Task.Run(() => FetchSnapshotAsync(feed, book, wait, stop), CancellationToken.None);
    }

    void IBinanceBookHost.OnStreamsChanged(BinanceBookFeed feed) => _ = Task.Run(() =>
    {
        lock (_gate)
            AssignStreams();
    });

    void IBinanceBookHost.OnResync(BinanceBookFeed feed, string reason)
    {
        Interlocked.Increment(ref _resyncs);
        BinanceLog.Resync(_logger, feed.Symbol, reason);
        _ = Task.Run(PublishStatus);
    }

    void IBinanceTradeHost.OnTradesMissing(BinanceTradeFeed feed, long fromId, long toId)
    {
        var stop = _stop;
        _ = Task.Run(() => FetchTradesAsync(feed, fromId, toId, stop), CancellationToken.None);
    }

    void IBinanceTradeHost.OnTradesLost(BinanceTradeFeed feed, long count, string reason)
    {
        BinanceLog.TradesLost(_logger, feed.Symbol, count, reason);
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
        var loaded = await _rest.GetInstruments(stop).ConfigureAwait(false);
        if (!loaded.IsSuccess)
            return loaded.Error;
        Take(loaded.Value);
        return null;
    }

    private async Task MeasureClockAsync(CancellationToken stop)
    {
        try
        {
            var measured = await _clock.MeasureAsync(_rest.GetTime, cancellationToken: stop).ConfigureAwait(false);
            if (!measured.IsSuccess)
                BinanceLog.QueryFailed(_logger, "the venue's clock", measured.Error.Message);
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
            var loaded = await _rest.GetInstruments(stop).ConfigureAwait(false);
            if (loaded.IsSuccess)
                Take(loaded.Value);
            else
                BinanceLog.QueryFailed(_logger, "instruments", loaded.Error.Message);
        }
        catch (OperationCanceledException)
        {
            // Disconnect.
        }
    }

    private void Take(BinanceInstruments instruments)
    {
        var before = _instruments;
        _instruments = instruments;
        BinanceLog.InstrumentsLoaded(_logger, instruments.All.Length, instruments.Unreadable);
        var changed = before is null ? [] : instruments.ChangesSince(before);
        if (changed.IsEmpty)
            return;
        foreach (var instrument in changed)
            BinanceLog.InstrumentChanged(_logger, instrument.Symbol, $"{instrument.VenueStatus}, tick {instrument.TickSize.ToString(CultureInfo.InvariantCulture)}, step {instrument.LotStep.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            _sink.OnInstrumentsChanged(changed);
        }
        catch (Exception e)
        {
            BinanceLog.WorkFailed(_logger, e, "publishing instruments");
        }
    }

    private async Task FetchSnapshotAsync(BinanceBookFeed feed, BinanceDiffBook book, TimeSpan wait, CancellationToken stop)
    {
        try
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, stop).ConfigureAwait(false);
            var snapshot = await _rest.GetDepth(feed.Symbol, book.Plan.Depth, stop).ConfigureAwait(false);
            if (snapshot.IsSuccess)
            {
                feed.OnSnapshot(book, snapshot.Value);
                return;
            }

            BinanceLog.QueryFailed(_logger, $"snapshot of {feed.Symbol}", snapshot.Error.Message);
            if (snapshot.Error.RetryAt is { } retryAt && retryAt - _clock.Now is var pause && pause > TimeSpan.Zero)
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
            BinanceLog.WorkFailed(_logger, e, $"snapshot of {feed.Symbol}");
            feed.OnSnapshotFailed(book);
        }
    }

    private async Task FetchTradesAsync(BinanceTradeFeed feed, long fromId, long toId, CancellationToken stop)
    {
        string? error;
        List<TradeMessage> trades = [];
        try
        {
            var fetched = await _rest.GetAggTrades(feed.Symbol, fromId, (int)(toId - fromId), stop).ConfigureAwait(false);
            error = fetched.Error?.Message;
            trades = fetched.Value ?? [];
        }
        catch (Exception e)
        {
            error = e.Message;
        }

        feed.OnMissing(trades, toId, error);
        if (error is null)
            Notice(string.Create(CultureInfo.InvariantCulture, $"trades {fromId} to {toId - 1} of {feed.Symbol} were missing and were fetched by REST at {_time.GetUtcNow():HH:mm:ss}"));
    }

    /// <summary>Liveness by data: a book that is silent is shown as stale, and the venue is asked whether it is quiet or we are deaf.</summary>
    private void WatchBooks()
    {
        foreach (var feed in _bookFeeds.Values)
        {
            if (!feed.IsProbeDue(TimeSpan.FromMilliseconds(_options.BookStaleMs)) || !StartProbe(feed))
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
            BinanceLog.Silent(_logger, feed.Symbol, reason);
            feed.OnSilence(reason);
            var stop = _stop;
            _ = Task.Run(() => ProbeBookAsync(feed, reason, stop), CancellationToken.None);
        }
    }

    private async Task ProbeBookAsync(BinanceBookFeed feed, string reason, CancellationToken stop)
    {
        try
        {
            if (feed.HasBook)
            {
                var snapshot = await _rest.GetDepth(feed.Symbol, 5, stop).ConfigureAwait(false);
                var isQuiet = snapshot.IsSuccess && feed.OnProbe(snapshot.Value);
                var wait = snapshot.Error?.Code is ExchangeErrorCode.RateLimited or ExchangeErrorCode.Banned;
                if (isQuiet || wait || feed.Silence.TotalMilliseconds < _options.BookStaleMs)
                    return;
            }

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
        List<BinanceTradeFeed> feeds;
        lock (_gate)
            feeds = [.. _tradeFeeds.Values];
        var stop = _stop;
        foreach (var feed in feeds)
        {
            var silence = feed.Silence;
            if (silence.TotalMilliseconds < _options.TradeStaleMs || !StartProbe(feed))
                continue;

            // Whatever the answer, the next question comes as much later.
            feed.OnQuiet();
            _ = Task.Run(() => ProbeTradesAsync(feed, silence, stop), CancellationToken.None);
        }
    }

    /// <summary>Nobody need trade for a long time; the venue's last trade tells whether that is so.</summary>
    private async Task ProbeTradesAsync(BinanceTradeFeed feed, TimeSpan silence, CancellationToken stop)
    {
        try
        {
            var silentSince = _time.GetUtcNow() - silence;
            var lastId = feed.LastId;
            var latest = await _rest.GetAggTrades(feed.Symbol, null, 1, stop).ConfigureAwait(false);
            if (!latest.IsSuccess || feed.LastId != lastId)
                return;

            // A few seconds' grace: a trade that has just happened may be on its way.
            var missed = latest.Value.Exists(t => t.Time - (_clock.Offset ?? TimeSpan.Zero) < _time.GetUtcNow() - TimeSpan.FromSeconds(3)
                && (lastId != 0 && _options.TradeStream == "aggTrade" ? t.Id > lastId : t.Time - (_clock.Offset ?? TimeSpan.Zero) > silentSince + TimeSpan.FromSeconds(3)));
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
