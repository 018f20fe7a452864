using System.Text.Json;
using Exchange.Simulator.Binance.Algo;
using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance;

/// <summary>
/// What tests and people may do to the private side, and the truth about it: what the venue received, and which orders,
/// fills, positions and money it has. Every member takes the simulator's turn; what it gives is a copy.
/// </summary>
internal sealed class TradingControl(SimulatorContext context, VenueApi api) : IVenueControl
{
    private long _nextSystemOrder = 1;

    public IReadOnlyList<string> Truths => ["commands", "orders", "algo-orders", "fills", "positions", "wallets"];

    public IReadOnlyList<string> Actions => TradingActions.Names;

    /// <summary>Everything the private API received, oldest first.</summary>
    public IReadOnlyList<ReceivedCommand> Commands => Within(() => api.Pipeline.Log.Commands.ToArray());

    /// <summary>Requests to the private API so far.</summary>
    public long CommandsReceived => Within(() => api.Pipeline.Log.Received);

    /// <summary>How often something was received that names this client order id (of one method, when given).</summary>
    public int CountReceived(string clientOrderId, string? method = null) =>
        Within(() => api.Pipeline.Log.Commands.Count(command => Is(command, clientOrderId, method)));

    /// <summary>Completes once a command with this client order id has been received so many times.</summary>
    public Task WhenReceived(string clientOrderId, string? method = null, int times = 1) =>
        context.When(() => api.Pipeline.Log.Commands.Count(command => Is(command, clientOrderId, method)) >= times);

    /// <summary>Completes once so many commands of this method have been received.</summary>
    public Task WhenReceivedMethod(string method, int times = 1) =>
        context.When(() => api.Pipeline.Log.Commands.Count(command => command.Method == method) >= times);

    /// <summary>Completes once the order has this status.</summary>
    public Task WhenOrder(string clientOrderId, string status, string? account = null) =>
        context.When(() => Find(clientOrderId, account)?.Status == status);

    public IReadOnlyList<OrderRecord> Orders(string? account = null) =>
        Within(() => Account(account).Orders.ConvertAll(OrderRecord.Of));

    public IReadOnlyList<OrderRecord> OpenOrders(string? account = null) =>
        Within(() => Account(account).OpenOrders.Select(OrderRecord.Of).ToArray());

    /// <summary>The youngest order with this client id; null when there is none.</summary>
    public OrderRecord? Order(string clientOrderId, string? account = null) =>
        Within(() => Find(clientOrderId, account) is { } order ? OrderRecord.Of(order) : null);

    public IReadOnlyList<AlgoRecord> AlgoOrders(string? account = null) => Within(() => api.Algo.Orders
        .Where(order => order.Account == Account(account)).Select(AlgoRecord.Of).ToArray());

    public IReadOnlyList<FillRecord> Fills(string? account = null) =>
        Within(() => Account(account).Fills.ConvertAll(FillRecord.Of));

    /// <summary>Positions that are not flat.</summary>
    public IReadOnlyList<PositionRecord> Positions(string? account = null) => Within(() => Account(account).Positions
        .Where(position => position.Amount != 0)
        .Select(position => new PositionRecord(position.Symbol, OrderJson.Word(position.Side), position.Amount, position.EntryPrice, position.Realised))
        .ToArray());

    public IReadOnlyDictionary<string, decimal> Wallets(string? account = null) =>
        Within(() => new Dictionary<string, decimal>(Account(account).Wallets, StringComparer.Ordinal));

    /// <summary>The account's listen key, if one is alive.</summary>
    public string? ListenKey(string? account = null) => Within(() => api.Streams.KeyOf(Account(account)));

    /// <summary>A stranger takes so much of the order (null: all that is left) at its own price, whatever else is in the book.</summary>
    /// <exception cref="ArgumentException">It is not in the book.</exception>
    public void Fill(string clientOrderId, decimal? quantity = null, string? account = null) => Do(() =>
        api.Desk.Fill(Known(clientOrderId, account), quantity));

    /// <summary>
    /// More is filled than was asked for: what is left of the order, if anything, and then so much again. Events, position and
    /// money tell the truth about it.
    /// </summary>
    public void Overfill(string clientOrderId, decimal quantity, string? account = null) => Do(() =>
    {
        var order = Known(clientOrderId, account);
        if (order.IsOpen)
        {
            api.Desk.Fill(order, null);
        }

        var price = order.Price == 0 ? order.AveragePrice : order.Price;
        api.Desk.Quietly(() => api.Desk.Books.Book(order, order.Feed.Book.NextTradeId(), price, quantity, isMaker: true));
    });

    /// <summary>The venue cancels an order that nobody asked it to cancel.</summary>
    public void Cancel(string clientOrderId, string? account = null) => Do(() => api.Desk.Cancel(Known(clientOrderId, account)));

    /// <summary>Holds the mark price; null lets it follow the book again. Fires what it fires.</summary>
    public void SetMark(string symbol, decimal? price) => Do(() =>
    {
        Feed(symbol).MarkByHand = price is { } given ? Fixed8.Of(given) : null;
        api.Desk.Settle();
    });

    /// <summary>A trade between strangers at this price, beside the book. Fires what it fires.</summary>
    public void SetLast(string symbol, decimal price) => Do(() => Feed(symbol).Print(Fixed8.Of(price)));

    /// <summary>Funding on every account's position in the symbol: longs pay a positive rate.</summary>
    public void Fund(string symbol, decimal rate) => Do(() =>
    {
        _ = Feed(symbol);
        foreach (var account in api.Accounts)
        {
            api.Desk.Books.Fund(account, symbol, rate);
        }
    });

    /// <summary>Money comes in, or goes out with a negative amount.</summary>
    public void Deposit(string asset, decimal amount, string? account = null) => Do(() =>
        api.Desk.Books.Transfer(Account(account), asset, amount, amount >= 0 ? "DEPOSIT" : "WITHDRAW"));

    /// <summary>An order of the account that another program of its owner places: <c>web_…</c>, with the venue's own parameters.</summary>
    /// <returns>Its client order id.</returns>
    public string PlaceManually(IReadOnlyDictionary<string, string> parameters, string? account = null) => Within(() =>
    {
        var owner = Account(account);
        var with = new Dictionary<string, string>(parameters, StringComparer.Ordinal);
        with.TryAdd("newClientOrderId", $"web_{_nextSystemOrder++:D12}");
        var read = Parameters.Of(with);
        var symbol = Feed(read.Required("symbol")).Instrument.Symbol;
        return api.Desk.Place(owner, symbol, OrderTicket.Read(read, owner, context.Clock.VenueMilliseconds)).ClientOrderId;
    });

    /// <summary>
    /// The venue closes a position by an order of its own: <c>autoclose-</c> (liquidation), <c>adl_autoclose-</c>,
    /// <c>settlement_autoclose-</c>. Its one event tells the fill, with a status that is not the order's (NEW as documented).
    /// </summary>
    /// <param name="quantity">Null: all of it.</param>
    /// <returns>The client order id.</returns>
    public string CloseBySystem(
        SystemClose kind, string symbol, PositionSide side = PositionSide.Both, decimal? quantity = null, decimal? price = null,
        string toldStatus = "NEW", string? account = null) => Within(() =>
    {
        var owner = Account(account);
        var feed = Feed(symbol);
        var position = owner.Position(symbol, side);
        if (position.Amount == 0)
        {
            throw new ArgumentException($"{symbol} {OrderJson.Word(side)}: there is no position to close");
        }

        var closed = Math.Min(quantity ?? decimal.MaxValue, Math.Abs(position.Amount));
        var at = price ?? api.Desk.MarkOf(symbol);
        var now = context.Clock.VenueMilliseconds;
        var prefix = kind switch
        {
            SystemClose.Liquidation => "autoclose-",
            SystemClose.Deleveraging => "adl_autoclose-",
            _ => "settlement_autoclose-",
        };
        var order = new TradingOrder
        {
            Account = owner,
            Feed = feed,
            OrderId = feed.Book.NextOrderId(),
            ClientOrderId = $"{prefix}{now}{_nextSystemOrder++:D6}",
            Side = position.Amount > 0 ? Side.Sell : Side.Buy,
            PositionSide = side,
            Type = "LIMIT",
            OriginalType = "LIMIT",
            TimeInForce = "IOC",
            Quantity = closed,
            Price = at,
            ExpiryReason = kind == SystemClose.Liquidation ? 5 : 0,
            SelfTradePrevention = "NONE",
            Time = now,
        };
        owner.Add(order);
        api.Desk.Quietly(() => api.Desk.Books.Book(order, feed.Book.NextTradeId(), at, closed, isMaker: false,
            new OrderChange(kind == SystemClose.Liquidation ? "CALCULATED" : "TRADE", TellsStatus: toldStatus)));
        return order.ClientOrderId;
    });

    /// <summary>MARGIN_CALL about all positions of the account.</summary>
    public void MarginCall(string? account = null) => Do(() =>
    {
        var owner = Account(account);
        var positions = owner.Positions.Where(position => position.Amount != 0)
            .Select(position => (position, api.Desk.MarkOf(position.Symbol)));
        api.Desk.Events.MarginCall(owner, Margin.Of(owner, api.Desk.MarkOf).CrossWallet, positions);
    });

    public object Truth(string name, string? account, string? clientOrderId) => name switch
    {
        "commands" => Commands.Where(command => clientOrderId is null || command.ClientOrderId == clientOrderId),
        "orders" => Orders(account).Where(order => clientOrderId is null || order.ClientOrderId == clientOrderId),
        "algo-orders" => AlgoOrders(account),
        "fills" => Fills(account),
        "positions" => Positions(account),
        "wallets" => Wallets(account),
        _ => throw new ArgumentException($"nothing of the name {name}; there are {string.Join(", ", Truths)}"),
    };

    public string? Do(string action, JsonElement request) => TradingActions.Do(
        this, action, request.Deserialize<TradingActionRequest>(ControlJson.Options) ?? throw new ArgumentException("the body is empty"));

    private static bool Is(ReceivedCommand command, string clientOrderId, string? method) =>
        command.ClientOrderId == clientOrderId && (method is null || command.Method == method);

    private T Within<T>(Func<T> work)
    {
        lock (context.Turn)
        {
            var result = work();
            context.Touch();
            return result;
        }
    }

    private void Do(Action work) => Within(() =>
    {
        work();
        return true;
    });

    private SymbolFeed Feed(string symbol)
    {
        try
        {
            return api.Desk.Feed(symbol);
        }
        catch (BinanceErrorException)
        {
            throw new ArgumentException($"symbol: there is no {symbol}");
        }
    }

    private Account Account(string? name) => name is null
        ? api.Accounts[0]
        : api.Accounts.FirstOrDefault(account => account.Name == name)
            ?? throw new ArgumentException($"account: one of {string.Join(", ", api.Accounts.Select(account => account.Name))}");

    private TradingOrder? Find(string clientOrderId, string? account) =>
        Account(account).Orders.FindLast(order => order.ClientOrderId == clientOrderId);

    private TradingOrder Known(string clientOrderId, string? account) => Find(clientOrderId, account)
        ?? throw new ArgumentException($"client_order_id: there is no order {clientOrderId}");
}

/// <summary>Why the venue closes a position itself.</summary>
internal enum SystemClose
{
    Liquidation,
    Deleveraging,
    Settlement,
}

/// <summary>An order as the venue has it at one moment.</summary>
internal sealed record OrderRecord(
    string Symbol, long OrderId, string ClientOrderId, string Side, string PositionSide, string Type, string TimeInForce, string Status,
    decimal Price, decimal Quantity, decimal Executed, decimal AveragePrice, bool ReduceOnly, int Amendments)
{
    public static OrderRecord Of(TradingOrder order) => new(
        order.Symbol, order.OrderId, order.ClientOrderId, OrderJson.Word(order.Side), OrderJson.Word(order.PositionSide), order.Type,
        order.TimeInForce, order.Status, order.Price, order.Quantity, order.Executed, order.AveragePrice, order.ReduceOnly, order.Amendments);
}

/// <summary>A conditional order as the venue has it at one moment.</summary>
internal sealed record AlgoRecord(
    string Symbol, long AlgoId, string ClientAlgoId, string Type, string Status, decimal TriggerPrice, long? ActualOrderId)
{
    public static AlgoRecord Of(AlgoOrder order) => new(
        order.Symbol, order.AlgoId, order.ClientAlgoId, order.Ticket.Type, order.Status, order.Ticket.TriggerPrice, order.Actual?.OrderId);
}

/// <summary>A fill as the venue booked it; the quantity is signed by the order's side.</summary>
internal sealed record FillRecord(
    string Symbol, long TradeId, long OrderId, string ClientOrderId, string PositionSide, decimal SignedQuantity, decimal Price,
    decimal Commission, decimal Realised, bool IsMaker)
{
    public static FillRecord Of(Fill fill) => new(
        fill.Order.Symbol, fill.TradeId, fill.Order.OrderId, fill.Order.ClientOrderId, OrderJson.Word(fill.Order.PositionSide),
        fill.Order.Side == Side.Buy ? fill.Quantity : -fill.Quantity, fill.Price, fill.Commission, fill.Realised, fill.IsMaker);
}

/// <summary>A position as the venue has it.</summary>
internal sealed record PositionRecord(string Symbol, string PositionSide, decimal Amount, decimal EntryPrice, decimal Realised);
