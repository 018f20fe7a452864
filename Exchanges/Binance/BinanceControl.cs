using System.Buffers;
using System.Text;
using System.Text.Json;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Control messages of the stream sockets (venue sheet, section 10.2). Ids are unsigned integers.</summary>
internal static class BinanceControl
{
    /// <summary><c>SUBSCRIBE</c>.</summary>
    public static ReadOnlyMemory<byte> Subscribe(long id, IReadOnlyCollection<string> streams) => Make("SUBSCRIBE", id, streams);

    /// <summary><c>UNSUBSCRIBE</c>.</summary>
    public static ReadOnlyMemory<byte> Unsubscribe(long id, IReadOnlyCollection<string> streams) => Make("UNSUBSCRIBE", id, streams);

    /// <summary><c>LIST_SUBSCRIPTIONS</c>.</summary>
    public static ReadOnlyMemory<byte> List(long id) => Make("LIST_SUBSCRIPTIONS", id, null);

    /// <summary>The error of a reply, or null when it is none.</summary>
    public static ExchangeError? ErrorOf(ReadOnlySpan<byte> reply)
    {
        var json = new Utf8Scanner(reply);
        long code = 0;
        string? text = null;
        var isError = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("error"u8) && json.Peek() == (byte)'{')
            {
                ok = json.TryReadRaw(out var inner);
                if (ok)
                    return ErrorOf(inner);
            }
            else if (name.SequenceEqual("code"u8))
            {
                ok = isError = json.TryReadInt64(out code);
            }
            else if (name.SequenceEqual("msg"u8))
            {
                ok = json.TryReadString(out var raw, out _);
                text = Encoding.UTF8.GetString(raw);
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        if (!ok)
            return new ExchangeError { Code = ExchangeErrorCode.UnreadableReply, Message = "Binance's reply cannot be read", Retryable = true };
        if (!isError)
            return null;
        return new ExchangeError
        {
            Code = ExchangeErrorCode.RejectedByVenue,
            Message = $"Binance: {text} ({code})",
            VenueCode = code.ToString(System.Globalization.CultureInfo.InvariantCulture),
            VenueMessage = text,
        };
    }

    /// <summary>The streams that a reply to <c>LIST_SUBSCRIPTIONS</c> names; null when it is something else.</summary>
    public static HashSet<string>? StreamsOf(byte[] reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply);
            return document.RootElement.TryGetProperty("result"u8, out var result) && result.ValueKind == JsonValueKind.Array
                ? result.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!).ToHashSet(StringComparer.Ordinal)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Make(string method, long id, IReadOnlyCollection<string>? streams)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("method", method);
            if (streams is not null)
            {
                json.WriteStartArray("params");
                foreach (var stream in streams)
                    json.WriteStringValue(stream);
                json.WriteEndArray();
            }

            json.WriteNumber("id", id);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
