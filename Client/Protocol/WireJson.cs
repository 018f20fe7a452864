using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>
/// How the contract's records stand in JSON when speed does not matter: snake case, decimals and 64-bit ids as strings,
/// enums by their wire names, absent instead of null. Books, trades, quotes and marks have writers of their own.
/// </summary>
internal static class WireJson
{
    /// <summary>64-bit numbers that name something rather than count it; JavaScript would round them.</summary>
    private static readonly HashSet<string> _textIds = ["epoch", "last_update_id"];

    public static JsonSerializerOptions Options { get; } = CreateOptions();

    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Write<T>(ByteBuffer to, T value)
    {
        using var writer = new Utf8JsonWriter(to, WriterOptions);
        JsonSerializer.Serialize(writer, value, Options);
    }

    public static T Read<T>(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"expected {typeof(T).Name}, found null");

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameAndQuote } },
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new DecimalConverter());
        options.Converters.Add(new TimeConverter());
        options.Converters.Add(new DurationConverter());
        options.Converters.Add(new ConnectionConverter());
        options.Converters.Add(new ErrorConverter());
        options.Converters.Add(new BookConverter());
        options.Converters.Add(new UnitConverter());
        options.Converters.Add(new ResultConverter<OrderAck>());
        options.MakeReadOnly();
        return options;
    }

    private static void NameAndQuote(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType == typeof(long) && _textIds.Contains(property.Name))
                property.CustomConverter = new LongAsTextConverter();
            // The envelope of an update has an epoch already: the stream's.
            if (type.Type == typeof(ConnectionStatus) && property.Name == "epoch")
                property.Name = "connection_epoch";
            // Durations say their unit in their name.
            if (property.PropertyType == typeof(TimeSpan) || property.PropertyType == typeof(TimeSpan?))
                property.Name += "_ms";
        }
    }

    private sealed class DecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => WireDecimal.Read(ref reader);

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[WireDecimal.MaxLength];
            writer.WriteStringValue(text[..WireDecimal.Format(value, text)]);
        }
    }

    private sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[WireTime.Length + 1];
            writer.WriteStringValue(text[..WireTime.Format(value, text)]);
        }
    }

    private sealed class DurationConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromMilliseconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value.TotalMilliseconds, 3));
    }

    private sealed class ConnectionConverter : JsonConverter<ConnectionId>
    {
        public override ConnectionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ConnectionId.TryParse(reader.GetString(), out var id, out var error) ? id : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, ConnectionId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class LongAsTextConverter : JsonConverter<long>
    {
        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadId(ref reader);

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    private sealed class ErrorConverter : JsonConverter<ExchangeError>
    {
        public override ExchangeError Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ErrorJson.Read(ref reader);

        public override void Write(Utf8JsonWriter writer, ExchangeError value, JsonSerializerOptions options) => ErrorJson.Write(writer, value);
    }

    private sealed class UnitConverter : JsonConverter<Unit>
    {
        public override Unit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return default;
        }

        public override void Write(Utf8JsonWriter writer, Unit value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
    }

    private sealed class BookConverter : JsonConverter<OrderBook>
    {
        public override OrderBook Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var book = new BookFields();
            MarketJson.ReadObject(ref reader, ref book);
            return book.ToBook();
        }

        public override void Write(Utf8JsonWriter writer, OrderBook value, JsonSerializerOptions options)
        {
            var raw = new ByteBuffer(4096);
            raw.Append("{\"exchange\":"u8).AppendQuoted(value.Exchange).Append(",\"symbol\":"u8).AppendQuoted(value.Symbol);
            MarketJson.WriteBook(raw, value);
            writer.WriteRawValue(raw.AppendByte((byte)'}').Written, skipInputValidation: true);
        }
    }

    /// <summary>An entry of a batch: <c>{"result":…}</c> or <c>{"error":…}</c>, as in a reply.</summary>
    private sealed class ResultConverter<T> : JsonConverter<Result<T>>
    {
        public override Result<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Result<T>? result = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isError = reader.ValueTextEquals("error"u8);
                var isResult = reader.ValueTextEquals("result"u8);
                reader.Read();
                if (isError)
                    result = Result<T>.Failure(ErrorJson.Read(ref reader));
                else if (isResult)
                    result = Result<T>.Success(JsonSerializer.Deserialize<T>(ref reader, options)!);
                else
                    reader.Skip();
            }

            return result ?? throw new JsonException("neither result nor error");
        }

        public override void Write(Utf8JsonWriter writer, Result<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            if (value.IsSuccess)
            {
                writer.WritePropertyName("result"u8);
                JsonSerializer.Serialize(writer, value.Value, options);
            }
            else
            {
                writer.WritePropertyName("error"u8);
                ErrorJson.Write(writer, value.Error);
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>A 64-bit id, written as a string; a number is read too.</summary>
    public static long ReadId(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.GetInt64();
        return System.Buffers.Text.Utf8Parser.TryParse(reader.ValueSpan, out long value, out var used) && used == reader.ValueSpan.Length
            ? value
            : throw new JsonException("a 64-bit id must be a JSON string of digits");
    }
}
