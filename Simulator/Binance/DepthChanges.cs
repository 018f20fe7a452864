namespace Exchange.Simulator.Binance;

/// <summary>
/// The price levels that changed since one of the depth streams last spoke, and the ids that chain its frames: each speed
/// has its own chain, whether or not anybody listens.
/// </summary>
internal sealed class DepthChanges(long lastUpdateId)
{
    // Bids as they are, asks negated: one set for both sides.
    private readonly HashSet<long> _changed = [];
    private readonly List<long> _bids = [];
    private readonly List<long> _asks = [];

    /// <summary><c>U</c>: the first id in the frame.</summary>
    public long First { get; private set; }

    /// <summary><c>u</c>: the last id in the frame.</summary>
    public long Last { get; private set; } = lastUpdateId;

    /// <summary><c>pu</c>: the last id of the frame before.</summary>
    public long Previous { get; private set; } = lastUpdateId;

    public long Time { get; private set; }

    public bool Any => _changed.Count > 0;

    public void Add(bool bid, long price, long updateId, long time)
    {
        if (_changed.Count == 0)
        {
            First = updateId;
        }

        _changed.Add(bid ? price : -price);
        Last = updateId;
        Time = time;
    }

    /// <summary>The changed prices, ascending on each side.</summary>
    public (IReadOnlyList<long> Bids, IReadOnlyList<long> Asks) Prices()
    {
        _bids.Clear();
        _asks.Clear();
        foreach (var key in _changed)
        {
            (key > 0 ? _bids : _asks).Add(Math.Abs(key));
        }

        _bids.Sort();
        _asks.Sort();
        return (_bids, _asks);
    }

    /// <summary>The frame is out (or nobody wanted it): the next one begins.</summary>
    public void Next()
    {
        Previous = Last;
        _changed.Clear();
    }
}
