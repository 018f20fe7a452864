using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Placement;
using Orleans;
using Orleans.Concurrency;

namespace Exchange.Grains.Connections;

/// <summary>The grain of a recovery connection: hands every question to the connector.</summary>
[Reentrant]
[KeepAlive]
[ConnectionPlacement]
[GrainType(ConnectionGrainTypes.Data)]
public sealed class ExchangeDataFetcherGrain(ConnectionGrainServices services)
    : ConnectionGrain<IExchangeDataFetcher>(services), IExchangeDataFetcherGrain
{
    /// <inheritdoc/>
    public Task<Result<Unit>> SetAuthCredentials(AuthCredentials credentials, CancellationToken cancellationToken = default) =>
        Call(c => c.SetAuthCredentials(credentials, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ServerTime>> GetServerTime(CancellationToken cancellationToken = default) =>
        Call(c => c.GetServerTime(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Instrument>>> GetInstruments(CancellationToken cancellationToken = default) =>
        Call(c => c.GetInstruments(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<AccountUpdate>> GetAccountInfo(CancellationToken cancellationToken = default) =>
        Call(c => c.GetAccountInfo(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken = default) =>
        Call(c => c.GetPositions(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken = default) =>
        Call(c => c.GetBalances(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<ImmutableArray<Order>>> GetOpenOrders(string? symbol = null, CancellationToken cancellationToken = default) =>
        Call(c => c.GetOpenOrders(symbol, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<HistoryPage<Order>>> GetOrderHistory(HistoryQuery query, CancellationToken cancellationToken = default) =>
        Call(c => c.GetOrderHistory(query, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<HistoryPage<Fill>>> GetFills(HistoryQuery query, CancellationToken cancellationToken = default) =>
        Call(c => c.GetFills(query, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Order>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) =>
        Call(c => c.GetOrder(order, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<MarkPrice>> GetMarkPrice(string symbol, CancellationToken cancellationToken = default) =>
        Call(c => c.GetMarkPrice(symbol, cancellationToken));

    private protected override IExchangeDataFetcher? CreateConnector() =>
        Services.Connectors.CreateDataFetcher(Connection, OnConnectorStatus);
}
