using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common.Journal;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
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
    public static IReadOnlyList<ConnectionId> Implemented { get; } =
    [
        new(ConnectionRole.Oms, Venues.Binance),
        new(ConnectionRole.Pms, Venues.Binance),
        new(ConnectionRole.Data, Venues.Binance),
        new(ConnectionRole.Market, Venues.Binance),
        new(ConnectionRole.Oms, Venues.Deribit),
        new(ConnectionRole.Pms, Venues.Deribit),
        new(ConnectionRole.Data, Venues.Deribit),
        new(ConnectionRole.Market, Venues.Deribit),
        new(ConnectionRole.Oms, Venues.Grvt),
        new(ConnectionRole.Pms, Venues.Grvt),
        new(ConnectionRole.Data, Venues.Grvt),
        new(ConnectionRole.Market, Venues.Grvt),
    ];

    /// <summary>Any account of an implemented role and venue.</summary>
    public static bool IsImplemented(ConnectionId connection) => Implemented.Contains(new ConnectionId(connection.Role, connection.Venue));

    public static void AddTo(IServiceCollection services, SiloSettings settings)
    {
        AddBinance(services, settings);
        AddDeribit(services, settings);
        AddGrvt(services, settings);
    }

    private static void AddBinance(IServiceCollection services, SiloSettings settings)
    {
        services.AddMarketConnector(Venues.Binance, (provider, connection, sink) => new BinanceSubscriber(
            settings.Binance, sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddOmsConnector(Venues.Binance, (provider, context) => new BinanceOms(settings.Binance, new BinanceOmsParts
        {
            Sink = context.Sink,
            Journal = OpenJournal(provider, settings, context),
            Epoch = context.Epoch,
            Credentials = settings.Credentials.GetValueOrDefault(context.Connection),
            Limits = settings.LimitsOf(context.Connection.Exchange),
            Exchange = context.Connection.Exchange,
            Time = Time(provider),
            Loggers = Loggers(provider),
        }));
        services.AddPmsConnector(Venues.Binance, (provider, connection, sink) => new BinancePms(
            settings.Binance, settings.Credentials.GetValueOrDefault(connection), sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddDataConnector(Venues.Binance, (provider, connection, onStatus) => new BinanceDataFetcher(
            settings.Binance, settings.Credentials.GetValueOrDefault(connection), onStatus, Time(provider), Loggers(provider), exchange: connection.Exchange));
    }

    private static void AddDeribit(IServiceCollection services, SiloSettings settings)
    {
        services.AddMarketConnector(Venues.Deribit, (provider, connection, sink) => new DeribitSubscriber(
            settings.Deribit, settings.Credentials.GetValueOrDefault(connection), sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddOmsConnector(Venues.Deribit, (provider, context) => new DeribitOms(settings.Deribit, new DeribitOmsParts
        {
            Sink = context.Sink,
            Journal = OpenJournal(provider, settings, context),
            Epoch = context.Epoch,
            Credentials = settings.Credentials.GetValueOrDefault(context.Connection),
            Limits = settings.LimitsOf(context.Connection.Exchange),
            Exchange = context.Connection.Exchange,
            Time = Time(provider),
            Loggers = Loggers(provider),
        }));
        services.AddPmsConnector(Venues.Deribit, (provider, connection, sink) => new DeribitPms(
            settings.Deribit, settings.Credentials.GetValueOrDefault(connection), sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddDataConnector(Venues.Deribit, (provider, connection, onStatus) => new DeribitDataFetcher(
            settings.Deribit, settings.Credentials.GetValueOrDefault(connection), onStatus, Time(provider), Loggers(provider), exchange: connection.Exchange));
    }

    private static void AddGrvt(IServiceCollection services, SiloSettings settings)
    {
        services.AddMarketConnector(Venues.Grvt, (provider, connection, sink) => new GrvtSubscriber(
            settings.Grvt, sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddOmsConnector(Venues.Grvt, (provider, context) => new GrvtOms(settings.Grvt, new GrvtOmsParts
        {
            Sink = context.Sink,
            Journal = OpenJournal(provider, settings, context),
            Epoch = context.Epoch,
            Credentials = settings.Credentials.GetValueOrDefault(context.Connection),
            Limits = settings.LimitsOf(context.Connection.Exchange),
            Exchange = context.Connection.Exchange,
            Time = Time(provider),
            Loggers = Loggers(provider),
        }));
        services.AddPmsConnector(Venues.Grvt, (provider, connection, sink) => new GrvtPms(
            settings.Grvt, settings.Credentials.GetValueOrDefault(connection), sink, Time(provider), Loggers(provider), exchange: connection.Exchange));
        services.AddDataConnector(Venues.Grvt, (provider, connection, onStatus) => new GrvtDataFetcher(
            settings.Grvt, settings.Credentials.GetValueOrDefault(connection), onStatus, Time(provider), Loggers(provider), exchange: connection.Exchange));
    }

    /// <summary>Where a connection leads, for a person.</summary>
    public static string Describe(ConnectionId connection, SiloSettings settings)
    {
        if (connection.Venue == Venues.Deribit)
        {
            var deribit = DeribitUrls.From(settings.Deribit);
            return $"{settings.Deribit.Environment}: {(connection.Role == ConnectionRole.Data ? deribit.Rest : deribit.Socket)}";
        }

        if (connection.Venue == Venues.Grvt)
        {
            var grvt = GrvtUrls.From(settings.Grvt);
            return $"{settings.Grvt.Environment}: {(connection.Role == ConnectionRole.Market ? grvt.MarketData : $"{grvt.Edge} and {grvt.Trading}")}";
        }

        if (connection.Venue != Venues.Binance)
            return settings.Environment;
        var urls = BinanceUrls.From(settings.Binance);
        return connection.Role switch
        {
            ConnectionRole.Oms => $"{settings.Binance.Environment}: {urls.WsApi}",
            ConnectionRole.Data => $"{settings.Binance.Environment}: {urls.Rest}",
            _ => $"{settings.Binance.Environment}: {urls.Rest} and {urls.Streams}",
        };
    }

    /// <summary>The journal of an order connection: its epoch fences it. The connector owns it.</summary>
    private static FileOrderJournal OpenJournal(IServiceProvider provider, SiloSettings settings, OmsConnectorContext context)
    {
        var folder = string.Concat(context.Connection.Exchange.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return FileOrderJournal.Open(
            new FileOrderJournalOptions
            {
                Folder = Path.Combine(settings.DataFolder, "journal", folder),
                FlushToDisk = settings.Journal.FlushToDisk,
                KeepEnded = settings.Journal.KeepEnded,
                Machine = settings.Journal.Machine,
            },
            context.Connection.Exchange,
            context.Epoch,
            Time(provider),
            Loggers(provider).CreateLogger<FileOrderJournal>());
    }

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredKeyedService<TimeProvider>(StreamNames.Provider);

    private static ILoggerFactory Loggers(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>();
}
