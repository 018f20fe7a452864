using System.Collections.Immutable;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// The orders by their names, and which of them are open. Ended orders stay for a while, and the names of those that went are
/// remembered longer. Only touched under the manager's lock.
/// </summary>
internal sealed class OrderTable(OrderManagerOptions options)
{
    private readonly Dictionary<string, TrackedOrder> _byClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Symbol, string Id), TrackedOrder> _byVenueId = [];
    private readonly Dictionary<long, TrackedOrder> _open = [];
    private readonly Queue<(TrackedOrder Order, DateTimeOffset Ended)> _ended = new();
    private readonly HashSet<string> _usedIds = new(StringComparer.Ordinal);
    private readonly Queue<string> _usedOrder = new();
    private long _number;

    /// <summary>Orders that are not terminal.</summary>
    public int OpenCount => _open.Count;

    /// <summary>The orders that are not terminal, in no particular order.</summary>
    public Dictionary<long, TrackedOrder>.ValueCollection Open => _open.Values;

    /// <summary>Numbers a new order.</summary>
    public long NextNumber() => ++_number;

    /// <summary>The order of a client order id, the wire's or the trader's.</summary>
    public TrackedOrder? ByClientId(string id) => _byClientId.GetValueOrDefault(id);

    /// <summary>The order of a venue order id, a present or a former one.</summary>
    public TrackedOrder? ByVenueId(string symbol, string id) => _byVenueId.GetValueOrDefault((symbol, id));

    /// <summary>True when the id was used for an order that is not kept any more.</summary>
    public bool WasUsed(string clientId) => _usedIds.Contains(clientId);

    /// <summary>Takes an order in, under all its names; a client order id that another order has stays with that one.</summary>
    public void Add(TrackedOrder order)
    {
        if (order.Order.ClientOrderId.Length > 0)
            _byClientId.TryAdd(order.Order.ClientOrderId, order);
        foreach (var wireId in order.EarlierWireIds)
            _byClientId.TryAdd(wireId, order);
        AddWireId(order);
        AddVenueId(order, order.VenueOrderId);
        foreach (var id in order.EarlierVenueOrderIds)
            AddVenueId(order, id);
        Settle(order, order.UpdatedTime);
    }

    /// <summary>The order is known under its present wire id too.</summary>
    public void AddWireId(TrackedOrder order)
    {
        if (order.WireId.Length > 0)
            _byClientId.TryAdd(order.WireId, order);
    }

    /// <summary>The order is known under this venue order id too.</summary>
    public void AddVenueId(TrackedOrder order, string? id)
    {
        if (id is not null)
            _byVenueId[(order.Order.Symbol, id)] = order;
    }

    /// <summary>Books the order with the open or the ended ones, as it stands.</summary>
    public void Settle(TrackedOrder order, DateTimeOffset now)
    {
        if (!order.IsTerminal)
        {
            order.Shelved = false;
            _open.TryAdd(order.Number, order);
        }
        else if (!order.Shelved)
        {
            order.Shelved = true;
            _open.Remove(order.Number);
            _ended.Enqueue((order, now));
        }
    }

    /// <summary>Everything that was known under <paramref name="other"/>'s names is <paramref name="order"/> now.</summary>
    public void Merge(TrackedOrder other, TrackedOrder order)
    {
        _open.Remove(other.Number);
        if (other.Order.ClientOrderId.Length > 0 && ByClientId(other.Order.ClientOrderId) == other)
            _byClientId[other.Order.ClientOrderId] = order;
        AddVenueId(order, other.VenueOrderId);
        foreach (var id in other.EarlierVenueOrderIds)
            AddVenueId(order, id);
    }

    /// <summary>Lets go of orders that ended too long ago, or that are too many.</summary>
    public void Trim(DateTimeOffset now)
    {
        while (_ended.TryPeek(out var oldest) && (_ended.Count > options.KeepEndedCount || now - oldest.Ended > options.KeepEnded))
        {
            _ended.Dequeue();
            if (oldest.Order.IsTerminal)
                Forget(oldest.Order);
        }
    }

    /// <summary>Remembers a client order id as used.</summary>
    public void RememberUsed(string id)
    {
        if (!_usedIds.Add(id))
            return;
        _usedOrder.Enqueue(id);
        while (_usedOrder.Count > options.KeepUsedIds)
            _usedIds.Remove(_usedOrder.Dequeue());
    }

    /// <summary>The open orders as published last, the oldest first.</summary>
    public ImmutableArray<Order> Snapshot()
    {
        var open = new TrackedOrder[_open.Count];
        _open.Values.CopyTo(open, 0);
        Array.Sort(open, static (a, b) => a.Number.CompareTo(b.Number));
        var orders = ImmutableArray.CreateBuilder<Order>(open.Length);
        foreach (var order in open)
            orders.Add(order.Order);
        return orders.MoveToImmutable();
    }

    private void Forget(TrackedOrder order)
    {
        if (order.Order.ClientOrderId is { Length: > 0 } id && _byClientId.TryGetValue(id, out var held) && held == order)
        {
            _byClientId.Remove(id);
            RememberUsed(id);
        }

        if (order.WireId != order.Order.ClientOrderId && _byClientId.Remove(order.WireId))
            RememberUsed(order.WireId);
        foreach (var wireId in order.EarlierWireIds)
            _byClientId.Remove(wireId);
        ForgetVenueId(order, order.VenueOrderId);
        foreach (var venueId in order.EarlierVenueOrderIds)
            ForgetVenueId(order, venueId);
    }

    private void ForgetVenueId(TrackedOrder order, string? id)
    {
        if (id is not null && _byVenueId.TryGetValue((order.Order.Symbol, id), out var held) && held == order)
            _byVenueId.Remove((order.Order.Symbol, id));
    }
}
