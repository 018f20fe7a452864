using Exchange.Exchanges.Common.Connections;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Grvt;

/// <summary>Connect and disconnect.</summary>
public sealed partial class GrvtDataFetcher
{
    private readonly QueryConnection _life;
    private volatile ExchangeError? _credentialsError;

    /// <inheritdoc/>
    public Task<Result<ConnectionStatus>> Connect(CancellationToken cancellationToken = default)
    {
        // Somebody tries again: an earlier refusal does not count.
        if (_life.Status.State == ConnectionState.Refused)
            _access.Login.Reset();
        return _life.ConnectAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Result<ConnectionStatus>> Disconnect(CancellationToken cancellationToken = default) => await _life.DisconnectAsync().ConfigureAwait(false);

    /// <summary>The clock; and with a key, whether the venue takes it.</summary>
    private async Task<ExchangeError?> CheckAsync(CancellationToken stop)
    {
        if (_credentialsError is { } wrong)
            return wrong;
        if (await _access.Private.MeasureClockAsync().WaitAsync(stop).ConfigureAwait(false) is { } clockError)
            return clockError;
        return _access.Signer is null ? null : (await _account.GetAccount(stop).ConfigureAwait(false)).Error;
    }
}
