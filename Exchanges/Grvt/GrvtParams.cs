using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// One JSON object of a request, written as it is added, in the encoding of the connection. Money, sizes, ids and times are texts; what is
/// not wanted is left out (venue sheet, section 2).
/// </summary>
internal sealed class GrvtParams
{
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly bool _lite;
    private bool _first = true;

    /// <summary>Begins the object.</summary>
    /// <param name="lite">Whether names are initials.</param>
    public GrvtParams(bool lite)
    {
        _lite = lite;
        _text.Write("{"u8);
    }

    /// <summary>Whether names are initials.</summary>
    public bool IsLite => _lite;

    /// <summary>Adds a text.</summary>
    public GrvtParams Add(GrvtName name, string value)
    {
        Name(name);
        return Text(value);
    }

    /// <summary>Adds an unsigned number as a text.</summary>
    public GrvtParams Add(GrvtName name, ulong value)
    {
        Name(name);
        var span = _text.GetSpan(24);
        span[0] = (byte)'"';
        value.TryFormat(span[1..], out var written, default, CultureInfo.InvariantCulture);
        span[written + 1] = (byte)'"';
        _text.Advance(written + 2);
        return this;
    }

    /// <summary>Adds a decimal as a text, without exponent and without zeros at its end.</summary>
    public GrvtParams Add(GrvtName name, decimal value)
    {
        Name(name);
        var span = _text.GetSpan(48);
        span[0] = (byte)'"';

        // Dividing by a one with many zeros takes off those at the end.
        (value / 1.0000000000000000000000000000m).TryFormat(span[1..], out var written, default, CultureInfo.InvariantCulture);
        span[written + 1] = (byte)'"';
        _text.Advance(written + 2);
        return this;
    }

    /// <summary>Adds true or false.</summary>
    public GrvtParams Add(GrvtName name, bool value)
    {
        Name(name);
        _text.Write(value ? "true"u8 : "false"u8);
        return this;
    }

    /// <summary>Adds a real number.</summary>
    public GrvtParams AddNumber(GrvtName name, long value)
    {
        Name(name);
        value.TryFormat(_text.GetSpan(24), out var written, default, CultureInfo.InvariantCulture);
        _text.Advance(written);
        return this;
    }

    /// <summary>Adds a time: unix nanoseconds as a text.</summary>
    public GrvtParams Add(GrvtName name, DateTimeOffset value) => Add(name, (ulong)GrvtWords.Nanoseconds(value));

    /// <summary>Adds a list of texts.</summary>
    public GrvtParams Add(GrvtName name, IEnumerable<string> values)
    {
        BeginList(name);
        foreach (var value in values)
        {
            Separate();
            Text(value);
        }

        return EndList();
    }

    /// <summary>Begins an object inside.</summary>
    public GrvtParams Begin(GrvtName name)
    {
        Name(name);
        return Open("{"u8);
    }

    /// <summary>Begins an object that is an element of a list.</summary>
    public GrvtParams BeginElement()
    {
        Separate();
        return Open("{"u8);
    }

    /// <summary>Ends the object begun last.</summary>
    public GrvtParams End() => Close("}"u8);

    /// <summary>Begins a list.</summary>
    public GrvtParams BeginList(GrvtName name)
    {
        Name(name);
        return Open("["u8);
    }

    /// <summary>Ends the list begun last.</summary>
    public GrvtParams EndList() => Close("]"u8);

    /// <summary>Ends the whole, once, and gives it.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        _text.Write("}"u8);
        return _text.WrittenMemory;
    }

    private GrvtParams Open(ReadOnlySpan<byte> bracket)
    {
        _text.Write(bracket);
        _first = true;
        return this;
    }

    private GrvtParams Close(ReadOnlySpan<byte> bracket)
    {
        _text.Write(bracket);
        _first = false;
        return this;
    }

    private GrvtParams Text(string value)
    {
        Span<byte> small = stackalloc byte[256];
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = length <= small.Length ? small : new byte[length];
        _text.WriteJsonText(bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
        return this;
    }

    private void Separate()
    {
        if (!_first)
            _text.Write(","u8);
        _first = false;
    }

    private void Name(GrvtName name)
    {
        Separate();
        _text.Write("\""u8);
        _text.Write(name.In(_lite));
        _text.Write("\":"u8);
    }
}
