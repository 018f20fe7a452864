namespace Exchange.Grains.Interfaces;

/// <summary>
/// Orders of one account at one exchange. Every command has three outcomes: success, provably rejected, or unknown
/// (<see cref="CommandOutcome"/>); an unknown order stays pending and its resolution arrives on the <c>orders</c> stream.
/// Orders are taken only when the connection is ready; no check ever blocks a cancel.
/// </summary>
public interface IExchangeOms : IExchangeConnection
{
    /// <summary>Places a market order.</summary>
    Task<Result<OrderAck>> PlaceMarketOrder(MarketOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>Places a limit order.</summary>
    Task<Result<OrderAck>> PlaceLimitOrder(LimitOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>Places a stop, market or limit.</summary>
    Task<Result<OrderAck>> PlaceStopOrder(StopOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>Places a take-profit, market or limit.</summary>
    Task<Result<OrderAck>> PlaceTakeProfitOrder(TakeProfitOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>Places a trailing stop.</summary>
    Task<Result<OrderAck>> PlaceTrailingStopOrder(TrailingStopOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>Places several orders at once; each has its own outcome.</summary>
    Task<Result<OrderBatchResult>> PlaceOrders(OrderBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Cancels an order.</summary>
    Task<Result<OrderAck>> CancelOrder(OrderKey order, CancellationToken cancellationToken = default);

    /// <summary>Cancels all orders of a symbol, or of the account when null, conditional ones too.</summary>
    Task<Result<CancelAllResult>> CancelAllOrders(string? symbol = null, CancellationToken cancellationToken = default);

    /// <summary>Changes price or quantity of a working order.</summary>
    Task<Result<OrderAck>> ReplaceOrder(ReplaceOrderRequest request, CancellationToken cancellationToken = default);

    /// <summary>One order, as the venue tells it now.</summary>
    Task<Result<OrderAck>> GetOrder(OrderKey order, CancellationToken cancellationToken = default);

    /// <summary>All orders that are not terminal, as known here, with their place in the stream.</summary>
    Task<Result<OrdersSnapshot>> GetOpenOrders(CancellationToken cancellationToken = default);

    /// <summary>Sets the kill switch.</summary>
    Task<Result<TradingState>> SetTradingState(TradingState state, CancellationToken cancellationToken = default);

    /// <summary>The kill switch's position.</summary>
    Task<Result<TradingState>> GetTradingState(CancellationToken cancellationToken = default);

    /// <summary>
    /// Arms, renews (a positive time) or disarms (zero) the venue's own dead-man switch for a symbol, or for all where its reach is wider
    /// (<see cref="Capabilities.DeadManReach"/>).
    /// </summary>
    Task<Result<Unit>> SetDeadManSwitch(string? symbol, TimeSpan timeToLive, CancellationToken cancellationToken = default);
}
