namespace Exchange.Tests.Conformance;

/// <summary>
/// What each card came to in this run. With <c>EXCHANGE_CONFORMANCE</c> naming a file, each result is appended to it as a line
/// (venue, card, result; tab-separated), from which the command writes the table.
/// </summary>
internal static class ConformanceResults
{
    private static readonly Lock _gate = new();

    public static void Add(string venue, string card, string result)
    {
        if (Environment.GetEnvironmentVariable("EXCHANGE_CONFORMANCE") is not { Length: > 0 } path)
            return;
        lock (_gate)
            File.AppendAllText(path, $"{venue}\t{card}\t{result}\n");
    }
}
