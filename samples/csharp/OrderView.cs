using Exchange.Client.Protocol;
using Exchange.Client.Trader;
using Exchange.Grains.Interfaces;

namespace Exchange.Samples;

/// <summary>The sample's own orders, its positions and balances, as the updates tell them. Written by the receiving thread, read by the screen's.</summary>
internal sealed class OrderView
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Order> _working = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, PositionSide), Position> _positions = [];
    private readonly LatencySamples _commands = new();
    private readonly Dictionary<string, TaskCompletionSource> _ends = new(StringComparer.Ordinal);
    private (long Epoch, long Seq) _place;

    public bool IsReady { get; private set; }

    public IReadOnlyList<Balance> Balances { get; private set; } = [];

    public long Placed { get; private set; }

    public long Filled { get; private set; }

    public long Replaced { get; private set; }

    public long Cancelled { get; private set; }

    public long Refused { get; private set; }

    public long Unknown { get; private set; }

    public long OutOfOrder { get; private set; }

    public string? LastRefusal { get; private set; }

    public void Follow(TraderFeed trader, string exchange)
    {
        trader.OrderReceived += u => Change(() => OnOrder(u, exchange));
        trader.PositionReceived += u => Change(() =>
        {
            if (u.Data.Exchange == exchange)
                _positions[(u.Data.Symbol, u.Data.Side)] = u.Data;
        });
        trader.AccountReceived += u => Change(() => Balances = u.Data.Exchange == exchange ? u.Data.Balances : Balances);
    }

    /// <summary>Takes the picture that the session began with.</summary>
    public void Begin(ExchangeStart start) => Change(() =>
    {
        IsReady = start.Ready;
        if (start.Orders is { } orders && (orders.Epoch, orders.Seq).CompareTo(_place) >= 0)
        {
            _place = (orders.Epoch, orders.Seq);
            foreach (var order in orders.Orders)
                _working[order.ClientOrderId] = order;
        }

        foreach (var position in start.Positions?.Positions ?? [])
            _positions[(position.Symbol, position.Side)] = position;
        Balances = start.Account?.Account.Balances ?? [];
    });

    /// <summary>Ends when the order has: an answer says that the venue has it, and not yet that it is filled.</summary>
    public Task WhenEnded(string clientOrderId)
    {
        lock (_lock)
            return EndOf(clientOrderId).Task;
    }

    public void Measure(TimeSpan commandToReply) => Change(() => _commands.Add(commandToReply));

    public void Refuse(ExchangeError error) => Change(() =>
    {
        Refused++;
        LastRefusal = error.ToString();
    });

    public double? CommandLatency(double percentile) => _commands.At(percentile);

    /// <summary>A picture that does not change while it is drawn.</summary>
    public T Read<T>(Func<OrderView, IReadOnlyList<Order>, IReadOnlyList<Position>, T> read)
    {
        lock (_lock)
            return read(this, [.. _working.Values], [.. _positions.Values.Where(p => p.Quantity != 0)]);
    }

    private void OnOrder(TraderUpdate<OrderUpdate> update, string exchange)
    {
        if (update.Data.Order.Exchange != exchange)
            return;
        // What the picture contains already comes once more when it was on its way.
        if ((update.Epoch, update.Seq).CompareTo(_place) <= 0)
        {
            OutOfOrder += update.Epoch < _place.Epoch ? 1 : 0;
            return;
        }

        _place = (update.Epoch, update.Seq);
        var order = update.Data.Order;
        if (order.IsTerminal)
        {
            _working.Remove(order.ClientOrderId);
            EndOf(order.ClientOrderId).TrySetResult();
        }
        else
        {
            _working[order.ClientOrderId] = order;
        }

        switch (update.Data.Event)
        {
            case OrderEvent.Accepted: Placed++; break;
            case OrderEvent.Filled when order.Status == OrderStatus.Filled: Filled++; break;
            case OrderEvent.Replaced: Replaced++; break;
            case OrderEvent.Cancelled: Cancelled++; break;
            case OrderEvent.BecameUnknown: Unknown++; break;
        }
    }

    private TaskCompletionSource EndOf(string clientOrderId)
    {
        if (!_ends.TryGetValue(clientOrderId, out var end))
            _ends[clientOrderId] = end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return end;
    }

    private void Change(Action change)
    {
        lock (_lock)
            change();
    }
}
