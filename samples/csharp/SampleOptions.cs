namespace Exchange.Samples;

/// <summary>What the sample was asked for.</summary>
internal sealed record SampleOptions(
    string Exchange,
    string Symbol,
    TimeSpan Duration,
    int Top,
    int FrequencyMs,
    bool Json,
    bool Orleans,
    string CommandEndpoint,
    string UpdateEndpoint);
