using System.Globalization;
using System.Text.Json;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>How the venue writes decimals: as JSON strings, never with an exponent.</summary>
internal static class Decimals
{
    /// <summary>With exactly so many decimals; what is beyond them is cut off.</summary>
    public static string Fixed(decimal value, int digits)
    {
        var scale = 1m;
        for (var i = 0; i < digits; i++)
        {
            scale *= 10;
        }

        return (decimal.Truncate(value * scale) / scale).ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>With as few decimals as it needs, eight at most.</summary>
    public static string Plain(decimal value) => Math.Round(value, 8).ToString("0.########", CultureInfo.InvariantCulture);

    /// <summary>With as many decimals as it needs (eight at most), but no fewer than told: an average price.</summary>
    public static string AtLeast(decimal value, int digits)
    {
        var rounded = Math.Round(value, 8);
        return rounded.ToString("0." + new string('0', digits) + new string('#', 8 - digits), CultureInfo.InvariantCulture);
    }

    public static void WriteFixed(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal value, int digits) =>
        writer.WriteString(name, Fixed(value, digits));

    public static void WritePlain(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal value) =>
        writer.WriteString(name, Plain(value));

    /// <summary>Decimals of the text: what precision rules count.</summary>
    public static int DigitsOf(decimal value) => (value / 1.0000000000000000000000000000m).Scale;
}
