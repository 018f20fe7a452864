using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>Fills of one price and one taker side within 100 ms.</summary>
internal sealed record AggregateTrade(
    long Id, long Price, long Quantity, long FirstTradeId, long LastTradeId, long Time, bool BuyerIsMaker);

/// <summary>Puts trades together as the aggTrade stream does, and remembers the last of them.</summary>
internal sealed class AggregateTrades(long firstId)
{
    public const int Window = 100;
    public const int Kept = 2000;

    private readonly Queue<AggregateTrade> _recent = new();
    private AggregateTrade? _open;
    private long _nextId = firstId;

    public IReadOnlyCollection<AggregateTrade> Recent => _recent;

    /// <summary>Takes a trade in; what it completes, because it differs from it, comes back.</summary>
    public AggregateTrade? Add(in Trade trade, long time)
    {
        var buyerIsMaker = trade.TakerSide == Side.Sell;
        if (_open is { } open && open.Price == trade.Price && open.BuyerIsMaker == buyerIsMaker && time - open.Time < Window)
        {
            _open = open with { Quantity = open.Quantity + trade.Quantity, LastTradeId = trade.Id };
            return null;
        }

        var completed = Complete();
        _open = new AggregateTrade(_nextId++, trade.Price, trade.Quantity, trade.Id, trade.Id, time, buyerIsMaker);
        return completed;
    }

    /// <summary>Ends the open one when its 100 ms are over.</summary>
    public AggregateTrade? CompleteBefore(long time) => _open is { } open && time - open.Time >= Window ? Complete() : null;

    private AggregateTrade? Complete()
    {
        var completed = _open;
        _open = null;
        if (completed is not null)
        {
            _recent.Enqueue(completed);
            if (_recent.Count > Kept)
            {
                _recent.Dequeue();
            }
        }

        return completed;
    }
}
