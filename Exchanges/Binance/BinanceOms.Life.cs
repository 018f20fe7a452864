using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Connect, disconnect, and what is kept up while connected.</summary>
public sealed partial class BinanceOms
{
    private static readonly TimeSpan _longestSettling = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Events _events;
    private CancellationTokenSource? _life;
    private CancellationToken _stop;
    private Task _upkeep = Task.CompletedTask;
    private BinanceUserStream? _user;

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

            // Working orders are to stay, so nothing that would cancel them is left armed.
            await Task.WhenAll(_armed.Keys.Select(async symbol =>
            {
                if (await _venue.SetCountdownAsync(symbol, TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false) is { } error)
                    BinanceLog.QueryFailed(_logger, $"disarming the countdown of {symbol}", error.Message);
                else
                    _armed.TryRemove(symbol, out _);
            })).ConfigureAwait(false);
            await _life.CancelAsync().ConfigureAwait(false);
            await _upkeep.ConfigureAwait(false);

            // The listen key is left alone: the positions of the same account listen to it too.
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
        var key = new BinanceListenKey(_access.Private, _time, _logger, TimeSpan.FromMinutes(_options.ListenKeyMinutes));
        var user = _user = new BinanceUserStream(key, _events, _exchange, _time);
        _venue.MarkStream = () => user.Count;
        _venue.OnAcknowledged = user.Expect;
        OpenSessions(user);
        _upkeep = Task.WhenAll(
            Upkeep.Loop(() => key.KeepAsync(user.Session.Recycle, stop), _time, _logger, "keeping the listen key alive", stop),
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
                BinanceLog.QueryFailed(_logger, $"upkeep of {_connection}", error.Message);
            PublishStatus();
        }
    }

    /// <summary>The clock; and the position mode, of whose change by hand no event tells.</summary>
    private async Task<ExchangeError?> MeasureAsync(CancellationToken cancellationToken) =>
        await _access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false)
        ?? await ReadModeAsync(cancellationToken).ConfigureAwait(false);

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
        if (loaded.Value.WeightLimit is { } limit)
            _access.Budget.Weight.Limit = limit;
        BinanceLog.InstrumentsLoaded(_logger, loaded.Value.All.Length, loaded.Value.Unreadable);
        return null;
    }

    private async Task<ExchangeError?> ReadModeAsync(CancellationToken cancellationToken)
    {
        var mode = await _reader.GetPositionMode(cancellationToken).ConfigureAwait(false);
        if (!mode.IsSuccess)
            return mode.Error;
        if (_venue.Mode != mode.Value)
            BinanceLog.PositionMode(_logger, _connection.ToString(), mode.Value.ToString());
        _venue.Mode = mode.Value;
        return null;
    }

    /// <summary>The venue refused the leg of an order: somebody has changed the mode. No order leaves until it is known again.</summary>
    private void DoubtMode()
    {
        _venue.Mode = null;
        var stop = _stop;
        _ = Task.Run(
            () => Upkeep.Loop(
                async () =>
                {
                    if (await ReadModeAsync(stop).ConfigureAwait(false) is { } error)
                        throw new InvalidOperationException(error.Message);
                },
                _time,
                _logger,
                "reading the position mode",
                stop),
            CancellationToken.None);
    }

    private async Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_access.CredentialsError is { } missing)
            return missing;
        if (await _access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false) is { } clockError)
            return clockError;
        return _instruments is null ? await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false) : null;
    }

    private sealed class Events(BinanceOms owner) : IBinanceUserEvents
    {
        public void OnOrder(OrderReport report)
        {
            if (report.Status is not (OrderStatus.Filled or OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Rejected))
                owner._venue.NoteSymbol(report.Symbol);
            owner._orders.OnReport(report);
        }

        public void OnAccount(BinanceAccountUpdate update, DateTimeOffset receivedAt)
        {
            foreach (var position in update.Positions)
                owner._positions.Apply(position);
        }

        public void OnUnreadable() => owner._recheck.Ask(owner._stop);

        public Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken) => owner.PrepareAsync(cancellationToken);

        public void OnLost(string reason) => owner.OnLost("user stream: " + reason);
    }
}
