using System.Buffers;

namespace Exchange.Exchanges.Common.Text;

/// <summary>Writes texts into requests: as part of a query, as a JSON string.</summary>
internal static class Utf8Output
{
    /// <summary>Percent-encoding of all but the unreserved characters (RFC 3986).</summary>
    public static void WriteEscaped(this ArrayBufferWriter<byte> to, ReadOnlySpan<byte> value)
    {
        var span = to.GetSpan(Math.Max(1, value.Length * 3));
        var at = 0;
        foreach (var b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                span[at++] = b;
                continue;
            }

            span[at++] = (byte)'%';
            span[at++] = Hex(b >> 4);
            span[at++] = Hex(b & 15);
        }

        to.Advance(at);
    }

    /// <summary>A JSON string of raw UTF-8; only what JSON forbids is escaped.</summary>
    public static void WriteJsonText(this ArrayBufferWriter<byte> to, ReadOnlySpan<byte> value)
    {
        var span = to.GetSpan((value.Length * 6) + 2);
        var at = 0;
        span[at++] = (byte)'"';
        foreach (var b in value)
        {
            if (b is (byte)'"' or (byte)'\\')
            {
                span[at++] = (byte)'\\';
                span[at++] = b;
            }
            else if (b < 0x20)
            {
                "\\u00"u8.CopyTo(span[at..]);
                span[at + 4] = Hex(b >> 4);
                span[at + 5] = Hex(b & 15);
                at += 6;
            }
            else
            {
                span[at++] = b;
            }
        }

        span[at++] = (byte)'"';
        to.Advance(at);
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
