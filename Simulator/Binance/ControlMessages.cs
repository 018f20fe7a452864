using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Exchange.Simulator.Binance;

/// <summary>SUBSCRIBE and its like (sheet, section 10.2): handles one message, and gives the answer's bytes.</summary>
internal sealed class ControlMessages(BinanceConnection connection)
{
    public byte[] Handle(ReadOnlySpan<byte> message)
    {
        JsonDocument document;
        try
        {
            var reader = new Utf8JsonReader(message);
            document = JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException broken)
        {
            return Error(3,
                $"Invalid JSON: expected value at line {broken.LineNumber + 1} column {broken.BytePositionInLine + 1}", null);
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return Error(2, "Invalid request: request must be an object", null);
            }

            if (!root.TryGetProperty("method"u8, out var method) || method.ValueKind != JsonValueKind.String)
            {
                return Error(2, $"Invalid request: missing field `method` at line 1 column {message.Length}", null);
            }

            if (!root.TryGetProperty("id"u8, out var idElement) || idElement.ValueKind != JsonValueKind.Number
                || !idElement.TryGetUInt64(out var id))
            {
                return Error(2, "Invalid request: request ID must be an unsigned integer", null);
            }

            var hasParameters = root.TryGetProperty("params"u8, out var parameters);
            return method.GetString() switch
            {
                "SUBSCRIBE" => Subscribe(parameters, id),
                "UNSUBSCRIBE" => Unsubscribe(parameters, id),
                "LIST_SUBSCRIPTIONS" => hasParameters && parameters is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
                    ? Error(2, "Invalid request: too many parameters", id)
                    : List(id),
                "SET_PROPERTY" => SetProperty(parameters, id),
                "GET_PROPERTY" => GetProperty(parameters, id),
                var unknown => Error(2,
                    $"Invalid request: unknown variant `{unknown}`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
                    + "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 1", id),
            };
        }
    }

    private static bool TryStreams(JsonElement parameters, out List<string> streams)
    {
        streams = [];
        if (parameters.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (var item in parameters.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            streams.Add(item.GetString()!);
        }

        return streams.Count > 0;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Error(int code, string text, ulong? id) => Write(writer =>
    {
        writer.WriteNumber("code"u8, code);
        writer.WriteString("msg"u8, text);
        if (id is { } known)
        {
            writer.WriteNumber("id"u8, known);
        }
    });

    private static byte[] Done(ulong id) => Encoding.ASCII.GetBytes($"{{\"result\":null,\"id\":{id}}}");

    private byte[] Subscribe(JsonElement parameters, ulong id)
    {
        if (!TryStreams(parameters, out var streams))
        {
            return Error(2, "Invalid request: params must be a list of stream names", id);
        }

        if (connection.Subscriptions.Union(streams).Count() > BinanceConnection.MaximumStreams)
        {
            // Seen from the venue by clients; nothing of the request is done.
            return Encoding.ASCII.GetBytes($"{{\"error\":{{\"code\":4,\"msg\":\"Too many subscriptions\"}},\"id\":{id}}}");
        }

        streams.ForEach(connection.Subscribe);
        return Done(id);
    }

    private byte[] Unsubscribe(JsonElement parameters, ulong id)
    {
        if (!TryStreams(parameters, out var streams))
        {
            return Error(2, "Invalid request: params must be a list of stream names", id);
        }

        streams.ForEach(connection.Unsubscribe);
        return Done(id);
    }

    private byte[] List(ulong id) => Write(writer =>
    {
        writer.WriteStartArray("result"u8);
        foreach (var stream in connection.Subscriptions)
        {
            writer.WriteStringValue(stream);
        }

        writer.WriteEndArray();
        writer.WriteNumber("id"u8, id);
    });

    private byte[] SetProperty(JsonElement parameters, ulong id)
    {
        if (PropertyError(parameters, 2, id) is { } error)
        {
            return error;
        }

        if (parameters[1].ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return Error(1, "Invalid value type: expected Boolean", id);
        }

        connection.Combined = parameters[1].GetBoolean();
        return Done(id);
    }

    private byte[] GetProperty(JsonElement parameters, ulong id) =>
        PropertyError(parameters, 1, id)
        ?? Encoding.ASCII.GetBytes($"{{\"result\":{(connection.Combined ? "true" : "false")},\"id\":{id}}}");

    private static byte[]? PropertyError(JsonElement parameters, int count, ulong id)
    {
        if (parameters.ValueKind != JsonValueKind.Array || parameters.GetArrayLength() == 0
            || parameters[0].ValueKind != JsonValueKind.String)
        {
            return Error(2, "Invalid request: property name must be a string", id);
        }

        if (parameters[0].GetString() != "combined")
        {
            return Error(0, "Unknown property", id);
        }

        return parameters.GetArrayLength() == count ? null
            : parameters.GetArrayLength() > count ? Error(2, "Invalid request: too many parameters", id)
            : Error(1, "Invalid value type: expected Boolean", id);
    }
}
