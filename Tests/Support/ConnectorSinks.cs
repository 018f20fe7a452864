using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support;

/// <summary>Collects what an order connection publishes.</summary>
internal sealed class OrderSink : IOrderSink
{
    private long _seq;

    public EventLog<OrderUpdate> Updates { get; } = new();

    public EventLog<ConnectionStatus> States { get; } = new();

    public StreamPlace LastPlace => new(1, _seq);

    public StreamPlace OnOrder(OrderUpdate update)
    {
        _seq++;
        Updates.Add(update);
        return LastPlace;
    }

    public void OnStatus(ConnectionStatus status) => States.Add(status);

    public Task<OrderUpdate> Of(string id, OrderEvent what) => Updates.First(u => u.Order.ClientOrderId == id && u.Event == what, $"{what} of {id}");

    public Task<ConnectionStatus> State(ConnectionState state, int from = 0) => States.Next(from, s => s.State == state, $"state {state}");
}

/// <summary>Collects what a position connection publishes.</summary>
internal sealed class AccountSink : IAccountSink
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
        return LastPositionPlace;
    }

    public StreamPlace OnAccount(AccountUpdate account)
    {
        _accounts++;
        Accounts.Add(account);
        return LastAccountPlace;
    }

    public void OnStatus(ConnectionStatus status) => States.Add(status);
}

/// <summary>Remembers nothing: what these tests look at is the connection.</summary>
internal sealed class NoJournal : IOrderJournal
{
    public JournalContents Contents => JournalContents.Empty;

    public ExchangeError? Append(in JournalRecord record) => null;

    public ValueTask<ExchangeError?> SyncAsync() => ValueTask.FromResult<ExchangeError?>(null);

    public void Dispose()
    {
    }
}
