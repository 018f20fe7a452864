using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Orleans;

namespace Exchange.Streaming.Subscriptions;

/// <summary>Finds the hub of a connection: the hidden interface of the connection's grain.</summary>
internal static class ProducerLocator
{
    /// <exception cref="ArgumentException">No grain class implements the role.</exception>
    public static IStreamHub HubOf(IGrainFactory grains, ConnectionId connection)
    {
        IGrain grain = connection.Role switch
        {
            ConnectionRole.Oms => grains.GetGrain<IExchangeOmsGrain>(connection.Exchange),
            ConnectionRole.Pms => grains.GetGrain<IExchangePmsGrain>(connection.Exchange),
            ConnectionRole.Data => grains.GetGrain<IExchangeDataFetcherGrain>(connection.Exchange),
            ConnectionRole.Market => grains.GetGrain<IExchangeSubscriberGrain>(connection.Exchange),
            _ => throw new ArgumentOutOfRangeException(nameof(connection), connection.Role, "no such role"),
        };
        return grain.AsReference<IStreamHub>();
    }
}
