using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;

namespace Exchange.Grains.Connectors;

/// <summary>From (role, exchange) to a connector, out of what was registered.</summary>
public sealed class ConnectorFactory(IServiceProvider services, IEnumerable<ConnectorRegistration> registrations)
{
    private readonly Dictionary<(ConnectionRole, string), ConnectorRegistration> _registrations =
        registrations.ToDictionary(r => (r.Role, r.Venue));

    /// <summary>What is implemented, written <c>role/venue</c>.</summary>
    public IReadOnlyList<string> Implemented { get; } =
        [.. registrations.Select(r => new ConnectionId(r.Role, r.Venue).ToString()).Order(StringComparer.Ordinal)];

    /// <summary>True when the connection's role is implemented at its venue.</summary>
    public bool IsImplemented(ConnectionId connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _registrations.ContainsKey((connection.Role, connection.Venue));
    }

    /// <summary>The market-data connector of a connection, or null when the venue has none.</summary>
    public IExchangeSubscriber? CreateSubscriber(ConnectionId connection, IMarketDataSink sink)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _registrations.GetValueOrDefault((connection.Role, connection.Venue)) is MarketConnectorRegistration registration
            ? registration.Create(services, connection, sink)
            : null;
    }
}
