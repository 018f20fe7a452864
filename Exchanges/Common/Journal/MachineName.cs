namespace Exchange.Exchanges.Common.Journal;

/// <summary>What tells this machine from others.</summary>
internal static class MachineName
{
    /// <summary>The machine's own id where the system keeps one (it outlives a change of the host name), the host name otherwise.</summary>
    public static string Own { get; } = Read();

    private static string Read()
    {
        try
        {
            if (File.Exists("/etc/machine-id") && File.ReadAllText("/etc/machine-id").Trim() is { Length: > 0 and <= 64 } id)
                return $"{Environment.MachineName}/{id}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The host name has to do.
        }

        return Environment.MachineName;
    }
}
