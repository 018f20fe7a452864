using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
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
    public IExchangeSubscriber? CreateSubscriber(ConnectionId connection, IMarketDataSink sink) =>
        Find<MarketConnectorRegistration>(connection)?.Create(services, connection, sink);

    /// <summary>The order connector of a connection, or null when the venue has none.</summary>
    public IExchangeOms? CreateOms(OmsConnectorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Find<OmsConnectorRegistration>(context.Connection)?.Create(services, context);
    }

    /// <summary>The position connector of a connection, or null when the venue has none.</summary>
    public IExchangePms? CreatePms(ConnectionId connection, IAccountSink sink) =>
        Find<PmsConnectorRegistration>(connection)?.Create(services, connection, sink);

    /// <summary>The recovery connector of a connection, or null when the venue has none.</summary>
    public IExchangeDataFetcher? CreateDataFetcher(ConnectionId connection, Action<ConnectionStatus> onStatus) =>
        Find<DataConnectorRegistration>(connection)?.Create(services, connection, onStatus);

    private T? Find<T>(ConnectionId connection) where T : ConnectorRegistration
    {
        ArgumentNullException.ThrowIfNull(connection);
        return _registrations.GetValueOrDefault((connection.Role, connection.Venue)) as T;
    }
}
