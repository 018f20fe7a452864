using System.Runtime.CompilerServices;

namespace Exchange.Exchanges.Common.Text;

/// <summary>
/// A forward-only reader of one JSON message, for messages that are too many for a document or a string each. Every
/// method answers false on input that is not what was asked for, and nothing throws: a caller that gets false treats the
/// whole message as unreadable.
/// </summary>
/// <remarks>
/// The pattern is <c>TryEnterObject</c>, then <c>NextProperty</c> until it is false, reading or skipping one value each
/// time, then <see cref="Ok"/>. Nesting beyond 64 is refused. Names and strings are the raw bytes between the quotes.
/// </remarks>
public ref struct Utf8Scanner
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _json;
    private int _position;
    private bool _first;

    /// <summary>Starts at the beginning of <paramref name="json"/>.</summary>
    public Utf8Scanner(ReadOnlySpan<byte> json)
    {
        _json = json;
        Ok = true;
    }

    /// <summary>False once anything was not as expected.</summary>
    public bool Ok { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>True when nothing but white space is left, and all before it was well formed.</summary>
    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return Ok && _position == _json.Length;
        }
    }

    /// <summary>The kind of the next value by its first byte; 0 at the end.</summary>
    public byte Peek()
    {
        SkipSpace();
        return _position < _json.Length ? _json[_position] : (byte)0;
    }

    /// <summary>Steps into an object.</summary>
    public bool TryEnterObject() => TryEnter((byte)'{');

    /// <summary>Steps into an array.</summary>
    public bool TryEnterArray() => TryEnter((byte)'[');

    /// <summary>The next property's name; false at the end of the object, or when the message is malformed (see <see cref="Ok"/>).</summary>
    public bool NextProperty(out ReadOnlySpan<byte> name)
    {
        if (Next((byte)'}') && TryReadString(out name, out _) && TryTake((byte)':'))
            return true;
        name = default;
        return false;
    }

    /// <summary>Moves to the next element; false at the end of the array, or when the message is malformed (see <see cref="Ok"/>).</summary>
    public bool NextElement() => Next((byte)']');

    /// <summary>Reads a string's raw bytes.</summary>
    /// <param name="raw">What stands between the quotes.</param>
    /// <param name="escaped">True when it holds escapes, which are left as they are.</param>
    public bool TryReadString(out ReadOnlySpan<byte> raw, out bool escaped)
    {
        raw = default;
        escaped = false;
        if (!TryTake((byte)'"'))
            return false;
        var start = _position;
        while (true)
        {
            var rest = _json[_position..];
            var at = rest.IndexOfAny((byte)'"', (byte)'\\');
            if (at < 0)
                return Fail();
            _position += at + 1;
            if (rest[at] == (byte)'"')
            {
                raw = _json[start..(_position - 1)];
                return true;
            }

            escaped = true;
            if (_position++ >= _json.Length)
                return Fail();
        }
    }

    /// <summary>Reads a number, or a text that is one.</summary>
    public bool TryReadDecimal(out decimal value)
    {
        SkipSpace();
        var quoted = TryTakeQuote();
        if (!Utf8Numbers.TryReadDecimal(_json[_position..], out value, out var consumed))
            return Fail();
        _position += consumed;
        return !quoted || TryTakeQuote() || Fail();
    }

    /// <summary>Reads an integer, or a text that is one.</summary>
    public bool TryReadInt64(out long value)
    {
        SkipSpace();
        var quoted = TryTakeQuote();
        if (!Utf8Numbers.TryReadInt64(_json[_position..], out value, out var consumed))
            return Fail();
        _position += consumed;
        return !quoted || TryTakeQuote() || Fail();
    }

    /// <summary>Reads <c>true</c> or <c>false</c>.</summary>
    public bool TryReadBoolean(out bool value)
    {
        value = Peek() == (byte)'t';
        return TryTakeWord(value ? "true"u8 : "false"u8);
    }

    /// <summary>Reads <c>null</c> if it stands next; otherwise leaves everything as it is.</summary>
    public bool TryReadNull() => Peek() == (byte)'n' && TryTakeWord("null"u8);

    /// <summary>Passes over one value of any kind and gives its bytes.</summary>
    public bool TryReadRaw(out ReadOnlySpan<byte> raw)
    {
        SkipSpace();
        var start = _position;
        var ok = TrySkip(0);
        raw = ok ? _json[start.._position] : default;
        return ok;
    }

    /// <summary>Passes over one value of any kind.</summary>
    public bool TrySkip() => TrySkip(0);

    private bool TrySkip(int depth)
    {
        if (depth >= MaxDepth)
            return Fail();
        switch (Peek())
        {
            case (byte)'"':
                return TryReadString(out _, out _);
            case (byte)'{':
                if (!TryEnterObject())
                    return false;
                while (NextProperty(out _))
                {
                    if (!TrySkip(depth + 1))
                        return false;
                }

                return Ok;
            case (byte)'[':
                if (!TryEnterArray())
                    return false;
                while (NextElement())
                {
                    if (!TrySkip(depth + 1))
                        return false;
                }

                return Ok;
            case (byte)'t':
                return TryTakeWord("true"u8);
            case (byte)'f':
                return TryTakeWord("false"u8);
            case (byte)'n':
                return TryTakeWord("null"u8);
            default:
                return TrySkipNumber();
        }
    }

    private bool TrySkipNumber()
    {
        var start = _position;
        while (_position < _json.Length && _json[_position] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'+' or (byte)'.' or (byte)'e' or (byte)'E')
            _position++;
        return _position > start || Fail();
    }

    private bool TryEnter(byte opening)
    {
        _first = true;
        return TryTake(opening);
    }

    /// <summary>At the start of an object or array, or after one of its members: steps to the next, or over the end.</summary>
    private bool Next(byte closing)
    {
        if (!Ok)
            return false;
        SkipSpace();
        if (_position >= _json.Length)
            return Fail();
        var first = _first;
        _first = false;
        if (_json[_position] == closing)
        {
            _position++;
            return false;
        }

        return first || TryTake((byte)',');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(byte expected)
    {
        SkipSpace();
        if (_position < _json.Length && _json[_position] == expected)
        {
            _position++;
            return true;
        }

        return Fail();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeQuote()
    {
        if (_position >= _json.Length || _json[_position] != (byte)'"')
            return false;
        _position++;
        return true;
    }

    private bool TryTakeWord(ReadOnlySpan<byte> word)
    {
        SkipSpace();
        if (!_json[_position..].StartsWith(word))
            return Fail();
        _position += word.Length;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipSpace()
    {
        while (_position < _json.Length && _json[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _position++;
    }

    private bool Fail()
    {
        Ok = false;
        return false;
    }
}
