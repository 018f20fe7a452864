using System.Reflection;

namespace Exchange.Silo.Hosting;

/// <summary>Which packages this build was made with (see <c>compat/README.md</c>).</summary>
internal static class PackageChoice
{
    /// <summary>True when stand-ins take the place of Orleans, NetMQ and Websocket.Client.</summary>
    public static bool UsesStandIns { get; } = typeof(PackageChoice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Any(a => a is { Key: "UseCompat", Value: "true" });

    public static string Description => UsesStandIns
        ? "stand-ins for Orleans, NetMQ and Websocket.Client (compat/README.md): everything in one process"
        : "the genuine Orleans, NetMQ and Websocket.Client";
}
