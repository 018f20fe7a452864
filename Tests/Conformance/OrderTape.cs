using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;

namespace Exchange.Tests.Conformance;

/// <summary>One entry of an orders stream.</summary>
internal sealed record TapeEntry(long Epoch, long Seq, OrderUpdate Update);

/// <summary>
/// All that was published of orders, over all lives of the connector, in the order in which a trader gets it.
/// </summary>
internal sealed class OrderTape(Signal changed)
{
    private Sink? _latest;

    /// <summary>The updates.</summary>
    public EventLog<TapeEntry> Entries { get; } = new();

    /// <summary>The connection's states.</summary>
    public EventLog<ConnectionStatus> States { get; } = new();

    /// <summary>How many states were seen: for <see cref="State"/> to look from here on.</summary>
    public int Seen => States.All.Count;

    /// <summary>The updates alone.</summary>
    public IEnumerable<OrderUpdate> Updates => Entries.All.Select(e => e.Update);

    /// <summary>The updates of one order.</summary>
    public List<OrderUpdate> Of(string clientOrderId) => [.. Updates.Where(u => u.Order.ClientOrderId == clientOrderId)];

    /// <summary>The first event of this kind of an order, past or to come.</summary>
    public async Task<OrderUpdate> Event(string clientOrderId, OrderEvent what) =>
        (await Entries.First(e => e.Update.Order.ClientOrderId == clientOrderId && e.Update.Event == what, $"{what} of {clientOrderId}")).Update;

    /// <summary>The first update that shows an order so.</summary>
    public async Task<Order> Shown(string clientOrderId, OrderStatus status) =>
        (await Entries.First(e => e.Update.Order.ClientOrderId == clientOrderId && e.Update.Order.Status == status, $"{clientOrderId} being {status}")).Update.Order;

    /// <summary>The first state of this kind from a position on.</summary>
    public Task<ConnectionStatus> State(ConnectionState state, int from = 0) => States.Next(from, s => s.State == state, $"the order connection being {state}");

    /// <summary>The sink of one life of the connector. What an older one tells from here on is not heard: a trader goes by the newest epoch.</summary>
    public Sink Begin(long epoch)
    {
        _latest?.Die();
        return _latest = new Sink(this, changed, epoch);
    }

    /// <summary>What one life publishes. Once it is dead nobody hears of it any more.</summary>
    internal sealed class Sink(OrderTape tape, Signal changed, long epoch) : IOrderSink
    {
        private readonly Lock _gate = new();
        private long _seq;
        private bool _dead;

        public StreamPlace LastPlace => new(epoch, _seq);

        public StreamPlace OnOrder(OrderUpdate update)
        {
            lock (_gate)
            {
                // Orders of the venue itself may have no client order id: here they go by the venue's.
                if (update.Order is { ClientOrderId.Length: 0, VenueOrderId: { } id })
                    update = update with { Order = update.Order with { ClientOrderId = id } };
                _seq++;
                if (!_dead)
                    tape.Entries.Add(new TapeEntry(epoch, _seq, update));
            }

            changed.Set();
            return LastPlace;
        }

        public void OnStatus(ConnectionStatus status)
        {
            lock (_gate)
            {
                if (!_dead)
                    tape.States.Add(status);
            }

            changed.Set();
        }

        public void Die()
        {
            lock (_gate)
                _dead = true;
        }
    }
}
