using System.Collections.Concurrent;
using Exchange.Grains.Interfaces;

namespace Exchange.Grains.Keeping;

/// <summary>The connections whose grains live on this silo now.</summary>
internal sealed class LocalConnections
{
    private readonly ConcurrentDictionary<ConnectionId, bool> _connections = new();

    public IReadOnlyCollection<ConnectionId> All => [.. _connections.Keys];

    public void Add(ConnectionId connection) => _connections[connection] = true;

    public void Remove(ConnectionId connection) => _connections.TryRemove(connection, out _);
}
