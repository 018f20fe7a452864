namespace Exchange.Silo.Configuration;

/// <summary>Settings that are wrong. Told as they are, without a stack trace.</summary>
internal sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join("; ", errors))
{
    /// <summary>Each names its key and the legal values.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
