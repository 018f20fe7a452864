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

    /// <summary>
    /// Notes what a subscription begins with: its first message's number is the one told here, be it before or after it. What the reply
    /// says is given back, or gave way, is forgotten: it may be subscribed to again, and begins elsewhere.
    /// </summary>
    /// <param name="result">The result of a subscribe or unsubscribe call; of another call, nothing is noted.</param>
    public void NoteSubscribed(ReadOnlySpan<byte> result)
    {
        ReadOnlySpan<byte> stream = default, selectors = default, ended = default, firsts = default;
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
                _ when name.SequenceEqual("unsubs"u8) || name is [(byte)'u'] => json.TryReadRaw(out ended),
                _ when name.SequenceEqual("first_sequence_number"u8) || name.SequenceEqual("fs"u8) => json.TryReadRaw(out firsts),
                _ => json.TrySkip(),
            };
        }

        if (!ok || stream.IsEmpty)
            return;
        if (ended is [(byte)'[', ..])
            Forget(stream, ended);
        if (selectors is not [(byte)'[', ..] || firsts is not [(byte)'[', ..])
            return;
        var each = new Utf8Scanner(selectors);
        var numbers = new Utf8Scanner(firsts);
        ok = each.TryEnterArray() && numbers.TryEnterArray();
        while (ok && each.NextElement() && numbers.NextElement())
        {
            ok = each.TryReadString(out var selector, out _) & numbers.TryReadId(out var first);
            if (!ok || first <= 0 || Find(stream, selector) is not { } counter)
                continue;
            if (counter.Last < 0)
                counter.Last = first - 1;
            else if (counter.First > first)
                counter.IsBroken = true; // The message that came ahead of this reply was not the first.
        }
    }

    /// <summary>Judges a message of a stream, and takes note of it.</summary>
    public GrvtStep Judge(in GrvtFrame frame) =>
        frame.Sequence == 0 ? GrvtStep.Snapshot : Judge(Find(frame.Stream, frame.Selector), frame.Sequence, frame.Previous, out _);

    /// <summary>Judges a message of a stream that has a number, and takes note of it.</summary>
    /// <param name="key">Stream and selector, with a space between them.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="previous">The number of the one before.</param>
    /// <param name="missing">How many were lost before it.</param>
    public GrvtStep Judge(ReadOnlySpan<byte> key, long sequence, long previous, out long missing) => Judge(Find(key), sequence, previous, out missing);

    private static GrvtStep Judge(Counter? counter, long sequence, long previous, out long missing)
    {
        missing = 0;
        if (counter is null)
            return GrvtStep.Next;
        var last = counter.Last;
        if (last >= 0 && sequence <= last)
            return GrvtStep.Repeated;
        counter.Last = sequence;
        if (counter.First == 0)
            counter.First = sequence;
        if (counter.IsBroken)
        {
            counter.IsBroken = false;
            return GrvtStep.Gap;
        }

        // Numbers that span venues' restarts jump; the link to the one before holds in every mode.
        if (last < 0 || previous == last || (previous == 0 && sequence == last + 1))
            return GrvtStep.Next;
        missing = Math.Max(sequence - last - 1, 1);
        return GrvtStep.Gap;
    }

    private void Forget(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> selectors)
    {
        var each = new Utf8Scanner(selectors);
        var ok = each.TryEnterArray();
        while (ok && each.NextElement())
        {
            ok = each.TryReadString(out var selector, out _);
            if (ok && Find(stream, selector) is { } counter)
                counter.Restart();
        }
    }

    private Counter? Find(ReadOnlySpan<byte> stream, ReadOnlySpan<byte> selector)
    {
        if (stream.Length + selector.Length + 1 > LongestKey)
            return null;
        Span<byte> key = stackalloc byte[LongestKey];
        stream.CopyTo(key);
        key[stream.Length] = (byte)' ';
        selector.CopyTo(key[(stream.Length + 1)..]);
        return Find(key[..(stream.Length + 1 + selector.Length)]);
    }

    private Counter Find(ReadOnlySpan<byte> key)
    {
        if (_counters.TryGet(key, out var counter))
            return counter;
        counter = new Counter();
        _counters.Set(System.Text.Encoding.UTF8.GetString(key), counter);
        return counter;
    }

    private sealed class Counter
    {
        public long Last = -1;

        /// <summary>The number of the first message; 0 while there was none.</summary>
        public long First;

        /// <summary>Messages were lost that its numbers do not show.</summary>
        public bool IsBroken;

        public void Restart()
        {
            Last = -1;
            First = 0;
            IsBroken = false;
        }
    }
}
