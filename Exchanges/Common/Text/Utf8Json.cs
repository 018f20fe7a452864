using System.Text;
using System.Text.Json;

namespace Exchange.Exchanges.Common.Text;

/// <summary>Reads that venues make necessary: texts with escapes, numbers that may be missing.</summary>
internal static class Utf8Json
{
    /// <summary>Reads a text; null when it is <c>null</c>.</summary>
    public static bool TryReadText(ref this Utf8Scanner json, out string? value)
    {
        value = null;
        if (json.Peek() == (byte)'n')
            return json.TryReadNull();
        if (!json.TryReadString(out var raw, out var escaped))
            return false;
        if (!escaped)
        {
            value = Encoding.UTF8.GetString(raw);
            return true;
        }

        try
        {
            var quoted = new byte[raw.Length + 2];
            quoted[0] = quoted[^1] = (byte)'"';
            raw.CopyTo(quoted.AsSpan(1));
            var reader = new Utf8JsonReader(quoted);
            value = reader.Read() ? reader.GetString() : null;
            return value is not null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads a number, or a text that is one; null when it is <c>null</c> or an empty text.</summary>
    public static bool TryReadOptional(ref this Utf8Scanner json, out decimal? value)
    {
        value = null;
        if (json.Peek() == (byte)'n')
            return json.TryReadNull();
        if (json.Peek() != (byte)'"')
        {
            var ok = json.TryReadDecimal(out var plain);
            value = ok ? plain : null;
            return ok;
        }

        if (!json.TryReadString(out var raw, out _))
            return false;
        if (raw.IsEmpty)
            return true;
        if (!Utf8Numbers.TryParseDecimal(raw, out var number))
            return false;
        value = number;
        return true;
    }

    /// <summary>Reads an integer, or a text that is one; 0 when it is <c>null</c> or an empty text.</summary>
    public static bool TryReadId(ref this Utf8Scanner json, out long value)
    {
        value = 0;
        if (json.Peek() == (byte)'n')
            return json.TryReadNull();
        if (json.Peek() != (byte)'"')
            return json.TryReadInt64(out value);
        return json.TryReadString(out var raw, out _) && (raw.IsEmpty || Utf8Numbers.TryParseInt64(raw, out value));
    }

    /// <summary>Reads <c>true</c> or <c>false</c>, as a word or as a text.</summary>
    public static bool TryReadFlag(ref this Utf8Scanner json, out bool value)
    {
        value = false;
        if (json.Peek() != (byte)'"')
            return json.TryReadBoolean(out value);
        if (!json.TryReadString(out var raw, out _))
            return false;
        value = raw.SequenceEqual("true"u8);
        return value || raw.SequenceEqual("false"u8);
    }
}
