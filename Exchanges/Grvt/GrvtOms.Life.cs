using Exchange.Exchanges.Common.Connections;
using Exchange.Exchanges.Common.Sockets;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>Connect, disconnect, and what is kept up while connected.</summary>
public sealed partial class GrvtOms
{
    private static readonly TimeSpan _longestSettling = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private CancellationTokenSource? _stopping;
    private CancellationToken _stop;
    private Task _upkeep = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopping is null)
                Open();
        }
        finally
        {
            _connecting.Release();
        }

        return await _life.FirstAnswerAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default)
    {
        await _connecting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_stopping is null)
                return _life.Status;
            await _life.SettleAsync().ConfigureAwait(false);

            // Working orders are to stay, so nothing that would cancel them is left armed.
            if (_armed)
            {
                if (await _venue.SetCountdownAsync(TimeSpan.Zero).ConfigureAwait(false) is { } error)
                    GrvtLog.QueryFailed(_logger, "disarming the account's timer", error.Message);
                else
                    _armed = false;
            }

            await _stopping.CancelAsync().ConfigureAwait(false);
            await _upkeep.ConfigureAwait(false);
            await _life.CloseAsync().ConfigureAwait(false);
            _stopping.Dispose();
            _stopping = null;
            return _life.Status;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private void Open()
    {
        _stopping = new CancellationTokenSource();
        var stop = _stop = _stopping.Token;

        // Somebody tries again: an earlier refusal does not count.
        _access.Login.Reset();
        var trade = new SocketSession(
            GrvtSessions.Trading(_connection, _options, _access.Urls), _trade, _time, _logger, _ => _life.OnSessionChanged(), random: _random);
        var marks = new SocketSession(
            GrvtSessions.Market(_connection, "marks", _options, _access.Urls), _marks, _time, _logger, _ => _life.PublishStatus(), random: _random);
        _trade.Session = trade;
        _marks.Session = marks;
        _life.Open([trade], [marks], stop);
        _upkeep = Task.WhenAll(
            Upkeep.Loop(() => RepeatAsync(_options.CompareSeconds, AskToCompareAsync, stop), _time, _logger, "comparing with the venue", stop),
            Upkeep.Loop(() => RepeatAsync(_options.ClockSeconds, MeasureAsync, stop), _time, _logger, "measuring the clock", stop),
            Upkeep.Loop(() => RepeatAsync(_options.InstrumentReloadSeconds, LoadInstrumentsAsync, stop), _time, _logger, "loading instruments", stop));
    }

    private async Task RepeatAsync(int seconds, Func<CancellationToken, Task<ExchangeError?>> work, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(seconds), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (await work(stop).ConfigureAwait(false) is { } error)
                GrvtLog.QueryFailed(_logger, $"upkeep of {_connection}", error.Message);
            _life.PublishStatus();
        }
    }

    private Task<ExchangeError?> MeasureAsync(CancellationToken cancellationToken) => _access.Private.MeasureClockAsync().WaitAsync(cancellationToken);

    /// <summary>An event may have been lost of which nothing tells. What is not ready is compared before it is.</summary>
    private Task<ExchangeError?> AskToCompareAsync(CancellationToken cancellationToken)
    {
        if (_life.IsReconciled)
            _recheck.Ask(cancellationToken);
        return Task.FromResult<ExchangeError?>(null);
    }
}
