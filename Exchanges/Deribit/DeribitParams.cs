using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// The parameters of one request, written as they are added: as members of a JSON object, or as a query. Optional ones that are not
/// wanted are left out, never sent as null (venue sheet, section 1).
/// </summary>
internal sealed class DeribitParams(bool asQuery = false)
{
    private readonly ArrayBufferWriter<byte> _text = new(256);

    /// <summary>What was written: the members without braces, or the query without its question mark.</summary>
    public ReadOnlySpan<byte> Written => _text.WrittenSpan;

    /// <summary>Adds a text.</summary>
    public DeribitParams Add(string name, string value)
    {
        Name(name);
        Span<byte> small = stackalloc byte[256];
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = length <= small.Length ? small : new byte[length];
        bytes = bytes[..Encoding.UTF8.GetBytes(value, bytes)];
        if (asQuery)
            _text.WriteEscaped(bytes);
        else
            _text.WriteJsonText(bytes);
        return this;
    }

    /// <summary>Adds a decimal: a JSON number without exponent and without zeros at its end.</summary>
    public DeribitParams Add(string name, decimal value)
    {
        Name(name);

        // Dividing by a one with many zeros takes off those at the end.
        (value / 1.0000000000000000000000000000m).TryFormat(_text.GetSpan(40), out var written, default, CultureInfo.InvariantCulture);
        _text.Advance(written);
        return this;
    }

    /// <summary>Adds an integer.</summary>
    public DeribitParams Add(string name, long value)
    {
        Name(name);
        value.TryFormat(_text.GetSpan(24), out var written, default, CultureInfo.InvariantCulture);
        _text.Advance(written);
        return this;
    }

    /// <summary>Adds true or false.</summary>
    public DeribitParams Add(string name, bool value)
    {
        Name(name);
        _text.Write(value ? "true"u8 : "false"u8);
        return this;
    }

    /// <summary>Adds a list of texts (channels): always a list, even of one. Not for queries.</summary>
    public DeribitParams Add(string name, IEnumerable<string> values)
    {
        Name(name);
        _text.Write("["u8);
        var first = true;
        foreach (var value in values)
        {
            if (!first)
                _text.Write(","u8);
            first = false;
            _text.WriteJsonText(Encoding.UTF8.GetBytes(value));
        }

        _text.Write("]"u8);
        return this;
    }

    /// <summary>Forgets all parameters.</summary>
    public void Clear() => _text.ResetWrittenCount();

    /// <summary>The query as text.</summary>
    public override string ToString() => Encoding.ASCII.GetString(_text.WrittenSpan);

    private void Name(string name)
    {
        if (_text.WrittenCount > 0)
            _text.Write(asQuery ? "&"u8 : ","u8);
        if (!asQuery)
            _text.Write("\""u8);
        _text.Advance(Encoding.ASCII.GetBytes(name, _text.GetSpan(name.Length)));
        _text.Write(asQuery ? "="u8 : "\":"u8);
    }
}
