namespace Exchange.Silo.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failed = 1;

    /// <summary>The command line or the settings are wrong; the message names the key and the legal values.</summary>
    public const int Misconfigured = 2;
}
