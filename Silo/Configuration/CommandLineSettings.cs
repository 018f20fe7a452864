namespace Exchange.Silo.Configuration;

/// <summary>What the command line said, as far as it is settings.</summary>
internal sealed record CommandLineSettings
{
    public string? Environment { get; init; }

    /// <summary>Comma-separated.</summary>
    public string? Connections { get; init; }

    public bool NoGateway { get; init; }

    /// <summary>Each <c>KEY=VALUE</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];
}
