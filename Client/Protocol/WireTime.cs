using System.Buffers.Text;
using System.Text;

namespace Exchange.Client.Protocol;

/// <summary>Times as they stand on the wire: UTC, microseconds, <c>2026-11-22T10:00:00.123456Z</c>.</summary>
internal static class WireTime
{
    /// <summary>The length of every time.</summary>
    public const int Length = 27;

    /// <summary>Writes the time; returns its length. Needs one byte more than that for a moment.</summary>
    public static int Format(DateTimeOffset value, Span<byte> to)
    {
        // The round-trip form has seven digits of a second; microseconds are what other languages read.
        Utf8Formatter.TryFormat(value.UtcDateTime, to, out _, 'O');
        to[Length - 1] = (byte)'Z';
        return Length;
    }

    public static string ToText(DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[Length + 1];
        return Encoding.ASCII.GetString(text[..Format(value, text)]);
    }
}
