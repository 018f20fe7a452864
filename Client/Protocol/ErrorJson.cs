using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>An error on the wire. Code, message, outcome, retryable and venue code are always there, the rest when known.</summary>
internal static class ErrorJson
{
    public static void Write(Utf8JsonWriter writer, ExchangeError error)
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, WireName<ExchangeErrorCode>.Utf8(error.Code));
        writer.WriteString("message"u8, error.Message);
        if (error.Outcome is { } outcome)
            writer.WriteString("outcome"u8, WireName<CommandOutcome>.Utf8(outcome));
        else
            writer.WriteNull("outcome"u8);
        writer.WriteBoolean("retryable"u8, error.Retryable);
        writer.WriteString("venue_code"u8, error.VenueCode);
        if (error.VenueMessage is not null)
            writer.WriteString("venue_message"u8, error.VenueMessage);
        if (error.Field is not null)
            writer.WriteString("field"u8, error.Field);
        if (error.RetryAt is { } retryAt)
            writer.WriteString("retry_at"u8, WireTime.ToText(retryAt));
        writer.WriteEndObject();
    }

    /// <summary>Reads the object that the reader stands on. A code of a later version reads as unspecified, named in the message.</summary>
    public static ExchangeError Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an error must be a JSON object");
        string? code = null, message = null, venueCode = null, venueMessage = null, field = null;
        CommandOutcome? outcome = null;
        var retryable = false;
        DateTimeOffset? retryAt = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            switch (name)
            {
                case "code": code = reader.GetString(); break;
                case "message": message = reader.GetString(); break;
                // An outcome that this version does not know is as good as unknown.
                case "outcome": outcome = WireName<CommandOutcome>.TryParse(reader.GetString(), out var known) ? known : CommandOutcome.Unknown; break;
                case "retryable": retryable = reader.GetBoolean(); break;
                case "venue_code": venueCode = reader.GetString(); break;
                case "venue_message": venueMessage = reader.GetString(); break;
                case "field": field = reader.GetString(); break;
                case "retry_at": retryAt = reader.GetDateTimeOffset(); break;
                default: reader.Skip(); break;
            }
        }

        var isKnown = WireName<ExchangeErrorCode>.TryParse(code, out var parsed);
        return new ExchangeError
        {
            Code = parsed,
            Message = isKnown ? message ?? "" : $"{code}: {message}",
            Outcome = outcome,
            Retryable = retryable,
            VenueCode = venueCode,
            VenueMessage = venueMessage,
            Field = field,
            RetryAt = retryAt,
        };
    }
}
