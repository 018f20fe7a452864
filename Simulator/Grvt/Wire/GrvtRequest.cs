using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Exchange.Simulator.Grvt.Wire;

/// <summary>A JSON object from a client under full names, read member by member; what cannot be read is malformed (1003).</summary>
internal sealed class GrvtRequest(JsonObject members)
{
    public JsonObject Members => members;

    /// <summary>Reads a body in either encoding.</summary>
    /// <exception cref="GrvtErrorException">1003: it is no JSON object.</exception>
    public static GrvtRequest Parse(ReadOnlySpan<byte> body, bool lite, string shape)
    {
        JsonNode? node;
        try
        {
            node = body.IsEmpty ? new JsonObject() : JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            throw new GrvtErrorException(1003);
        }

        return Of(node, lite, shape);
    }

    public static GrvtRequest Of(JsonNode? node, bool lite, string shape) => node is JsonObject members
        ? new GrvtRequest(lite ? Full(members, GrvtShape.Of(shape)) : members)
        : throw new GrvtErrorException(1003);

    public bool Has(string name) => members[name] is not null;

    public string? Text(string name) => members[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() is JsonValueKind.String => value.GetValue<string>(),
        JsonValue value when value.GetValueKind() is JsonValueKind.Number => value.ToJsonString(),
        _ => throw new GrvtErrorException(1003),
    };

    public bool Flag(string name) => members[name] switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True => true,
        JsonValue value when value.GetValueKind() is JsonValueKind.False => false,
        _ => throw new GrvtErrorException(1003),
    };

    public ulong? Unsigned(string name) => Text(name) is not { Length: > 0 } text ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new GrvtErrorException(1003);

    public long? Signed(string name) => Text(name) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new GrvtErrorException(1003);

    /// <summary>A plain decimal: an exponent is none.</summary>
    public decimal? Decimal(string name) => Text(name) is not { Length: > 0 } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number
        : throw new GrvtErrorException(1003);

    public IReadOnlyList<string>? Texts(string name) => members[name] switch
    {
        null => null,
        JsonArray array => [.. array.Select(item => item is JsonValue value ? value.ToString() : throw new GrvtErrorException(1003))],
        _ => throw new GrvtErrorException(1003),
    };

    public GrvtRequest? Inside(string name) => members[name] switch
    {
        null => null,
        JsonObject inside => new GrvtRequest(inside),
        _ => throw new GrvtErrorException(1003),
    };

    public IReadOnlyList<GrvtRequest>? Many(string name) => members[name] switch
    {
        null => null,
        JsonArray array => [.. array.Select(item => item is JsonObject inside ? new GrvtRequest(inside) : throw new GrvtErrorException(1003))],
        _ => throw new GrvtErrorException(1003),
    };

    private static JsonObject Full(JsonObject lite, GrvtShape shape)
    {
        var full = new JsonObject();
        foreach (var (name, value) in lite)
        {
            var known = shape.Full(name);
            full[known] = value switch
            {
                JsonObject inside => Full(inside, shape.Inside(known)),
                JsonArray array => new JsonArray([.. array.Select(item => item is JsonObject inside ? Full(inside, shape.Inside(known)) : item?.DeepClone())]),
                _ => value?.DeepClone(),
            };
        }

        return full;
    }
}
