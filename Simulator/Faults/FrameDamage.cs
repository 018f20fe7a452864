using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Exchange.Simulator.Faults;

/// <summary>Frames that are not what they ought to be. Slow and plain: it runs only when a fault acts.</summary>
internal static class FrameDamage
{
    private static readonly byte[] _garbage = "<html><body>502 Bad Gateway</body></html>"u8.ToArray();

    /// <summary>In place of the frame; null when this kind does not replace it.</summary>
    public static byte[]? Replace(Fault fault, ReadOnlySpan<byte> frame) => fault.Kind switch
    {
        FaultKind.MalformedFrame => _garbage,
        FaultKind.TruncatedJson => frame[..(frame.Length / 2)].ToArray(),
        FaultKind.NullFields => Edit(frame, data => Null(data, fault.Field)),
        FaultKind.NumberAsText => Edit(frame, data => Convert(data, JsonValueKind.Number)),
        FaultKind.TextAsNumber => Edit(frame, data => Convert(data, JsonValueKind.String)),
        FaultKind.SkipSequence => Edit(frame, SkipOne),
        FaultKind.CrossedBook => Edit(frame, Cross),
        _ => null,
    };

    /// <summary>In place of a REST answer, where nothing can stand ahead of it.</summary>
    public static byte[] ReplaceReply(Fault fault, byte[] body) =>
        Replace(fault, body) ?? Insert(fault, "", combined: false) ?? (fault.Kind == FaultKind.LoseFrame ? [] : body);

    /// <summary>Ahead of the frame; null when this kind adds none.</summary>
    public static byte[]? Insert(Fault fault, string stream, bool combined) => Insert(fault, member => Event(stream, combined, member));

    /// <param name="frame">The venue's frame of an event that nobody knows, with this one member.</param>
    public static byte[]? Insert(Fault fault, Func<string, byte[]> frame) => fault.Kind switch
    {
        FaultKind.UnknownEvent => frame("\"news\":\"nobody knows this event\""),
        FaultKind.HugeFrame => frame($"\"pad\":\"{new string('x', fault.Bytes ?? (2 << 20))}\""),
        FaultKind.NestedJson => frame($"\"deep\":{Nested(fault.Depth ?? 10_000)}"),
        _ => null,
    };

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();

    private static byte[] Event(string stream, bool combined, string member)
    {
        var payload = $"{{\"e\":\"unheardOf\",{member}}}";
        return Encoding.UTF8.GetBytes(combined ? $"{{\"stream\":\"{stream}\",\"data\":{payload}}}" : payload);
    }

    private static byte[] Edit(ReadOnlySpan<byte> frame, Action<JsonObject> edit)
    {
        if (JsonNode.Parse(frame) is not JsonObject root)
        {
            return frame.ToArray();
        }

        edit(Payload(root));
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Where the event is: in Binance's combined frames, in JSON-RPC's notifications and in GRVT's feeds it is wrapped.</summary>
    private static JsonObject Payload(JsonObject root) => (root["params"]?["data"] ?? root["result"] ?? root["data"] ?? root["feed"] ?? root["f"]) switch
    {
        JsonObject data => data,
        JsonArray { Count: > 0 } rows when rows[0] is JsonObject first => first,
        _ => root,
    };

    private static void Null(JsonObject data, string? field)
    {
        foreach (var name in data.Select(member => member.Key).ToArray())
        {
            if (field is null ? name != "e" : name == field)
            {
                data[name] = null;
            }
        }
    }

    private static JsonNode? Converted(JsonNode? node, JsonValueKind from)
    {
        switch (node)
        {
            case JsonObject nested:
                Convert(nested, from);
                return nested;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    var item = array[i];
                    if (item is JsonValue)
                    {
                        array[i] = Converted(item, from);
                    }
                    else
                    {
                        Converted(item, from);
                    }
                }

                return array;
            case JsonValue value when value.GetValueKind() == from:
                var text = value.ToString();
                return from == JsonValueKind.Number ? JsonValue.Create(text)
                    : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? JsonNode.Parse(text)
                    : JsonValue.Create(text);
            default:
                return node?.DeepClone();
        }
    }

    private static void Convert(JsonObject data, JsonValueKind from)
    {
        foreach (var (name, node) in data.ToArray())
        {
            if (node is JsonValue)
            {
                data[name] = Converted(node, from);
            }
            else
            {
                Converted(node, from);
            }
        }
    }

    private static void SkipOne(JsonObject data)
    {
        foreach (var name in (ReadOnlySpan<string>)["pu", "prev_change_id"])
        {
            if (data[name] is { } previous)
            {
                data[name] = previous.GetValue<long>() + 1;
            }
        }
    }

    private static void Cross(JsonObject data)
    {
        if (data["b"] is JsonArray bids && data["a"] is JsonArray asks)
        {
            // A bid twice as high as any price of the frame, on the same grid.
            var highest = bids.Concat(asks).Select(level => decimal.Parse(level![0]!.ToString(), CultureInfo.InvariantCulture))
                .DefaultIfEmpty(1m).Max();
            var crossing = (highest * 2).ToString(CultureInfo.InvariantCulture);
            bids.Insert(0, new JsonArray(crossing, "1"));
        }
        else if (data["bids"] is JsonArray { Count: > 0 } told && data["asks"] is JsonArray others)
        {
            // Levels of two members, or of three with an action ahead.
            var level = told[0]!.AsArray().DeepClone().AsArray();
            var highest = told.Concat(others).Select(row => row!.AsArray()[^2]!.GetValue<decimal>()).Max();
            level[^2] = highest * 2;
            told.Insert(0, level);
        }
        else if (data["b"] is { } bid && data["a"] is { } ask)
        {
            (data["b"], data["a"]) = (ask.DeepClone(), bid.DeepClone());
        }
    }
}
