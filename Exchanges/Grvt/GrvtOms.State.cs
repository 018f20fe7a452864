using Exchange.Exchanges.Common.Http;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>What must be known before orders may leave: the clock, the instruments, and what the venue holds.</summary>
public sealed partial class GrvtOms
{
    /// <summary>The clock, and the instruments: without their hashes nothing can be signed, and nobody knows which mark prices are wanted.</summary>
    private async Task<ExchangeError?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_access.Clock.Offset is null && await _access.Private.MeasureClockAsync().WaitAsync(cancellationToken).ConfigureAwait(false) is { } clockError)
            return clockError;
        if (_instruments is not null)
            return null;
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _instruments is null ? await LoadInstrumentsAsync(cancellationToken).ConfigureAwait(false) : null;
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<ExchangeError?> LoadInstrumentsAsync(CancellationToken cancellationToken)
    {
        var loaded = await _access.Rest.GetInstruments(cancellationToken).ConfigureAwait(false);
        if (!loaded.IsSuccess)
            return loaded.Error;
        _instruments = loaded.Value;
        _marks.Want([.. loaded.Value.All.Where(i => i is { IsTrading: true, Kind: InstrumentKind.Perpetual or InstrumentKind.Future }).Select(i => i.Symbol)]);
        GrvtLog.InstrumentsLoaded(_logger, loaded.Value.All.Length, loaded.Value.Unreadable);
        return null;
    }

    /// <summary>Positions and open orders.</summary>
    private async Task<ExchangeError?> CompareAsync(CancellationToken cancellationToken)
    {
        var markPrices = _marks.WhenKnown.WaitAsync(TimeSpan.FromMilliseconds(_options.MarkWaitMs), _time, cancellationToken);
        var positionsMark = _positions.BeginPicture();
        var ordersMark = _orders.BeginSnapshot();
        var positions = _reader.GetPositions(RequestPriority.Cancel, cancellationToken);
        var orders = _venue.GetOpenOrdersAsync(cancellationToken);
        await Task.WhenAll(positions, orders).ConfigureAwait(false);
        if ((await positions.ConfigureAwait(false)).Error is { } positionsError)
            return positionsError;
        if ((await orders.ConfigureAwait(false)).Error is { } ordersError)
            return ordersError;
        _positions.Reconcile((await positions.ConfigureAwait(false)).Value, positionsMark, _time.GetUtcNow());
        await _orders.ReconcileAsync(ordersMark, (await orders.ConfigureAwait(false)).Value, cancellationToken: cancellationToken).ConfigureAwait(false);

        // Without mark prices a connection that has just become ready would refuse prices; but cancels must not wait for them for long.
        await markPrices.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wasCompared = true;
        return null;
    }
}
