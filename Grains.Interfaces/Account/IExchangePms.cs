namespace Exchange.Grains.Interfaces;

/// <summary>Positions and account of one account at one exchange, live. Updates arrive on <c>positions</c> and <c>accounts</c>.</summary>
public interface IExchangePms : IExchangeConnection
{
    /// <summary>All positions, with their place in the stream.</summary>
    Task<Result<PositionsSnapshot>> GetPositions(CancellationToken cancellationToken = default);

    /// <summary>The account, with its place in the stream.</summary>
    Task<Result<AccountSnapshot>> GetAccount(CancellationToken cancellationToken = default);

    /// <summary>Sets the leverage of a symbol.</summary>
    Task<Result<Unit>> SetLeverage(string symbol, decimal leverage, CancellationToken cancellationToken = default);

    /// <summary>Sets one-way or hedge mode for the account; the venue refuses while there are orders or positions.</summary>
    Task<Result<Unit>> SetPositionMode(PositionMode mode, CancellationToken cancellationToken = default);

    /// <summary>Compares with the venue over HTTP and publishes what differs.</summary>
    Task<Result<Unit>> Reconcile(CancellationToken cancellationToken = default);
}
