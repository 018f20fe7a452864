using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Placement;
using Exchange.Grains.Storage;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Exchange.Grains.Connections;

/// <summary>
/// The grain of an order connection: hands every command to the connector, outside its turn, and publishes what the connector sends.
/// Its epoch comes from grain storage, taken anew by each activation: an activation that does not know yet that another
/// has taken its place is fenced by it.
/// </summary>
[Reentrant]
[KeepAlive]
[ConnectionPlacement]
[GrainType(ConnectionGrainTypes.Oms)]
public sealed class ExchangeOmsGrain(
    ConnectionGrainServices services,
    [PersistentState("epoch", GrainStorageBuilderExtensions.Name)] IPersistentState<OrderEpoch> epoch)
    : ConnectionGrain<IExchangeOms>(services), IExchangeOmsGrain
{
    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceMarketOrder(MarketOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceMarketOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceLimitOrder(LimitOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceLimitOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceStopOrder(StopOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceStopOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceTakeProfitOrder(TakeProfitOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceTakeProfitOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> PlaceTrailingStopOrder(TrailingStopOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceTrailingStopOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderBatchResult>> PlaceOrders(OrderBatch batch, CancellationToken cancellationToken = default) =>
        Call(c => c.PlaceOrders(batch, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> CancelOrder(OrderKey order, CancellationToken cancellationToken = default) =>
        Call(c => c.CancelOrder(order, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<CancelAllResult>> CancelAllOrders(string? symbol = null, CancellationToken cancellationToken = default) =>
        Call(c => c.CancelAllOrders(symbol, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> ReplaceOrder(ReplaceOrderRequest request, CancellationToken cancellationToken = default) =>
        Call(c => c.ReplaceOrder(request, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrderAck>> GetOrder(OrderKey order, CancellationToken cancellationToken = default) =>
        Call(c => c.GetOrder(order, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<OrdersSnapshot>> GetOpenOrders(CancellationToken cancellationToken = default) =>
        Call(c => c.GetOpenOrders(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<TradingState>> SetTradingState(TradingState state, CancellationToken cancellationToken = default) =>
        Call(c => c.SetTradingState(state, cancellationToken));

    /// <inheritdoc/>
    public Task<Result<TradingState>> GetTradingState(CancellationToken cancellationToken = default) =>
        Call(c => c.GetTradingState(cancellationToken));

    /// <inheritdoc/>
    public Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        Call(c => c.SetDeadManSwitch(symbol, timeToLive, cancellationToken));

    private protected override async Task<long> NextEpochAsync()
    {
        // Another activation that took one meanwhile makes the write fail, and this activation with it.
        var next = epoch.State.Next(Services.Time.GetUtcNow());
        epoch.State.Epoch = next;
        await epoch.WriteStateAsync();
        return next;
    }

    private protected override IExchangeOms? CreateConnector()
    {
        try
        {
            return Services.Connectors.CreateOms(new OmsConnectorContext(
                Connection, new OrderPublisher(Connection, Streams, OnConnectorStatus), Streams.Epoch));
        }
        catch (OrderJournalException unusable)
        {
            // The message says what to do, so it must reach who asks. Nothing has left: no command can.
            Refuse(unusable.Error.WithOutcome(CommandOutcome.Rejected));
            return null;
        }
    }
}
