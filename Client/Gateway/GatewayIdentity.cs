using System.Reflection;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway;

/// <summary>Which gateway this is, for <c>session.hello</c>.</summary>
internal sealed class GatewayIdentity(DateTimeOffset started, IReadOnlyList<ConnectionId> connections)
{
    /// <summary>New at each start; traders see by it that their session is gone. Also the subscriber's name at the connections.</summary>
    public string Id { get; } = "gateway-" + Guid.NewGuid().ToString("N")[..12];

    public DateTimeOffset Started => started;

    public IReadOnlyList<ConnectionId> Connections => connections;

    public string Version { get; } = typeof(GatewayIdentity).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>What Orleans and ZeroMQ are here: the genuine packages or the stand-ins.</summary>
    public string Packages { get; } =
        typeof(GatewayIdentity).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "UseCompat", Value: "true" })
            ? "stand-in" : "genuine";

    public string CommandEndpoint { get; set; } = "";

    public string UpdateEndpoint { get; set; } = "";
}
