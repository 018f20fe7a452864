#pragma warning disable ORLEANSEXP004 // Silo metadata is marked experimental; see docs/adr/0002-placement-by-declaration.md.
using Exchange.Grains.Connections;
using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Grains.Placement;
using Exchange.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Exchange.Grains;

/// <summary>Adds the connections to a silo.</summary>
public static class ExchangeConnectionsBuilderExtensions
{
    /// <summary>
    /// Makes a silo serve connections: declares them to the cluster, places their grains by declaration, and keeps them
    /// alive. Adds the streams too. The connectors are registered beside it (<see cref="ConnectorServiceCollectionExtensions"/>); declaring a connection
    /// without one is refused at start.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="connections">What the silo declares; every silo of the cluster makes this call, with none if it serves none.</param>
    /// <param name="configureKeeper">Settings of the keeper.</param>
    /// <param name="configureStreams">Settings of the streams.</param>
    public static ISiloBuilder AddExchangeConnections(
        this ISiloBuilder builder,
        IEnumerable<ConnectionId> connections,
        Action<KeeperOptions>? configureKeeper = null,
        Action<ExchangeStreamOptions>? configureStreams = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ConnectionId[] declared = [.. connections.Distinct()];
        builder.AddExchangeStreams(configureStreams);
        builder.UseSiloMetadata(DeclaredConnections.ToMetadata(declared));
        builder.AddPlacementDirector<ConnectionPlacement, ConnectionPlacementDirector>();

        var services = builder.Services;
        services.AddOptions<KeeperOptions>().Configure(options => configureKeeper?.Invoke(options))
            .Configure(options => options.Connections = declared).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeeperOptions>, KeeperOptionsValidator>());
        services.TryAddSingleton<ConnectorFactory>();
        services.TryAddSingleton<ConnectionGrainServices>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ConnectionKeeper>();
        return builder;
    }
}
