using Exchange.Exchanges.Common.Connections;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>Connect, disconnect, and what is kept up while connected.</summary>
public sealed partial class DeribitOms
{
    private static readonly TimeSpan _longestSettling = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private CancellationTokenSource? _life;
    private CancellationToken _stop;
    private Task _upkeep = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_life is null)
                Open();
        }
        finally
        {
            _connecting.Release();
        }

        await _firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStates.Answer(ComputeStatus(), _refusal ?? _firstFailure);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_life is null)
                return ComputeStatus();
            Stopping();
            await SettleAsync().ConfigureAwait(false);
            await _life.CancelAsync().ConfigureAwait(false);
            await _upkeep.ConfigureAwait(false);

            // Working orders are to stay: a plain close would let cancel on disconnect fire, a logout does not.
            await _trade.LogOutAsync(CancellationToken.None).ConfigureAwait(false);
            await CloseSessionsAsync().ConfigureAwait(false);
            _life.Dispose();
            _life = null;
            _firstAttempt.TrySetResult();
            return ComputeStatus();
        }
        finally
        {
            _connecting.Release();
        }
    }

    private void Open()
    {
        _life = new CancellationTokenSource();
        var stop = _stop = _life.Token;
        OpenSessions();
        _upkeep = Task.WhenAll(
            Upkeep.Loop(() => WatchOwedAsync(stop), _time, _logger, "watching the account's channel", stop),
            Upkeep.Loop(() => RepeatAsync(_options.CompareSeconds, AskToCompareAsync, stop), _time, _logger, "comparing with the venue", stop),
            Upkeep.Loop(() => RepeatAsync(_options.ClockSeconds, MeasureAsync, stop), _time, _logger, "measuring the clock", stop),
            Upkeep.Loop(() => RepeatAsync(_options.InstrumentReloadSeconds, LoadInstrumentsAsync, stop), _time, _logger, "loading instruments", stop));
    }

    /// <summary>Waits for the answers to what has left; what has not left by then is refused.</summary>
    private async Task SettleAsync()
    {
        var since = _time.GetTimestamp();
        while (_trade.Session.Current is { PendingRequests: > 0, Ended.IsCompleted: false } && _time.GetElapsedTime(since) < _longestSettling)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time).ConfigureAwait(false);
    }

    private async Task RepeatAsync(int seconds, Func<CancellationToken, Task<ExchangeError?>> work, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(seconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (await work(stop).ConfigureAwait(false) is { } error)
                ConnectionLog.QueryFailed(_logger, $"upkeep of {_connection}", error.Message);
            PublishStatus();
        }
    }

    /// <summary>
    /// The socket lives, and yet the account's channel may be deaf: it owes an event for what was acknowledged. Then the connection is made
    /// anew; but where the socket's end would cancel orders, the channel is subscribed anew on it, and what was missed is fetched.
    /// </summary>
    private async Task WatchOwedAsync(CancellationToken stop)
    {
        var patience = TimeSpan.FromMilliseconds(_options.EventsOwedMs);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (_events.OwesSince is not { } since || _time.GetElapsedTime(since) < patience || _trade.Session.Current is not { } link)
                continue;
            DeribitLog.ChannelRefused(_logger, DeribitTradeSocket.Changes, "it owes an event for what was acknowledged; subscribing anew");
            if (!_trade.Armed)
                _trade.Session.Recycle("the account's channel owes an event");
            else if (await _trade.ResubscribeAsync(link, stop).ConfigureAwait(false) is { } error)
                _trade.Session.Recycle($"the account's channel is deaf: {error.Message}");
            else
                _recheck.Ask(stop);
        }
    }

    private Task<ExchangeError?> MeasureAsync(CancellationToken cancellationToken) => _access.Private.MeasureClockAsync().WaitAsync(cancellationToken);

    /// <summary>An event may have been lost of which nothing tells. What is not ready is compared before it is.</summary>
    private Task<ExchangeError?> AskToCompareAsync(CancellationToken cancellationToken)
    {
        if (_reconciled)
            _recheck.Ask(cancellationToken);
        return Task.FromResult<ExchangeError?>(null);
    }

    private async Task<ExchangeError?> LoadInstrumentsAsync(CancellationToken cancellationToken)
    {
        var loaded = await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false);
        if (!loaded.IsSuccess)
            return loaded.Error;
        _instruments = loaded.Value;
        _marks.Want([.. loaded.Value.All.Where(i => i is { IsTrading: true, Kind: InstrumentKind.Perpetual or InstrumentKind.Future }).Select(i => i.Symbol)]);
        DeribitLog.InstrumentsLoaded(_logger, loaded.Value.All.Length, loaded.Value.Unreadable);
        return null;
    }
}
