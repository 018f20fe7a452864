using Exchange.Exchanges.Common.Text;

namespace Exchange.Exchanges.Grvt;

/// <summary>How a message stands to the one before it.</summary>
internal enum GrvtStep
{
    /// <summary>A whole picture; it has no number.</summary>
    Snapshot = 0,
    /// <summary>The next one.</summary>
    Next = 1,
    /// <summary>One that came before, or older: the venue sends some twice.</summary>
    Repeated = 2,
    /// <summary>Messages before it were lost.</summary>
    Gap = 3,
}

/// <summary>
/// The numbers of one socket's streams (venue sheet, section 4.4). They belong to the connection and begin anew with it. One thread: the
/// receiving one.
/// </summary>
internal sealed class GrvtSequences
{
    private const int LongestKey = 256;

    private readonly Utf8KeyTable<Counter> _counters = new();

    /// <summary>Notes what a subscription begins with: its first message's number is the one told here, be it before or after it.</summary>
    /// <param name="result">The result of a subscribe call; of another call, nothing is noted.</param>
    public void NoteSubscribed(ReadOnlySpan<byte> result)
    {
        ReadOnlySpan<byte> stream = default, selectors = default, firsts = default;
        var json = new Utf8Scanner(result);
        if (json.Peek() != (byte)'{')
            return;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("stream"u8) || name is [(byte)'s'] => json.Peek() == (byte)'"' ? json.TryReadString(out stream, out _) : json.TrySkip(),
                _ when name.SequenceEqual("subs"u8) || name.SequenceEqual("s1"u8) => json.TryReadRaw(out selectors),
                _ when name.SequenceEqual("first_sequence_number"u8) || name.SequenceEqual("fs"u8) => json.TryReadRaw(out firsts),
                _ => json.TrySkip(),
            };
        }

        if (!ok || stream.IsEmpty || selectors is not [(byte)'[', ..] || firsts is not [(byte)'[', ..])
            return;
        var each = new Utf8Scanner(selectors);
        var numbers = new Utf8Scanner(firsts);
        ok = each.TryEnterArray() && numbers.TryEnterArray();
        while (ok && each.NextElement() && numbers.NextElement())
        {
            ok = each.TryReadString(out var selector, out _) & numbers.TryReadId(out var first);
            if (ok && first > 0 && Find(stream, selector) is { Last: < 0 } counter)
                counter.Last = first - 1;
        }
    }

    /// <summary>Judges a message of a stream, and takes note of it.</summary>
    public GrvtStep Judge(in GrvtFrame frame)
    {
        if (frame.Sequence == 0)
            return GrvtStep.Snapshot;
        var counter = Find(frame.Stream, frame.Selector);
        if (counter is null)
            return GrvtStep.Next;
        var last = counter.Last;
        if (last >= 0 && frame.Sequence <= last)
            return GrvtStep.Repeated;
        counter.Last = frame.Sequence;

        // Numbers that span venues' restarts jump; the link to the one before holds in every mode.
        return last < 0 || frame.Previous == last || (frame.Previous == 0 && frame.Sequence == last + 1) ? GrvtStep.Next : GrvtStep.Gap;
    }

    private Counter? Find(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> selector)
    {
        if (stream.Length + selector.Length + 1 > LongestKey)
            return null;
        Span<byte> key = stackalloc byte[LongestKey];
        stream.CopyTo(key);
        key[stream.Length] = (byte)' ';
        selector.CopyTo(key[(stream.Length + 1)..]);
        key = key[..(stream.Length + 1 + selector.Length)];
        if (_counters.TryGet(key, out var counter))
            return counter;
        counter = new Counter();
        _counters.Set(System.Text.Encoding.UTF8.GetString(key), counter);
        return counter;
    }

    private sealed class Counter
    {
        public long Last = -1;
    }
}
