using System.Runtime.CompilerServices;

namespace Exchange.Exchanges.Common.Text;

/// <summary>
/// Numbers straight from UTF-8, without a string in between. The form is JSON's (an optional minus, digits, an optional
/// fraction, an optional exponent), independent of culture; leading zeros are let through, since venues send numbers as
/// text. What does not fit exactly is refused, never rounded.
/// </summary>
public static class Utf8Numbers
{
    private const int MaxScale = 28;
    private const long MinUnixMs = -62_135_596_800_000;
    private const long MaxUnixMs = 253_402_300_799_999;

    private static readonly UInt128 _maxMantissa = new(0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF);

    /// <summary>Reads the whole of <paramref name="text"/> as a decimal; trailing zeros are kept, as the venue wrote them.</summary>
    /// <returns>False when the text is not a number, or one that a decimal does not hold exactly.</returns>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, out decimal value) =>
        TryReadDecimal(text, out value, out var consumed) && consumed == text.Length;

    /// <summary>Reads the number at the start of <paramref name="text"/>, up to the first byte that cannot belong to it.</summary>
    public static bool TryReadDecimal(ReadOnlySpan<byte> text, out decimal value, out int consumed)
    {
        // Up to 19 digits fit an unsigned long: every price and quantity that a venue sends in practice.
        ulong mantissa = 0;
        var i = 0;
        var negative = false;
        if (text.Length > 0 && text[0] == (byte)'-')
        {
            negative = true;
            i = 1;
        }

        var start = i;
        uint digit;
        while ((uint)i < (uint)text.Length && (digit = (uint)(text[i] - '0')) <= 9)
        {
            mantissa = (mantissa * 10) + digit;
            i++;
        }

        var digits = i - start;
        var scale = 0;
        if (digits > 0 && (uint)i < (uint)text.Length && text[i] == (byte)'.')
        {
            var point = ++i;
            while ((uint)i < (uint)text.Length && (digit = (uint)(text[i] - '0')) <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                i++;
            }

            scale = i - point;
            if (scale == 0)
                digits = 0;
            else
                digits += scale;
        }

        consumed = i;
        if (digits == 0)
        {
            value = 0;
            return false;
        }

        var plain = i >= text.Length || (text[i] | 0x20) != (byte)'e';
        if (plain && digits <= 19)
        {
            value = new decimal((int)mantissa, (int)(mantissa >> 32), 0, negative && mantissa != 0, (byte)scale);
            return true;
        }

        return TryReadLong(text, start, negative, out value, out consumed);
    }

    /// <summary>Reads the whole of <paramref name="text"/> as a signed integer.</summary>
    public static bool TryParseInt64(ReadOnlySpan<byte> text, out long value) =>
        TryReadInt64(text, out value, out var consumed) && consumed == text.Length;

    /// <summary>Reads the integer at the start of <paramref name="text"/>, up to the first byte that is no digit.</summary>
    public static bool TryReadInt64(ReadOnlySpan<byte> text, out long value, out int consumed)
    {
        var i = 0;
        var negative = false;
        if (text.Length > 0 && text[0] == (byte)'-')
        {
            negative = true;
            i = 1;
        }

        ulong number = 0;
        var start = i;
        var overflow = false;
        uint digit;
        while ((uint)i < (uint)text.Length && (digit = (uint)(text[i] - '0')) <= 9)
        {
            overflow |= number > 922_337_203_685_477_580;
            number = (number * 10) + digit;
            i++;
        }

        consumed = i;
        var limit = negative ? 9_223_372_036_854_775_808UL : long.MaxValue;
        if (i == start || overflow || number > limit)
        {
            value = 0;
            return false;
        }

        value = negative ? (long)(0 - number) : (long)number;
        return true;
    }

    /// <summary>The time that is <paramref name="unixMs"/> milliseconds after 1970, UTC.</summary>
    /// <returns>False when it is outside the years 1 to 9999.</returns>
    public static bool TryToTime(long unixMs, out DateTimeOffset time)
    {
        if (unixMs is < MinUnixMs or > MaxUnixMs)
        {
            time = default;
            return false;
        }

        time = new DateTimeOffset(DateTime.UnixEpoch.Ticks + (unixMs * TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        return true;
    }

    /// <summary>More than 19 digits, or an exponent: the same in 128 bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadLong(ReadOnlySpan<byte> text, int start, bool negative, out decimal value, out int consumed)
    {
        value = 0;
        UInt128 mantissa = 0;
        var scale = 0;
        var inFraction = false;
        var fits = true;
        var i = start;
        for (; i < text.Length; i++)
        {
            if (text[i] == (byte)'.' && !inFraction)
            {
                inFraction = true;
                continue;
            }

            var digit = (uint)(text[i] - '0');
            if (digit > 9)
                break;
            if (fits)
            {
                mantissa = (mantissa * 10) + digit;
                fits = mantissa <= _maxMantissa;
            }

            if (inFraction)
                scale++;
        }

        consumed = i;
        if (!fits)
            return false;
        if (i < text.Length && (text[i] | 0x20) == (byte)'e')
        {
            if (!TryReadExponent(text[(i + 1)..], out var exponent, out var length))
                return false;
            consumed = i + 1 + length;
            scale -= exponent;
        }

        return TryScale(ref mantissa, ref scale) && Compose(mantissa, negative, scale, out value);
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out int exponent, out int length)
    {
        var sign = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? 1 : 0;
        length = sign;
        exponent = 0;
        while (length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9')
        {
            if (exponent < 10_000)
                exponent = (exponent * 10) + text[length] - '0';
            length++;
        }

        if (sign == 1 && text[0] == (byte)'-')
            exponent = -exponent;
        return length > sign;
    }

    /// <summary>Brings the scale into 0 to 28 where that changes no digit.</summary>
    private static bool TryScale(ref UInt128 mantissa, ref int scale)
    {
        if (mantissa == 0)
        {
            scale = Math.Clamp(scale, 0, MaxScale);
            return true;
        }

        while (scale < 0)
        {
            mantissa *= 10;
            scale++;
            if (mantissa > _maxMantissa)
                return false;
        }

        while (scale > MaxScale)
        {
            var (quotient, remainder) = UInt128.DivRem(mantissa, 10);
            if (remainder != 0)
                return false;
            mantissa = quotient;
            scale--;
        }

        return true;
    }

    private static bool Compose(UInt128 mantissa, bool negative, int scale, out decimal value)
    {
        var low = (ulong)(mantissa & ulong.MaxValue);
        value = new decimal((int)low, (int)(low >> 32), (int)(uint)(mantissa >> 64), negative && mantissa != 0, (byte)scale);
        return true;
    }
}
