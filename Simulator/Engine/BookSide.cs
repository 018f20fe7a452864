namespace Exchange.Simulator.Engine;

/// <summary>Orders of one price in order of arrival.</summary>
internal sealed class PriceLevel(Side side, long price)
{
    public Side Side { get; } = side;

    public long Price { get; } = price;

    public long Quantity { get; set; }

    public Order? First { get; private set; }

    public Order? Last { get; private set; }

    public void Append(Order order)
    {
        order.Level = this;
        order.Previous = Last;
        order.Next = null;
        if (Last is null)
        {
            First = order;
        }
        else
        {
            Last.Next = order;
        }

        Last = order;
        Quantity += order.Remaining;
    }

    public void Remove(Order order)
    {
        if (order.Previous is null)
        {
            First = order.Next;
        }
        else
        {
            order.Previous.Next = order.Next;
        }

        if (order.Next is null)
        {
            Last = order.Previous;
        }
        else
        {
            order.Next.Previous = order.Previous;
        }

        order.Level = null;
        order.Previous = order.Next = null;
        Quantity -= order.Remaining;
    }
}

/// <summary>
/// The levels of one side, worst first: what changes most is the best end, and there a sorted list costs next to nothing.
/// </summary>
internal sealed class BookSide(Side side)
{
    private readonly List<PriceLevel> _levels = [];

    public int Count => _levels.Count;

    public PriceLevel? Best => _levels.Count == 0 ? null : _levels[^1];

    public PriceLevel? Worst => _levels.Count == 0 ? null : _levels[0];

    /// <summary>The level at <paramref name="rank"/>, 0 being the best.</summary>
    public PriceLevel this[int rank] => _levels[_levels.Count - 1 - rank];

    public long QuantityAt(long price) => Find(price)?.Quantity ?? 0;

    /// <summary>The level of that price; null when there is none.</summary>
    public PriceLevel? Find(long price) => Find(price, out var index) ? _levels[index] : null;

    public PriceLevel GetOrAdd(long price)
    {
        if (Find(price, out var index))
        {
            return _levels[index];
        }

        var level = new PriceLevel(side, price);
        _levels.Insert(index, level);
        return level;
    }

    public void RemoveIfEmpty(PriceLevel level)
    {
        if (level.First is null && Find(level.Price, out var index))
        {
            _levels.RemoveAt(index);
        }
    }

    private bool Find(long price, out int index)
    {
        int low = 0, high = _levels.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = _levels[middle].Price.CompareTo(price);
            if (order == 0)
            {
                index = middle;
                return true;
            }

            // Bids rise towards the best end, asks fall.
            if (side == Side.Buy ? order < 0 : order > 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        index = low;
        return false;
    }
}
