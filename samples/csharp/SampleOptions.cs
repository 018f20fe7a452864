namespace Exchange.Samples;

/// <summary>What the sample was asked for.</summary>
internal sealed record SampleOptions(
    IReadOnlyList<Market> Markets,
    TimeSpan Duration,
    int Top,
    int FrequencyMs,
    bool Json,
    bool Orleans,
    bool Trade,
    string CommandEndpoint,
    string UpdateEndpoint);

/// <summary>A symbol of an exchange.</summary>
internal sealed record Market(string Exchange, string Symbol)
{
    private static readonly Dictionary<string, string> _usual = new(StringComparer.Ordinal)
    {
        ["binance"] = "BTCUSDT",
        ["deribit"] = "BTC-PERPETUAL",
        ["grvt"] = "BTC_USDT_Perp",
    };

    /// <summary>The exchanges of a comma list, each with its symbol of the other list, or with its bitcoin perpetual.</summary>
    /// <param name="exchanges">Such as <c>binance,deribit</c>.</param>
    /// <param name="symbols">As many; null for the usual ones.</param>
    /// <param name="problem">What is wrong, when it is.</param>
    public static IReadOnlyList<Market> Read(string exchanges, string? symbols, out string? problem)
    {
        var names = exchanges.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var chosen = symbols?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        problem = names.Length == 0 ? "--exchange: names none; legal are binance, deribit, grvt, or several of them with commas"
            : chosen is not null && chosen.Length != names.Length ? $"--symbol: {chosen.Length} for {names.Length} exchanges; give one each, or leave it out"
            : chosen is null && names.FirstOrDefault(n => !_usual.ContainsKey(n)) is { } unknown ? $"--symbol: is needed for {unknown}, whose usual symbol is not known here"
            : null;
        return problem is null ? [.. names.Select((name, i) => new Market(name, chosen?[i] ?? _usual[name]))] : [];
    }
}
