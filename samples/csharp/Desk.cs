using Exchange.Client.Trader;

namespace Exchange.Samples;

/// <summary>What the sample sees and does in one market.</summary>
internal sealed class Desk
{
    public Desk(TraderClient trader, Market market, bool trades)
    {
        Market = market;
        View.Follow(trader, market.Exchange);
        if (!trades)
            return;
        Orders.Follow(trader, market.Exchange);
        Cycle = new OrderCycle(trader, this);
    }

    public Market Market { get; }

    public MarketView View { get; } = new();

    public OrderView Orders { get; } = new();

    /// <summary>Null where the sample only looks on.</summary>
    public OrderCycle? Cycle { get; }

    public bool SawMarket => View is { SyncedBooks: > 0, Trades: > 0, OutOfOrder: 0 };

    public bool Traded => Cycle is null || Orders is { Placed: > 0, Filled: > 0, Replaced: > 0, Cancelled: > 0, Refused: 0, Unknown: 0, OutOfOrder: 0 };
}
