using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Books;

/// <summary>
/// One side of a book: a flat array sorted so that the best price is last. Most changes are near the best price, so few
/// levels move; a top N is one backward copy.
/// </summary>
internal sealed class BookSide(bool isBid)
{
    private PriceLevel[] _levels = new PriceLevel[64];
    private decimal? _knownTo;

    /// <summary>Levels held.</summary>
    public int Count { get; private set; }

    /// <summary>The best level; only while <see cref="Count"/> is above 0.</summary>
    public PriceLevel Best => _levels[Count - 1];

    /// <summary>Levels from the best price down to the last one of the snapshot: those that are surely all known.</summary>
    public int KnownCount => _knownTo is not { } bound ? Count : Count - Find(bound, out _);

    /// <summary>Whether levels beyond the snapshot exist that are not known until they change.</summary>
    public bool IsBounded => _knownTo is not null;

    /// <summary>Empties the side.</summary>
    public void Clear()
    {
        Count = 0;
        _knownTo = null;
    }

    /// <summary>Fills the side from a snapshot, in any order.</summary>
    /// <param name="levels">The levels.</param>
    /// <param name="limit">How many the snapshot could hold: a full one says nothing of what lies beyond.</param>
    public void Load(ReadOnlySpan<PriceLevel> levels, int limit)
    {
        Clear();

        // Venues send the best first, so backwards each level goes to the end.
        for (var i = levels.Length - 1; i >= 0; i--)
            Set(levels[i].Price, levels[i].Quantity);
        if (Count >= limit)
            _knownTo = _levels[0].Price;
    }

    /// <summary>Sets the quantity at a price; 0 removes the level, and removing one that is not there is no error.</summary>
    public void Set(decimal price, decimal quantity)
    {
        var at = Find(price, out var found);
        if (found)
        {
            if (quantity != 0)
            {
                _levels[at] = new PriceLevel(price, quantity);
                return;
            }

            Array.Copy(_levels, at + 1, _levels, at, Count - at - 1);
            Count--;
        }
        else if (quantity != 0)
        {
            if (Count == _levels.Length)
                Array.Resize(ref _levels, Count * 2);
            Array.Copy(_levels, at, _levels, at + 1, Count - at);
            _levels[at] = new PriceLevel(price, quantity);
            Count++;
        }
    }

    /// <summary>The best <paramref name="n"/> levels, best first.</summary>
    public ImmutableArray<PriceLevel> Top(int n)
    {
        n = Math.Min(n, Count);
        if (n == 0)
            return [];
        var top = new PriceLevel[n];
        for (var i = 0; i < n; i++)
            top[i] = _levels[Count - 1 - i];
        return ImmutableCollectionsMarshal.AsImmutableArray(top);
    }

    /// <summary>Where a price is, or where it belongs.</summary>
    private int Find(decimal price, out bool found)
    {
        var low = 0;
        var high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = decimal.Compare(_levels[middle].Price, price);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0 == isBid)
                low = middle + 1;
            else
                high = middle - 1;
        }

        found = false;
        return low;
    }
}
