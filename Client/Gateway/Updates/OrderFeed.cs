using System.Collections.Immutable;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Orleans;

namespace Exchange.Client.Gateway.Updates;

/// <summary>
/// Orders: each update tells one of them. The gateway knows who has working orders where, for it cancels for traders that are gone.
/// </summary>
internal sealed class OrderFeed(TopicName topic, FeedContext context) : StreamFeed<OrderUpdate>(topic, context, FeedFormats.Order)
{
    private readonly Dictionary<string, (Order Order, long Seq)> _orders = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _firstLoad = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLoaded;

    /// <summary>Ends when the working orders are known for the first time.</summary>
    public Task FirstLoad => _firstLoad.Task;

    /// <summary>Called when the set of working orders, or what is known of it, has changed.</summary>
    public Action Changed { get; set; } = static () => { };

    /// <summary>The orders that are not terminal; null while they are not known.</summary>
    public ImmutableArray<Order>? Working
    {
        get
        {
            lock (Gate)
                return _isLoaded && !IsProducerLost ? [.. _orders.Values.Where(o => !o.Order.IsTerminal).Select(o => o.Order)] : null;
        }
    }

    protected override bool HasState => _isLoaded;

    protected override async Task<bool> LoadStateAsync()
    {
        var snapshot = await Context.Grains.GetGrain<IExchangeOmsGrain>(Topic.Exchange).GetOpenOrders();
        if (!snapshot.IsSuccess)
            return false;
        return TakePicture(snapshot.Value.Epoch, snapshot.Value.Seq, () => Apply(snapshot.Value));
    }

    private void Apply(OrdersSnapshot picture)
    {
        var working = picture.Orders.ToDictionary(KeyOf, StringComparer.Ordinal);
        foreach (var (key, (order, seq)) in _orders)
        {
            // What the picture does not show has ended, unless it came after it.
            if (order.IsTerminal || (seq <= picture.Seq && !working.ContainsKey(key)))
                _orders.Remove(key);
            if (seq > picture.Seq)
                working.Remove(key);
        }

        foreach (var (key, order) in working)
            _orders[key] = (order, picture.Seq);
        _isLoaded = true;
        _firstLoad.TrySetResult();
        Changed();
    }

    protected override void Remember(StreamUpdate<OrderUpdate> update)
    {
        var order = update.Data.Order;
        // A terminal one is kept until the picture is loaded: it may stand in it as working still.
        if (order.IsTerminal && _isLoaded)
            _orders.Remove(KeyOf(order));
        else
            _orders[KeyOf(order)] = (order, update.Seq);
        Changed();
    }

    protected override void ForgetState()
    {
        _orders.Clear();
        _isLoaded = false;
    }

    /// <summary>An order that was not made here may have no client order id.</summary>
    private static string KeyOf(Order order) => order.ClientOrderId.Length > 0 ? order.ClientOrderId : $"{order.Symbol}#{order.VenueOrderId}";

    /// <summary>Nothing: a trader takes the picture with <c>session.start</c> or <c>oms.get_open_orders</c>.</summary>
    protected override void PublishState(StreamUpdate<OrderUpdate>? last)
    {
    }
}
