using System.Reflection;
using System.Runtime.InteropServices;

namespace Exchange.Benchmarks;

/// <summary>What the figures were taken on: no figure is printed without it.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var packages = typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => a.Key == "UseCompat")?.Value == "true" ? "stand-ins of compat/" : "genuine packages";
        return $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, " +
            $"{RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC, {packages}, " +
            $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC";
    }

    private static string Processor()
    {
        try
        {
            var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
            return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
        catch (IOException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
