using System.Globalization;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// Decimals as the integers that are signed. The venue's own SDK cuts what does not fit; here it is refused, or the order would be signed
/// with other numbers than were asked for.
/// </summary>
internal static class GrvtUnits
{
    /// <summary>Decimals of every price, whatever the instrument.</summary>
    public const int PriceDecimals = 9;

    private const int BuilderFeeDecimals = 4;
    private const int MaxDecimals = 18;

    private static readonly decimal[] _powers = [.. Enumerable.Range(0, MaxDecimals + 1).Select(static n => decimal.Parse("1" + new string('0', n), CultureInfo.InvariantCulture))];

    /// <summary>A price by 10⁹; false when it is negative, too large or finer than that.</summary>
    public static bool TryPrice(decimal price, out ulong scaled) => TryScale(price, PriceDecimals, out scaled);

    /// <summary>A size by 10 to the power of the instrument's base decimals; false when it is negative, too large or finer than that.</summary>
    public static bool TrySize(decimal size, int baseDecimals, out ulong scaled) => TryScale(size, baseDecimals, out scaled);

    /// <summary>A builder's fee in percent by 10⁴; false when it is negative, too large or finer than that.</summary>
    public static bool TryBuilderFee(decimal percent, out uint scaled)
    {
        var fits = TryScale(percent, BuilderFeeDecimals, out var wide) && wide <= uint.MaxValue;
        scaled = fits ? (uint)wide : 0;
        return fits;
    }

    /// <summary>An <c>instrument_hash</c> or an address as bytes: hex digits after 0x, an odd count among them; null when it is neither.</summary>
    public static byte[]? TryHex(string? text, int maxLength)
    {
        if (text is null || !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || text.Length is 2 || text.Length - 2 > maxLength * 2)
            return null;
        var digits = text.Length % 2 == 0 ? text[2..] : string.Concat("0", text.AsSpan(2));
        var bytes = new byte[digits.Length / 2];
        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }

    private static bool TryScale(decimal value, int decimals, out ulong scaled)
    {
        scaled = 0;
        if (decimals is < 0 or > MaxDecimals || value < 0 || value > ulong.MaxValue / _powers[decimals])
            return false;
        var exact = value * _powers[decimals];
        if (decimal.Truncate(exact) != exact)
            return false;
        scaled = (ulong)exact;
        return true;
    }
}
