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
    bool Trade,
    string CommandEndpoint,
    string UpdateEndpoint);
