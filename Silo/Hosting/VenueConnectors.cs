using Exchange.Exchanges.Binance;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Silo.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Exchange.Silo.Hosting;

/// <summary>Which connectors this version has, and how they are made. The one place where a venue's role is added.</summary>
internal static class VenueConnectors
{
    /// <summary>Each role at each venue that has a connector.</summary>
    public static IReadOnlyList<ConnectionId> Implemented { get; } = [new(ConnectionRole.Market, Venues.Binance)];

    /// <summary>Any account of an implemented role and venue.</summary>
    public static bool IsImplemented(ConnectionId connection) => Implemented.Contains(new ConnectionId(connection.Role, connection.Venue));

    public static void AddTo(IServiceCollection services, SiloSettings settings) =>
        services.AddMarketConnector(Venues.Binance, (provider, connection, sink) => new BinanceSubscriber(
            settings.Binance,
            sink,
            provider.GetRequiredKeyedService<TimeProvider>(StreamNames.Provider),
            provider.GetRequiredService<ILoggerFactory>(),
            exchange: connection.Exchange));

    /// <summary>Where a connection leads, for a person.</summary>
    public static string Describe(ConnectionId connection, SiloSettings settings)
    {
        if (connection.Venue != Venues.Binance)
            return settings.Environment;
        var urls = BinanceUrls.From(settings.Binance);
        return $"{settings.Binance.Environment}: {urls.Rest} and {urls.Streams}";
    }
}
