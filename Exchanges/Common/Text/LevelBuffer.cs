using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Text;

/// <summary>Price levels read from a message, in memory that is used again for the next one.</summary>
public sealed class LevelBuffer
{
    /// <summary>More levels a side than any venue sends; a message with more is refused rather than grown into.</summary>
    public const int Limit = 20_000;

    private PriceLevel[] _levels = new PriceLevel[64];

    /// <summary>Levels held.</summary>
    public int Count { get; private set; }

    /// <summary>The levels, in the order of the message; valid until the next read.</summary>
    public Span<PriceLevel> Levels => _levels.AsSpan(0, Count);

    /// <summary>
    /// Reads an array of <c>[price, quantity]</c>, each a text or a number; further members of a level are passed over.
    /// False when anything else is found, or a quantity below zero.
    /// </summary>
    public bool TryRead(ref Utf8Scanner json)
    {
        Count = 0;
        if (!json.TryEnterArray())
            return false;
        while (json.NextElement())
        {
            if (!json.TryEnterArray() || !json.NextElement() || !json.TryReadDecimal(out var price)
                || !json.NextElement() || !json.TryReadDecimal(out var quantity) || quantity < 0)
            {
                return false;
            }

            while (json.NextElement())
            {
                if (!json.TrySkip())
                    return false;
            }

            if (!json.Ok || !TryAdd(price, quantity))
                return false;
        }

        return json.Ok;
    }

    /// <summary>
    /// Reads an array of <c>[action, price, quantity]</c> or of <c>[price, quantity]</c>, with plain numbers. The action
    /// <paramref name="removal"/> makes the quantity 0, whatever stands there; all others set it.
    /// </summary>
    public bool TryReadActions(ref Utf8Scanner json, ReadOnlySpan<byte> removal)
    {
        Count = 0;
        if (!json.TryEnterArray())
            return false;
        while (json.NextElement())
        {
            if (!json.TryEnterArray() || !json.NextElement())
                return false;
            var removes = false;
            if (json.Peek() == (byte)'"')
            {
                if (!json.TryReadString(out var action, out _) || !json.NextElement())
                    return false;
                removes = action.SequenceEqual(removal);
            }

            if (!json.TryReadDecimal(out var price) || !json.NextElement() || !json.TryReadDecimal(out var quantity) || quantity < 0
                || json.NextElement() || !json.Ok || !TryAdd(price, removes ? 0 : quantity))
            {
                return false;
            }
        }

        return json.Ok;
    }

    /// <summary>
    /// Reads an array of objects, each with a price and a quantity under either of two names, a text or a number; further members are
    /// passed over. False when anything else is found, one of the two is missing, or a quantity is below zero.
    /// </summary>
    public bool TryReadObjects(
        ref Utf8Scanner json, ReadOnlySpan<byte> price, ReadOnlySpan<byte> shortPrice, ReadOnlySpan<byte> quantity, ReadOnlySpan<byte> shortQuantity)
    {
        Count = 0;
        if (!json.TryEnterArray())
            return false;
        while (json.NextElement())
        {
            decimal levelPrice = 0, levelQuantity = -1;
            var hasPrice = false;
            var ok = json.TryEnterObject();
            while (ok && json.NextProperty(out var name))
            {
                if (name.SequenceEqual(price) || name.SequenceEqual(shortPrice))
                    ok = hasPrice = json.TryReadDecimal(out levelPrice);
                else if (name.SequenceEqual(quantity) || name.SequenceEqual(shortQuantity))
                    ok = json.TryReadDecimal(out levelQuantity);
                else
                    ok = json.TrySkip();
            }

            if (!ok || !json.Ok || !hasPrice || levelQuantity < 0 || !TryAdd(levelPrice, levelQuantity))
                return false;
        }

        return json.Ok;
    }

    /// <summary>Empties the buffer.</summary>
    public void Clear() => Count = 0;

    private bool TryAdd(decimal price, decimal quantity)
    {
        if (Count >= Limit)
            return false;
        if (Count == _levels.Length)
            Array.Resize(ref _levels, Count * 2);
        _levels[Count++] = new PriceLevel(price, quantity);
        return true;
    }
}
