using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Exchange.Simulator.Deribit.Api;

/// <summary>A request's named parameters, from JSON or from a query: scalars as their text, lists and objects as JSON.</summary>
internal sealed class RpcParams
{
    private static readonly HashSet<string> _secrets =
        new(StringComparer.Ordinal) { "client_secret", "signature", "access_token", "refresh_token", "nonce" };

    private readonly Dictionary<string, (string Text, JsonValueKind Kind)> _members = new(StringComparer.Ordinal);

    /// <exception cref="DeribitException">The parameters are no object.</exception>
    public static RpcParams OfJson(JsonElement given)
    {
        var read = new RpcParams();
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return read;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            throw DeribitException.Of(-32000);
        }

        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                read._members[member.Name] =
                    (member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText(), member.Value.ValueKind);
            }
        }

        return read;
    }

    /// <summary>Texts of a query may stand for anything.</summary>
    public static RpcParams OfQuery(IQueryCollection query)
    {
        var read = new RpcParams();
        foreach (var (name, value) in query)
        {
            read._members[name] = (value.ToString(), JsonValueKind.Undefined);
        }

        return read;
    }

    public static RpcParams Of(IReadOnlyDictionary<string, string> members)
    {
        var read = new RpcParams();
        foreach (var (name, value) in members)
        {
            read._members[name] = (value, JsonValueKind.Undefined);
        }

        return read;
    }

    public string? Text(string name) => _members.TryGetValue(name, out var member) && member.Text.Length > 0 ? member.Text : null;

    public string Required(string name) => Text(name) ?? throw DeribitException.Parameters(name, "value required");

    public decimal? Number(string name) => Text(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw DeribitException.Parameters(name, "value must be a number");

    public long? Whole(string name) => Number(name) is not { } number ? null
        : decimal.Truncate(number) == number ? (long)number
        : throw DeribitException.Parameters(name, "value must be an integer");

    /// <summary>How many rows are wanted, between 1 and 1000.</summary>
    public int Count(int usual) => Whole("count") is not { } count ? usual
        : count is >= 1 and <= 1000 ? (int)count
        : throw DeribitException.Parameters("count", "value must be between 1 and 1000");

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw DeribitException.Parameters(name, "value must be a boolean"),
    };

    /// <summary>One of these words; <paramref name="usual"/> when it is not there.</summary>
    public string Word(string name, string usual, params ReadOnlySpan<string> legal)
    {
        var word = Text(name) ?? usual;
        return legal.Contains(word) ? word : throw DeribitException.Parameters(name, $"value must be one of {string.Join(", ", legal)}");
    }

    public IReadOnlyList<string> List(string name)
    {
        if (!_members.TryGetValue(name, out var member))
        {
            throw DeribitException.Parameters(name, "value required");
        }

        if (member.Kind is not (JsonValueKind.Array or JsonValueKind.Undefined) || !member.Text.StartsWith('['))
        {
            throw DeribitException.Parameters(name, "value must be a list");
        }

        try
        {
            return JsonSerializer.Deserialize<List<string>>(member.Text) ?? [];
        }
        catch (JsonException)
        {
            throw DeribitException.Parameters(name, "value must be a list");
        }
    }

    public Dictionary<string, string> WithoutSecrets() => _members.Where(member => !_secrets.Contains(member.Key))
        .ToDictionary(member => member.Key, member => member.Value.Text, StringComparer.Ordinal);
}
