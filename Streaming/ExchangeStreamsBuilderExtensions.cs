using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Exchange.Streaming.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Streams;

namespace Exchange.Streaming;

/// <summary>Adds the stream provider <c>exchange</c> to silos and clients.</summary>
public static class ExchangeStreamsBuilderExtensions
{
    /// <summary>Adds the provider to a silo, for its grains as producers and consumers and for its host as a consumer.</summary>
    /// <remarks>
    /// The provider's clock is the <see cref="TimeProvider"/> keyed <see cref="StreamNames.Provider"/>, apart from the
    /// one that Orleans itself uses; the system's unless one is registered.
    /// </remarks>
    public static ISiloBuilder AddExchangeStreams(this ISiloBuilder builder, Action<ExchangeStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddProvider(builder.Services, configure);
        builder.Services.TryAddSingleton<StreamHubs>();
        builder.Services.TryAddSingleton<IExchangeStreamMetrics>(services => services.GetRequiredService<StreamHubs>());
        builder.Services.TryAddSingleton<EpochSource>();
        return builder.AddGrainExtension<IStreamHub, StreamHub>();
    }

    /// <summary>Adds the provider to a client, as a consumer.</summary>
    /// <inheritdoc cref="AddExchangeStreams(ISiloBuilder, Action{ExchangeStreamOptions}?)" path="/remarks"/>
    public static IClientBuilder AddExchangeStreams(this IClientBuilder builder, Action<ExchangeStreamOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddProvider(builder.Services, configure);
        return builder;
    }

    private static void AddProvider(IServiceCollection services, Action<ExchangeStreamOptions>? configure)
    {
        services.TryAddKeyedSingleton(StreamNames.Provider, TimeProvider.System);
        var options = services.AddOptions<ExchangeStreamOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExchangeStreamOptions>, ExchangeStreamOptionsValidator>());
        services.TryAddSingleton<LocalSinks>();
        services.TryAddSingleton<ExchangeStreamProvider>();
        services.TryAddSingleton<IExchangeStreamProvider>(s => s.GetRequiredService<ExchangeStreamProvider>());
        services.TryAddKeyedSingleton<IStreamProvider>(StreamNames.Provider, (s, _) => s.GetRequiredService<ExchangeStreamProvider>());
    }
}
