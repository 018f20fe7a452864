namespace Exchange.Simulator.Binance.Trading;

/// <summary>A change of a balance, as <c>income</c> lists it.</summary>
internal sealed record Income(string? Symbol, string Type, decimal Amount, string Asset, long Time, long TransactionId, long? TradeId);

/// <summary>What an account has chosen for a symbol.</summary>
internal sealed class SymbolSettings
{
    public int Leverage { get; set; } = 20;

    public bool Isolated { get; set; }
}

/// <summary>A trader's account at the venue: money, positions, orders, settings.</summary>
internal sealed class Account(string name)
{
    private readonly Dictionary<string, SymbolSettings> _settings = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Symbol, PositionSide Side), Position> _positions = [];
    private readonly Dictionary<long, TradingOrder> _byId = [];
    private readonly Dictionary<(string Symbol, string ClientOrderId), TradingOrder> _byClientId = [];
    private readonly List<TradingOrder> _open = [];

    public string Name { get; } = name;

    /// <summary>What the engine knows the account by; the order flow's owners have no such name.</summary>
    public string Owner { get; } = "account:" + name;

    /// <summary>Wallet balance by asset: deposits, realised profit, fees and funding; not what is unrealised.</summary>
    public SortedDictionary<string, decimal> Wallets { get; } = new(StringComparer.Ordinal);

    /// <summary>When each asset last changed; 0, or none, where nothing ever was: clients take such a row for no balance.</summary>
    public Dictionary<string, long> WalletTimes { get; } = new(StringComparer.Ordinal);

    public bool Hedge { get; set; }

    public bool MultiAssets { get; set; }

    public decimal MakerFee { get; init; } = 0.0002m;

    public decimal TakerFee { get; init; } = 0.0005m;

    /// <summary>All orders ever, oldest first.</summary>
    public List<TradingOrder> Orders { get; } = [];

    public IReadOnlyList<TradingOrder> OpenOrders => _open;

    public List<Fill> Fills { get; } = [];

    public List<Income> Incomes { get; } = [];

    public IEnumerable<Position> Positions => _positions.Values;

    public SymbolSettings Settings(string symbol)
    {
        if (!_settings.TryGetValue(symbol, out var settings))
        {
            _settings.Add(symbol, settings = new SymbolSettings());
        }

        return settings;
    }

    public Position Position(string symbol, PositionSide side)
    {
        if (!_positions.TryGetValue((symbol, side), out var position))
        {
            _positions.Add((symbol, side), position = new Position(symbol, side));
        }

        return position;
    }

    public void Add(TradingOrder order)
    {
        Orders.Add(order);
        _byId.Add(order.OrderId, order);
        _byClientId[(order.Symbol, order.ClientOrderId)] = order;
        if (order.IsOpen)
        {
            _open.Add(order);
        }
    }

    /// <summary>The order is open no more.</summary>
    public void Close(TradingOrder order) => _open.Remove(order);

    public TradingOrder? Find(long orderId) => _byId.GetValueOrDefault(orderId);

    public TradingOrder? Find(string symbol, long orderId) =>
        _byId.TryGetValue(orderId, out var order) && order.Symbol == symbol ? order : null;

    /// <summary>The youngest with that client order id: an id may be used again once its order is closed.</summary>
    public TradingOrder? Find(string symbol, string clientOrderId) => _byClientId.GetValueOrDefault((symbol, clientOrderId));
}
