using System.Globalization;
using System.Text.Json;

namespace Exchange.Simulator.Binance.Api;

/// <summary>
/// The parameters of a request as text, by whatever channel they came, refused as the venue refuses them: empty or
/// malformed is -1102, like absent.
/// </summary>
internal sealed class Parameters
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Null when absent.</summary>
    public string? this[string name] => !_values.TryGetValue(name, out var value) ? null
        : value.Length > 0 ? value : throw BinanceErrorException.Missing(name);

    /// <summary>Query string and form body; on a clash the query wins (sheet, section 4.2).</summary>
    public static Parameters OfForm(string query, string body)
    {
        var parameters = new Parameters();
        foreach (var part in (ReadOnlySpan<string>)[query, body])
        {
            foreach (var pair in part.Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
                parameters._values.TryAdd(Decode(name), Decode(value));
            }
        }

        return parameters;
    }

    /// <summary>Members of a JSON object; numbers and booleans as they were written.</summary>
    public static Parameters OfJson(JsonElement members)
    {
        var parameters = new Parameters();
        if (members.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in members.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.Null)
                {
                    parameters._values[member.Name] = member.Value.ValueKind == JsonValueKind.String
                        ? member.Value.GetString()!
                        : member.Value.GetRawText();
                }
            }
        }

        return parameters;
    }

    public static Parameters Of(IEnumerable<KeyValuePair<string, string>> values)
    {
        var parameters = new Parameters();
        foreach (var (name, value) in values)
        {
            parameters._values[name] = value;
        }

        return parameters;
    }

    /// <summary>What is signed on the WebSocket API: all but the signature, by name, raw text (sheet, section 4.3).</summary>
    public string Sorted() => string.Join('&', _values.Where(pair => pair.Key != "signature")
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>As they would be given to somebody else: for a record that holds no signature.</summary>
    public IReadOnlyDictionary<string, string> WithoutSecrets() => _values.Where(pair => pair.Key is not ("signature" or "apiKey"))
        .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Whatever was sent, without a judgement.</summary>
    public string? Peek(string name) => _values.GetValueOrDefault(name);

    public bool Has(string name) => _values.ContainsKey(name);

    public string Required(string name) => this[name] ?? throw BinanceErrorException.Missing(name);

    public long? Long(string name) => this[name] is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw BinanceErrorException.Missing(name);

    public long RequiredLong(string name) => Long(name) ?? throw BinanceErrorException.Missing(name);

    /// <summary>No exponent, no blanks.</summary>
    public decimal? Decimal(string name) => this[name] is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw BinanceErrorException.Missing(name);

    public decimal RequiredDecimal(string name) => Decimal(name) ?? throw BinanceErrorException.Missing(name);

    public bool? Bool(string name) => this[name]?.ToUpperInvariant() switch
    {
        null => null,
        "TRUE" => true,
        "FALSE" => false,
        _ => throw BinanceErrorException.InvalidValue(name),
    };

    public int Limit(int normal, int maximum) => Long("limit") switch
    {
        null => normal,
        var limit when limit >= 1 && limit <= maximum => (int)limit,
        _ => throw BinanceErrorException.InvalidValue("limit"),
    };

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
