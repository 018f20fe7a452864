using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Account;
using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Grains.Connectors;

/// <summary>Says that a role is implemented at a venue. A connector is disposed with its grain's activation, if it can be.</summary>
/// <param name="Role">The role.</param>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
public abstract record ConnectorRegistration(ConnectionRole Role, string Venue);

/// <summary>Makes the market-data connector of a venue.</summary>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
/// <param name="Create">From the silo's services, the connection to serve and the sink to publish to.</param>
public sealed record MarketConnectorRegistration(
    string Venue, Func<IServiceProvider, ConnectionId, IMarketDataSink, IExchangeSubscriber> Create)
    : ConnectorRegistration(ConnectionRole.Market, Venue);

/// <summary>What an order connector is made from.</summary>
/// <param name="Connection">The connection to serve.</param>
/// <param name="Sink">Where to publish.</param>
/// <param name="Epoch">The activation's epoch, from grain storage: it fences the journal and goes into client order ids.</param>
public sealed record OmsConnectorContext(ConnectionId Connection, IOrderSink Sink, long Epoch);

/// <summary>Makes the order connector of a venue.</summary>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
/// <param name="Create">From the silo's services and what the activation knows.</param>
public sealed record OmsConnectorRegistration(string Venue, Func<IServiceProvider, OmsConnectorContext, IExchangeOms> Create)
    : ConnectorRegistration(ConnectionRole.Oms, Venue);

/// <summary>Makes the position connector of a venue.</summary>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
/// <param name="Create">From the silo's services, the connection to serve and the sink to publish to.</param>
public sealed record PmsConnectorRegistration(string Venue, Func<IServiceProvider, ConnectionId, IAccountSink, IExchangePms> Create)
    : ConnectorRegistration(ConnectionRole.Pms, Venue);

/// <summary>Makes the recovery connector of a venue.</summary>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
/// <param name="Create">From the silo's services, the connection to serve and who is told its state.</param>
public sealed record DataConnectorRegistration(
    string Venue, Func<IServiceProvider, ConnectionId, Action<ConnectionStatus>, IExchangeDataFetcher> Create)
    : ConnectorRegistration(ConnectionRole.Data, Venue);

/// <summary>Registers connectors; a venue is added by this alone.</summary>
public static class ConnectorServiceCollectionExtensions
{
    /// <summary>Registers the market-data connector of a venue.</summary>
    public static IServiceCollection AddMarketConnector(
        this IServiceCollection services, string venue, Func<IServiceProvider, ConnectionId, IMarketDataSink, IExchangeSubscriber> create) =>
        services.AddSingleton<ConnectorRegistration>(new MarketConnectorRegistration(venue, create));

    /// <summary>Registers the order connector of a venue. The silo needs a grain storage named <c>exchange</c> for its epochs.</summary>
    public static IServiceCollection AddOmsConnector(
        this IServiceCollection services, string venue, Func<IServiceProvider, OmsConnectorContext, IExchangeOms> create) =>
        services.AddSingleton<ConnectorRegistration>(new OmsConnectorRegistration(venue, create));

    /// <summary>Registers the position connector of a venue.</summary>
    public static IServiceCollection AddPmsConnector(
        this IServiceCollection services, string venue, Func<IServiceProvider, ConnectionId, IAccountSink, IExchangePms> create) =>
        services.AddSingleton<ConnectorRegistration>(new PmsConnectorRegistration(venue, create));

    /// <summary>Registers the recovery connector of a venue.</summary>
    public static IServiceCollection AddDataConnector(
        this IServiceCollection services, string venue, Func<IServiceProvider, ConnectionId, Action<ConnectionStatus>, IExchangeDataFetcher> create) =>
        services.AddSingleton<ConnectorRegistration>(new DataConnectorRegistration(venue, create));
}
