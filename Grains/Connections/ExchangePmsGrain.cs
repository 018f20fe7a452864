using Exchange.Grains.Interfaces;
using Exchange.Grains.Placement;
using Orleans;
using Orleans.Concurrency;

namespace Exchange.Grains.Connections;

/// <summary>The grain of a position connection: hands every call to the connector and publishes what the connector sends.</summary>
[Reentrant]
[KeepAlive]
[ConnectionPlacement]
[GrainType(ConnectionGrainTypes.Pms)]
public sealed class ExchangePmsGrain(ConnectionGrainServices services) : ConnectionGrain<IExchangePms>(services), IExchangePmsGrain
{
    /// <inheritdoc/>
    public Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default) =>
        Call(c => c.GetPositions(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default) =>
        Call(c => c.GetAccount(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default) =>
        Call(c => c.SetLeverage(symbol, leverage, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default) =>
        Call(c => c.SetPositionMode(mode, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> Reconcile(CancellationToken cancellationToken = default) =>
        Call(c => c.Reconcile(cancellationToken));

    private protected override IExchangePms? CreateConnector() =>
        Services.Connectors.CreatePms(Connection, new AccountPublisher(Connection, Streams, OnConnectorStatus));
}
