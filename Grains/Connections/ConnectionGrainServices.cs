using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Streaming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Exchange.Grains.Connections;

/// <summary>What every connection grain needs from its silo.</summary>
public sealed class ConnectionGrainServices(
    ConnectorFactory connectors,
    EpochSource epochs,
    ILocalSiloDetails silo,
    IOptions<KeeperOptions> keeper,
    [FromKeyedServices(StreamNames.Provider)] TimeProvider time,
    ILoggerFactory loggers)
{
    internal ConnectorFactory Connectors => connectors;

    internal EpochSource Epochs => epochs;

    internal string SiloName => silo.Name;

    internal KeeperOptions Keeper => keeper.Value;

    internal LocalConnections Local { get; } = new();

    internal TimeProvider Time => time;

    internal ILogger CreateLogger(ConnectionId connection) => loggers.CreateLogger($"Exchange.Connection.{connection}");
}
