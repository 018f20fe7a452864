using Exchange.Exchanges.Common;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Grains.Connectors;

/// <summary>Says that a role is implemented at a venue.</summary>
/// <param name="Role">The role.</param>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
public abstract record ConnectorRegistration(ConnectionRole Role, string Venue);

/// <summary>Makes the market-data connector of a venue.</summary>
/// <param name="Venue">One of <see cref="Venues"/>.</param>
/// <param name="Create">
/// From the silo's services, the connection to serve and the sink to publish to. The connector is disposed with the grain's activation, if
/// it can be.
/// </param>
public sealed record MarketConnectorRegistration(
    string Venue, Func<IServiceProvider, ConnectionId, IMarketDataSink, IExchangeSubscriber> Create)
    : ConnectorRegistration(ConnectionRole.Market, Venue);

/// <summary>Registers connectors; a venue is added by this alone.</summary>
public static class ConnectorServiceCollectionExtensions
{
    /// <summary>Registers the market-data connector of a venue.</summary>
    public static IServiceCollection AddMarketConnector(
        this IServiceCollection services, string venue, Func<IServiceProvider, ConnectionId, IMarketDataSink, IExchangeSubscriber> create) =>
        services.AddSingleton<ConnectorRegistration>(new MarketConnectorRegistration(venue, create));
}
