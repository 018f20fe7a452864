using System.Buffers.Text;
using System.Text.Json;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit;

/// <summary>Numbers as the venue writes them: <c>12.0</c>, <c>0.0005</c>, and now and then <c>5.0e-8</c> or <c>3.0e5</c>.</summary>
internal static class DeribitNumbers
{
    private const int MostPlainZeros = 4;

    public static void WriteAmount(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal value)
    {
        writer.WritePropertyName(name);
        writer.WriteAmountValue(value);
    }

    public static void WriteAmount(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal? value)
    {
        writer.WritePropertyName(name);
        if (value is { } known)
        {
            writer.WriteAmountValue(known);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    public static void WriteAmount(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long fixed8) => writer.WriteAmount(name, Fixed8.ToDecimal(fixed8));

    public static void WriteAmountValue(this Utf8JsonWriter writer, decimal value)
    {
        Span<byte> text = stackalloc byte[64];
        writer.WriteRawValue(text[..Format(value, text)], skipInputValidation: true);
    }

    /// <summary>Writes the number; returns its length.</summary>
    public static int Format(decimal value, Span<byte> text)
    {
        if (value == 0)
        {
            "0.0"u8.CopyTo(text);
            return 3;
        }

        var length = 0;
        if (value < 0)
        {
            text[length++] = (byte)'-';
            value = -value;
        }

        // The digits without zeros at their ends, and the power of ten of the first.
        Span<byte> digits = stackalloc byte[40];
        Utf8Formatter.TryFormat(value, digits, out var written);
        var point = digits[..written].IndexOf((byte)'.');
        var whole = point < 0 ? written : point;
        if (point >= 0)
        {
            digits[(point + 1)..written].CopyTo(digits[point..]);
            written--;
        }

        var first = 0;
        while (digits[first] == (byte)'0')
        {
            first++;
        }

        while (digits[written - 1] == (byte)'0')
        {
            written--;
        }

        var mantissa = digits[first..written];
        var exponent = whole - first - 1;
        return length + (exponent < -4 || exponent - mantissa.Length >= MostPlainZeros
            ? Scientific(mantissa, exponent, text[length..])
            : Plain(mantissa, exponent, text[length..]));
    }

    private static int Scientific(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> text)
    {
        var length = 0;
        text[length++] = mantissa[0];
        text[length++] = (byte)'.';
        if (mantissa.Length == 1)
        {
            text[length++] = (byte)'0';
        }

        mantissa[1..].CopyTo(text[length..]);
        length += mantissa.Length - 1;
        text[length++] = (byte)'e';
        Utf8Formatter.TryFormat(exponent, text[length..], out var written);
        return length + written;
    }

    private static int Plain(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> text)
    {
        var length = 0;
        for (var power = Math.Max(exponent, 0); power >= Math.Min(exponent - mantissa.Length + 1, -1); power--)
        {
            if (power == -1)
            {
                text[length++] = (byte)'.';
            }

            var at = exponent - power;
            text[length++] = at >= 0 && at < mantissa.Length ? mantissa[at] : (byte)'0';
        }

        return length;
    }
}
