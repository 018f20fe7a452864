using System.Buffers;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// The parameters of one request, and the three forms in which they travel: a query, the members of a WebSocket API request, and the
/// texts that are signed for either (venue sheet, sections 4.2 and 4.3). What is signed is byte for byte what is sent.
/// </summary>
internal sealed class BinanceParams
{
    private readonly ArrayBufferWriter<byte> _values = new(256);
    private Entry[] _entries = new Entry[16];
    private int _count;

    /// <summary>Adds a text.</summary>
    public BinanceParams Add(string name, string value)
    {
        var start = _values.WrittenCount;
        Encoding.UTF8.GetBytes(value, _values);
        return Note(name, start, isNumber: false);
    }

    /// <summary>Adds a decimal, as the venue wants it: a text without exponent and without zeros at its end.</summary>
    public BinanceParams Add(string name, decimal value)
    {
        var start = _values.WrittenCount;

        // Zeros at the end count as decimals at the venue (-1111); dividing by a one with many of them takes them off.
        (value / 1.0000000000000000000000000000m).TryFormat(_values.GetSpan(40), out var written, default, CultureInfo.InvariantCulture);
        _values.Advance(written);
        return Note(name, start, isNumber: false);
    }

    /// <summary>Adds an integer.</summary>
    public BinanceParams Add(string name, long value)
    {
        var start = _values.WrittenCount;
        value.TryFormat(_values.GetSpan(24), out var written, default, CultureInfo.InvariantCulture);
        _values.Advance(written);
        return Note(name, start, isNumber: true);
    }

    /// <summary>Forgets all parameters.</summary>
    public void Clear()
    {
        _values.ResetWrittenCount();
        _count = 0;
    }

    /// <summary>The query, names in the order in which they were added; signed, when there is a signer, with the signature last.</summary>
    public string ToQuery(BinanceSigner? signer)
    {
        var query = new ArrayBufferWriter<byte>(256 + (_values.WrittenCount * 2));
        for (var i = 0; i < _count; i++)
        {
            if (i > 0)
                query.Write("&"u8);
            WriteAscii(query, _entries[i].Name);
            query.Write("="u8);
            query.WriteEscaped(Value(_entries[i]));
        }

        if (signer is not null)
        {
            Span<byte> signature = stackalloc byte[BinanceSigner.MaxSignatureLength];
            var length = signer.Sign(query.WrittenSpan, signature);
            query.Write("&signature="u8);
            query.WriteEscaped(signature[..length]);
        }

        return Encoding.ASCII.GetString(query.WrittenSpan);
    }

    /// <summary>The text that a WebSocket API request's signature is made of: names in ordinal order, values as they are.</summary>
    public void WriteSigningText(ArrayBufferWriter<byte> text)
    {
        Span<int> order = stackalloc int[_count];
        for (var i = 0; i < _count; i++)
        {
            var at = i;
            for (; at > 0 && string.CompareOrdinal(_entries[order[at - 1]].Name, _entries[i].Name) > 0; at--)
                order[at] = order[at - 1];
            order[at] = i;
        }

        for (var i = 0; i < _count; i++)
        {
            if (i > 0)
                text.Write("&"u8);
            WriteAscii(text, _entries[order[i]].Name);
            text.Write("="u8);
            text.Write(Value(_entries[order[i]]));
        }
    }

    /// <summary>The parameters as a JSON object; signed, when there is a signer.</summary>
    /// <param name="json">Takes the object.</param>
    /// <param name="signer">Signs; null when the session is logged on, or nothing is to be signed.</param>
    /// <param name="scratch">Room for the signed text.</param>
    public void WriteJson(ArrayBufferWriter<byte> json, BinanceSigner? signer, ArrayBufferWriter<byte> scratch)
    {
        json.Write("{"u8);
        for (var i = 0; i < _count; i++)
        {
            if (i > 0)
                json.Write(","u8);
            json.Write("\""u8);
            WriteAscii(json, _entries[i].Name);
            json.Write("\":"u8);
            if (_entries[i].IsNumber)
                json.Write(Value(_entries[i]));
            else
                json.WriteJsonText(Value(_entries[i]));
        }

        if (signer is not null)
        {
            scratch.ResetWrittenCount();
            WriteSigningText(scratch);
            Span<byte> signature = stackalloc byte[BinanceSigner.MaxSignatureLength];
            var length = signer.Sign(scratch.WrittenSpan, signature);
            json.Write(",\"signature\":\""u8);
            json.Write(signature[..length]);
            json.Write("\""u8);
        }

        json.Write("}"u8);
    }

    private BinanceParams Note(string name, int start, bool isNumber)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count++] = new Entry(name, start, _values.WrittenCount - start, isNumber);
        return this;
    }

    private ReadOnlySpan<byte> Value(in Entry entry) => _values.WrittenSpan.Slice(entry.Start, entry.Length);

    private static void WriteAscii(ArrayBufferWriter<byte> to, string text) => to.Advance(Encoding.ASCII.GetBytes(text, to.GetSpan(text.Length)));

    private readonly record struct Entry(string Name, int Start, int Length, bool IsNumber);
}
