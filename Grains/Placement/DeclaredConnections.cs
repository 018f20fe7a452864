using Exchange.Grains.Interfaces;

namespace Exchange.Grains.Placement;

/// <summary>How a silo tells the cluster which connections it serves: one entry of its metadata.</summary>
internal static class DeclaredConnections
{
    public const string MetadataKey = "exchange.connections";

    public static Dictionary<string, string> ToMetadata(IEnumerable<ConnectionId> connections) =>
        new() { [MetadataKey] = string.Join(',', connections) };

    /// <summary>Whether the silo with this metadata declares a connection; null while its metadata is not known here.</summary>
    public static bool? Declares(IReadOnlyDictionary<string, string> metadata, ConnectionId connection) =>
        metadata.TryGetValue(MetadataKey, out var declared) ? declared.Split(',').Contains(connection.ToString()) : null;
}
