using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Conformance;

/// <summary>All that was published of positions and account.</summary>
internal sealed class AccountTape(Signal changed) : IAccountSink
{
    private long _positions;
    private long _accounts;

    public EventLog<Position> Positions { get; } = new();

    public EventLog<AccountUpdate> Accounts { get; } = new();

    public EventLog<ConnectionStatus> States { get; } = new();

    public StreamPlace LastPositionPlace => new(1, _positions);

    public StreamPlace LastAccountPlace => new(1, _accounts);

    public StreamPlace OnPosition(Position position)
    {
        _positions++;
        Positions.Add(position);
        changed.Set();
        return LastPositionPlace;
    }

    public StreamPlace OnAccount(AccountUpdate account)
    {
        _accounts++;
        Accounts.Add(account);
        changed.Set();
        return LastAccountPlace;
    }

    public void OnStatus(ConnectionStatus status)
    {
        States.Add(status);
        changed.Set();
    }

    /// <summary>The first position of a symbol that is as asked for.</summary>
    public Task<Position> Position(string symbol, decimal quantity, PositionSide side = PositionSide.Net) =>
        Positions.First(p => p.Symbol == symbol && p.Side == side && p.Quantity == quantity, $"a position of {quantity} {symbol} {side}");
}
