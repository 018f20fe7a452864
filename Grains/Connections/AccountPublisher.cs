using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;

namespace Exchange.Grains.Connections;

/// <summary>Publishes what a position connector hands out, on the calling thread.</summary>
internal sealed class AccountPublisher(ConnectionId connection, StreamProducer streams, Action<ConnectionStatus> publishStatus) : IAccountSink
{
    private readonly StreamPublisher<Position> _positions = streams.GetPublisher<Position>(StreamNames.Positions, connection.Exchange);
    private readonly StreamPublisher<AccountUpdate> _accounts = streams.GetPublisher<AccountUpdate>(StreamNames.Accounts, connection.Exchange);

    public StreamPlace LastPositionPlace => new(streams.Epoch, _positions.LastSeq);

    public StreamPlace LastAccountPlace => new(streams.Epoch, _accounts.LastSeq);

    public StreamPlace OnPosition(Position position)
    {
        var published = _positions.Publish(position);
        return new StreamPlace(published.Epoch, published.Seq);
    }

    public StreamPlace OnAccount(AccountUpdate account)
    {
        var published = _accounts.Publish(account);
        return new StreamPlace(published.Epoch, published.Seq);
    }

    public void OnStatus(ConnectionStatus status) => publishStatus(status);
}
