namespace Exchange.Simulator.Deribit.Trading;

/// <summary>An account: money by currency, positions, and all of its orders and fills.</summary>
internal sealed class DeribitAccount
{
    private readonly Dictionary<string, DeribitOrder> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeribitPosition> _positions = new(StringComparer.Ordinal);
    private readonly List<DeribitOrder> _open = [];

    public DeribitAccount(string name, long userId, IReadOnlyDictionary<string, decimal> balances)
    {
        (Name, UserId) = (name, userId);
        Balances = new Dictionary<string, decimal>(balances, StringComparer.Ordinal);
    }

    public string Name { get; }

    public long UserId { get; }

    /// <summary>Who the engine takes it for.</summary>
    public string Owner => "account-" + Name;

    public Dictionary<string, decimal> Balances { get; }

    /// <summary>Oldest first.</summary>
    public List<DeribitOrder> Orders { get; } = [];

    /// <summary>In order of their age.</summary>
    public IReadOnlyList<DeribitOrder> OpenOrders => _open;

    public List<DeribitFill> Fills { get; } = [];

    /// <summary>Also those that are flat again.</summary>
    public IReadOnlyCollection<DeribitPosition> Positions => _positions.Values;

    /// <summary>Cancel-on-disconnect with account scope: every later connection starts armed.</summary>
    public bool ArmsConnections { get; set; }

    public DeribitOrder? Find(string orderId) => _byId.GetValueOrDefault(orderId);

    public DeribitPosition Position(DeribitInstrument instrument)
    {
        if (!_positions.TryGetValue(instrument.Name, out var position))
        {
            _positions.Add(instrument.Name, position = new DeribitPosition(instrument));
        }

        return position;
    }

    public void Add(DeribitOrder order)
    {
        Orders.Add(order);
        _open.Add(order);
        _byId.Add(order.OrderId, order);
    }

    public void Close(DeribitOrder order) => _open.Remove(order);
}
