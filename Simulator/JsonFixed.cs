using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator;

/// <summary>Writes <see cref="Fixed8"/> numbers as the JSON strings that the venues send.</summary>
internal static class JsonFixed
{
    public static void WriteFixed(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value, int decimals)
    {
        writer.WritePropertyName(name);
        writer.WriteFixedValue(value, decimals);
    }

    public static void WriteFixedValue(this Utf8JsonWriter writer, long value, int decimals)
    {
        Span<byte> text = stackalloc byte[40];
        writer.WriteStringValue(text[..Fixed8.Format(value, decimals, text)]);
    }

    /// <summary>One level, [price, quantity].</summary>
    public static void WriteLevel(this Utf8JsonWriter writer, long price, int priceDigits, long quantity, int quantityDigits)
    {
        writer.WriteStartArray();
        writer.WriteFixedValue(price, priceDigits);
        writer.WriteFixedValue(quantity, quantityDigits);
        writer.WriteEndArray();
    }
}
