using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>A place in a stream: the producer's epoch and the number of the update.</summary>
/// <param name="Epoch">Names the activation that publishes.</param>
/// <param name="Seq">The update's number, contiguous from 1 within the epoch; 0 before the first.</param>
public readonly record struct StreamPlace(long Epoch, long Seq);

/// <summary>
/// Takes what an order connector publishes. Orders come one at a time, in the order in which they are to be seen. A call must
/// not block and must not throw.
/// </summary>
public interface IOrderSink
{
    /// <summary>Publishes what happened to an order, and tells its place in the <c>orders</c> stream.</summary>
    StreamPlace OnOrder(OrderUpdate update);

    /// <summary>The place of the update published last.</summary>
    StreamPlace LastPlace { get; }

    /// <summary>The connection's state changed, or one of its counters that a trader should see.</summary>
    void OnStatus(ConnectionStatus status);
}
