namespace Exchange.Simulator.Grvt.Trading;

/// <summary>Funding that was paid on a position (or taken, when negative).</summary>
internal sealed record GrvtFunding(string Symbol, decimal Amount, long Time, long TransactionId);

/// <summary>A sub-account: money, positions, orders, settings.</summary>
internal sealed class GrvtAccount(GrvtAccountOptions options)
{
    private readonly Dictionary<string, GrvtPosition> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, GrvtOrder> _byClientId = [];
    private readonly Dictionary<string, GrvtOrder> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _leverages = new(StringComparer.Ordinal);
    private readonly List<GrvtOrder> _open = [];

    public GrvtAccountOptions Options => options;

    public string Name => options.Name;

    public ulong SubAccountId => options.SubAccountId;

    /// <summary>What the engine knows the account by.</summary>
    public string Owner { get; } = "grvt:" + options.Name;

    /// <summary>Balances by currency: deposits, realised profit, fees and funding; not what is unrealised.</summary>
    public SortedDictionary<string, decimal> Balances { get; } = new(options.Balances.ToDictionary(), StringComparer.Ordinal);

    /// <summary>In percent.</summary>
    public decimal MakerFeeRate { get; init; } = -0.002m;

    /// <summary>In percent.</summary>
    public decimal TakerFeeRate { get; init; } = 0.045m;

    /// <summary>All orders ever, oldest first.</summary>
    public List<GrvtOrder> Orders { get; } = [];

    public IReadOnlyList<GrvtOrder> OpenOrders => _open;

    public List<GrvtFill> Fills { get; } = [];

    public List<GrvtFunding> Fundings { get; } = [];

    public IEnumerable<GrvtPosition> Positions => _positions.Values;

    /// <summary>Who may be named as a builder, with the highest fee in percent.</summary>
    public SortedDictionary<string, decimal> Builders { get; } = new(options.Builders.ToDictionary(), StringComparer.Ordinal);

    /// <summary>What was signed and taken: the same again is a replay.</summary>
    public HashSet<string> Taken { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates with these client ids are killed until the venue's time that is told.</summary>
    public Dictionary<ulong, DateTimeOffset> Kills { get; } = [];

    /// <summary>Cancels everything when it is over and nobody has asked again; counts the askings.</summary>
    public int Countdown { get; set; }

    public decimal Leverage(string symbol) => _leverages.GetValueOrDefault(symbol, 20m);

    public void SetLeverage(string symbol, decimal leverage) => _leverages[symbol] = leverage;

    public GrvtPosition Position(string symbol)
    {
        if (!_positions.TryGetValue(symbol, out var position))
        {
            _positions.Add(symbol, position = new GrvtPosition(symbol));
        }

        return position;
    }

    public void Add(GrvtOrder order)
    {
        Orders.Add(order);
        _byId.Add(order.OrderId, order);
        _byClientId[order.ClientOrderId] = order;
        if (order.IsOpen)
        {
            _open.Add(order);
        }
    }

    /// <summary>The order is open no more.</summary>
    public void Close(GrvtOrder order) => _open.Remove(order);

    public GrvtOrder? Find(string orderId) => _byId.GetValueOrDefault(orderId);

    /// <summary>The youngest with that client order id: an id may be used again once its order is closed.</summary>
    public GrvtOrder? Find(ulong clientOrderId) => _byClientId.GetValueOrDefault(clientOrderId);
}
