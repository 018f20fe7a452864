using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;

namespace Exchange.Grains.Connections;

/// <summary>Publishes what an order connector hands out, on the calling thread.</summary>
internal sealed class OrderPublisher(ConnectionId connection, StreamProducer streams, Action<ConnectionStatus> publishStatus) : IOrderSink
{
    private readonly StreamPublisher<OrderUpdate> _orders = streams.GetPublisher<OrderUpdate>(StreamNames.Orders, connection.Exchange);

    public StreamPlace LastPlace => new(streams.Epoch, _orders.LastSeq);

    public StreamPlace OnOrder(OrderUpdate update)
    {
        var published = _orders.Publish(update);
        return new StreamPlace(published.Epoch, published.Seq);
    }

    public void OnStatus(ConnectionStatus status) => publishStatus(status);
}
