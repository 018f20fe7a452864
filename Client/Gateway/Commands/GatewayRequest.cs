using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The id of a request, as it was written: a string or a number, echoed to the letter.</summary>
/// <param name="Json">The JSON of the id; <c>null</c> when there was none that could be read.</param>
internal readonly record struct RequestId(string Json)
{
    public static RequestId None { get; } = new("null");
}

/// <summary>A request's envelope.</summary>
/// <param name="Id">The id.</param>
/// <param name="Method">The method.</param>
/// <param name="Params">The params; an empty object when there are none.</param>
/// <param name="Deadline">After this time it must not be carried out any more; null when the sender set none.</param>
internal readonly record struct GatewayRequest(RequestId Id, string Method, JsonElement Params, DateTimeOffset? Deadline)
{
    /// <summary>Ids may be this long.</summary>
    private const int MaxIdLength = 128;

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private static readonly JsonElement _noParams = JsonElement.Parse("{}");

    /// <summary>Reads an envelope.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="document">The document that the request lives in; dispose of it after the request.</param>
    /// <param name="request">The request. Its id is set as soon as it could be read, also on failure.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> frame, out JsonDocument? document, out GatewayRequest request, [NotNullWhen(false)] out ExchangeError? error)
    {
        request = new GatewayRequest(RequestId.None, "", _noParams, null);
        document = null;
        try
        {
            document = JsonDocument.Parse(frame, _options);
        }
        catch (JsonException e)
        {
            request = request with { Id = FindId(frame.Span) };
            error = Malformed($"not JSON: {e.Message}");
            return false;
        }

        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            error = Malformed($"a request is a JSON object, not {Name(root.ValueKind)}");
            return false;
        }

        error = null;
        JsonElement? version = null, id = null, method = null, parameters = null, deadline = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "v": version = member.Value; break;
                case "id": id = member.Value; break;
                case "method": method = member.Value; break;
                case "params": parameters = member.Value; break;
                case "deadline": deadline = member.Value; break;
                default: error ??= Malformed($"{Shorten(member.Name)}: no such member; a request has v, id, method, params and deadline"); break;
            }
        }

        if (id is not { } idValue)
            error = Malformed("id: missing; a JSON string or number that the reply repeats");
        else if (idValue.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            error = Malformed($"id: must be a JSON string or number, not {Name(idValue.ValueKind)}");
        else if (idValue.GetRawText() is var raw && raw.Length > MaxIdLength)
            error = Malformed($"id: at most {MaxIdLength} characters, this one has {raw.Length}");
        else
            request = request with { Id = new RequestId(raw) };

        if (error is not null)
            return false;
        if (version is not { } v)
            error = Malformed($"v: missing; the protocol's version, {ProtocolVersion.Current}");
        else if (v.ValueKind != JsonValueKind.Number || !v.TryGetInt32(out var number) || number != ProtocolVersion.Current)
            error = Malformed($"v: {Shorten(v.GetRawText())} is not spoken here; {ProtocolVersion.Current} is, as a JSON number");
        else if (method is not { } m)
            error = Malformed("method: missing");
        else if (m.ValueKind != JsonValueKind.String)
            error = Malformed($"method: must be a JSON string, not {Name(m.ValueKind)}");
        else if (parameters is { } p && p.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            error = Malformed($"params: must be a JSON object, not {Name(p.ValueKind)}");
        else if (deadline is { } d && (d.ValueKind != JsonValueKind.String || !d.TryGetDateTimeOffset(out _)))
            error = Malformed("deadline: must be a time in a JSON string, such as \"2026-11-22T10:00:00.123456Z\"");
        else
        {
            request = request with
            {
                Method = m.GetString()!,
                Params = parameters is { ValueKind: JsonValueKind.Object } given ? given : _noParams,
                Deadline = deadline?.GetDateTimeOffset(),
            };
        }

        return error is null;
    }

    /// <summary>The id of a frame that is too large or too broken to be read, if it stands near its beginning.</summary>
    public static RequestId FindId(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame[..Math.Min(frame.Length, 4096)], isFinalBlock: false, state: default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return RequestId.None;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("id"u8);
                if (!reader.Read())
                    return RequestId.None;
                if (isId && reader.TokenType is (JsonTokenType.String or JsonTokenType.Number))
                {
                    var length = (int)(reader.BytesConsumed - reader.TokenStartIndex);
                    return length <= MaxIdLength
                        ? new RequestId(System.Text.Encoding.UTF8.GetString(frame.Slice((int)reader.TokenStartIndex, length)))
                        : RequestId.None;
                }

                if (!reader.TrySkip())
                    return RequestId.None;
            }
        }
        catch (JsonException)
        {
            // Broken before the id.
        }

        return RequestId.None;
    }

    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>A piece of foreign text that is fit for a message.</summary>
    public static string Shorten(string text) => text.Length <= 64 ? text : text[..61] + "...";

    private static ExchangeError Malformed(string message) => new() { Code = ExchangeErrorCode.MalformedRequest, Message = message };
}
