using System.Diagnostics.CodeAnalysis;
using Exchange.Grains.Interfaces;
using Orleans.Runtime;

namespace Exchange.Grains.Placement;

/// <summary>The grain types of the four roles. A grain's type and key together name its connection, whichever interface is called.</summary>
internal static class ConnectionGrainTypes
{
    public const string Oms = "connection-oms";
    public const string Pms = "connection-pms";
    public const string Data = "connection-data";
    public const string Market = "connection-market";

    /// <summary>The connection that a grain serves.</summary>
    public static bool TryGetConnection(GrainId grain, [NotNullWhen(true)] out ConnectionId? connection)
    {
        connection = grain.Type.ToString() switch
        {
            Oms => new ConnectionId(ConnectionRole.Oms, grain.Key.ToString()!),
            Pms => new ConnectionId(ConnectionRole.Pms, grain.Key.ToString()!),
            Data => new ConnectionId(ConnectionRole.Data, grain.Key.ToString()!),
            Market => new ConnectionId(ConnectionRole.Market, grain.Key.ToString()!),
            _ => null,
        };
        return connection is not null;
    }
}
