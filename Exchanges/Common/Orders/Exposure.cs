using System.Runtime.InteropServices;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// What could still be bought and sold by the orders that are open, for each symbol and leg: the position could grow by that much at
/// worst. Orders that can only reduce do not count.
/// </summary>
internal sealed class Exposure
{
    private readonly Dictionary<(string Symbol, PositionSide Leg), Sides> _sides = [];

    /// <summary>What open orders of a side could still fill.</summary>
    public decimal Open(string symbol, PositionSide leg, Side side) =>
        !_sides.TryGetValue((symbol, leg), out var open) ? 0 : side == Side.Buy ? open.Buy : open.Sell;

    /// <summary>Brings the sums up to date with where the order stands.</summary>
    public void Update(TrackedOrder order)
    {
        var now = Share(order);
        var change = now - order.Exposed;
        if (change == 0)
            return;
        order.Exposed = now;
        ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_sides, (order.Order.Symbol, order.Order.PositionSide), out _);
        if (order.Order.Side == Side.Buy)
            open.Buy += change;
        else
            open.Sell += change;
    }

    /// <summary>Takes the order out.</summary>
    public void Remove(TrackedOrder order)
    {
        order.Venue = OrderStatus.Cancelled;
        Update(order);
    }

    /// <summary>True when an order can only make a position smaller.</summary>
    public static bool Reduces(bool reduceOnly, PositionSide leg, Side side) =>
        reduceOnly || (leg == PositionSide.Long && side == Side.Sell) || (leg == PositionSide.Short && side == Side.Buy);

    private static decimal Share(TrackedOrder order)
    {
        if (order.IsTerminal || Reduces(order.Order.ReduceOnly, order.Order.PositionSide, order.Order.Side))
            return 0;
        // While a replacement is in flight either total may come true.
        var total = order.Replace is { } replace ? Math.Max(order.Quantity, replace.Quantity) : order.Quantity;
        return Math.Max(0, total - order.Cumulative);
    }

    private struct Sides
    {
        public decimal Buy;
        public decimal Sell;
    }
}
