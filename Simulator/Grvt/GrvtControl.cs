using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Exchange.Simulator.Control;
using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Api;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt;

/// <summary>
/// What tests and people may do to the private side, and the truth about it: what the venue received, and which orders, fills,
/// positions and money it has. Every member takes the simulator's turn; what it gives is a copy.
/// </summary>
internal sealed class GrvtControl(SimulatorContext context, GrvtApi api) : IVenueControl
{
    private ulong _nextOwnId = 1;

    public IReadOnlyList<string> Truths => ["commands", "orders", "fills", "positions", "balances"];

    public IReadOnlyList<string> Actions => ["fill", "overfill", "cancel", "mark", "last", "funding", "deposit", "manual-order", "liquidate", "adl", "settle"];

    /// <summary>Everything that was called, oldest first.</summary>
    public IReadOnlyList<ReceivedCommand> Commands => Within(() => api.Pipeline.Log.Commands.ToArray());

    /// <summary>Calls so far.</summary>
    public long CommandsReceived => Within(() => api.Pipeline.Log.Received);

    /// <summary>Logins that were let in.</summary>
    public int Logins => Within(() => api.Sessions.Given);

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

    /// <summary>Completes once somebody is subscribed to the stream (and the selector).</summary>
    public Task WhenSubscribed(string stream, string? selector = null) => context.When(() => api.Streams.IsWanted(stream, selector));

    public IReadOnlyList<GrvtOrderRecord> Orders(string? account = null) => Within(() => Account(account).Orders.ConvertAll(GrvtOrderRecord.Of));

    public IReadOnlyList<GrvtOrderRecord> OpenOrders(string? account = null) => Within(() => Account(account).OpenOrders.Select(GrvtOrderRecord.Of).ToArray());

    /// <summary>The youngest order with this client id; null when there is none.</summary>
    public GrvtOrderRecord? Order(string clientOrderId, string? account = null) =>
        Within(() => Find(clientOrderId, account) is { } order ? GrvtOrderRecord.Of(order) : null);

    public IReadOnlyList<GrvtFillRecord> Fills(string? account = null) => Within(() => Account(account).Fills.ConvertAll(GrvtFillRecord.Of));

    /// <summary>Positions that are not flat.</summary>
    public IReadOnlyList<GrvtPositionRecord> Positions(string? account = null) => Within(() => Account(account).Positions
        .Where(static position => position.Size != 0)
        .Select(static position => new GrvtPositionRecord(position.Symbol, position.Size, position.EntryPrice, position.Realised))
        .ToArray());

    public IReadOnlyDictionary<string, decimal> Balances(string? account = null) =>
        Within(() => new Dictionary<string, decimal>(Account(account).Balances, StringComparer.Ordinal));

    /// <summary>A stranger takes so much of the order (null: all that is left) at its own price, whatever else is in the book.</summary>
    /// <exception cref="ArgumentException">It is not in the book.</exception>
    public void Fill(string clientOrderId, decimal? size = null, string? account = null) => Do(() => api.Desk.Fill(Known(clientOrderId, account), size));

    /// <summary>More is filled than was asked for: what is left of the order, if anything, and then so much again.</summary>
    public void Overfill(string clientOrderId, decimal size, string? account = null) => Do(() =>
    {
        var order = Known(clientOrderId, account);
        if (order.IsOpen)
        {
            api.Desk.Fill(order, null);
        }

        api.Desk.Book(order, order.Ticket.Price == 0 ? order.AveragePrice : order.Ticket.Price, size);
    });

    /// <summary>The venue cancels an order that nobody asked it to cancel.</summary>
    public void Cancel(string clientOrderId, string? account = null, string reason = "MM_PROTECTION") =>
        Do(() => api.Desk.Cancel(Known(clientOrderId, account), reason));

    /// <summary>Holds the mark price; null lets it follow the book again. Fires what it fires.</summary>
    public void SetMark(string symbol, decimal? price) => Do(() =>
    {
        Feed(symbol).MarkByHand = price;
        api.Desk.Settle();
    });

    /// <summary>A trade between strangers at this price, beside the book. Fires what it fires.</summary>
    public void SetLast(string symbol, decimal price) => Do(() => Feed(symbol).Print(price));

    /// <summary>Funding on every account's position: longs pay a positive rate (a part, not percent).</summary>
    public void Fund(string symbol, decimal rate) => Do(() =>
    {
        var feed = Feed(symbol);
        foreach (var account in api.Desk.Accounts)
        {
            api.Desk.Fund(account, feed.Symbol, rate);
        }
    });

    /// <summary>Money comes in, or goes out with a negative amount. No stream tells of balances.</summary>
    public void Deposit(string currency, decimal amount, string? account = null) => Do(() =>
    {
        var balances = Account(account).Balances;
        balances[currency] = balances.GetValueOrDefault(currency) + amount;
    });

    /// <summary>An order of the account that another program of its owner places: in the venue's own form, unsigned.</summary>
    /// <returns>Its client order id.</returns>
    public string PlaceManually(JsonObject order, string? account = null) => Within(() =>
    {
        var owner = Account(account);
        var full = (JsonObject)order.DeepClone();
        full["sub_account_id"] ??= GrvtText.Of(owner.SubAccountId);
        full["metadata"] ??= new JsonObject { ["client_order_id"] = GrvtText.Of(_nextOwnId++) };
        full["time_in_force"] ??= "GOOD_TILL_TIME";
        try
        {
            return GrvtText.Of(api.Desk.Place(owner, GrvtOrderMethods.Read(new GrvtRequest(full), signed: false)).ClientOrderId);
        }
        catch (GrvtErrorException refused)
        {
            throw new ArgumentException($"the venue refuses: {refused.Code} {refused.Message}", refused);
        }
    });

    /// <summary>The venue closes a position by an order of its own; the fill says that it is a liquidation, if it is one.</summary>
    /// <param name="size">Null: all of it.</param>
    /// <returns>The client order id.</returns>
    public string CloseBySystem(GrvtSystemClose kind, string symbol, decimal? size = null, decimal? price = null, string? account = null) => Within(() =>
    {
        var owner = Account(account);
        var feed = Feed(symbol);
        var position = owner.Position(symbol);
        if (position.Size == 0)
        {
            throw new ArgumentException($"{symbol}: there is no position to close");
        }

        var at = price ?? decimal.Round(feed.Mark / feed.Instrument.Tick) * feed.Instrument.Tick;
        var closed = Math.Min(size ?? decimal.MaxValue, Math.Abs(position.Size));
        var now = context.Clock.VenueNanoseconds();
        var order = new GrvtOrder
        {
            Account = owner,
            Feed = feed,
            Number = feed.Book.NextOrderId(),
            CreateTime = now,
            UpdateTime = now,
            Status = "OPEN",
            Ticket = new GrvtTicket
            {
                SubAccountId = owner.SubAccountId,
                ClientOrderId = _nextOwnId++,
                Symbol = symbol,
                Side = position.Size > 0 ? Side.Sell : Side.Buy,
                IsMarket = false,
                TimeInForce = "IMMEDIATE_OR_CANCEL",
                ReduceOnly = true,
                Size = closed,
                Price = at,
                Signature = GrvtSignature.None,
            },
        };
        owner.Add(order);
        api.Desk.Book(order, at, closed, kind == GrvtSystemClose.Liquidation);
        return GrvtText.Of(order.ClientOrderId);
    });

    public object Truth(string name, string? account, string? clientOrderId) => name switch
    {
        "commands" => Commands.Where(command => clientOrderId is null || command.ClientOrderId == clientOrderId),
        "orders" => Orders(account).Where(order => clientOrderId is null || order.ClientOrderId == clientOrderId),
        "fills" => Fills(account),
        "positions" => Positions(account),
        "balances" => Balances(account),
        _ => throw new ArgumentException($"nothing of the name {name}; there are {string.Join(", ", Truths)}"),
    };

    public string? Do(string action, JsonElement request)
    {
        var asked = request.Deserialize<GrvtActionRequest>(ControlJson.Options) ?? throw new ArgumentException("the body is empty");
        switch (action)
        {
            case "fill":
                Fill(Required(asked.ClientOrderId, "client_order_id"), Number(asked.Size, "size"), asked.Account);
                return null;
            case "overfill":
                Overfill(Required(asked.ClientOrderId, "client_order_id"), RequiredNumber(asked.Size, "size"), asked.Account);
                return null;
            case "cancel":
                Cancel(Required(asked.ClientOrderId, "client_order_id"), asked.Account);
                return null;
            case "mark":
                SetMark(Required(asked.Symbol, "symbol"), Number(asked.Price, "price"));
                return null;
            case "last":
                SetLast(Required(asked.Symbol, "symbol"), RequiredNumber(asked.Price, "price"));
                return null;
            case "funding":
                Fund(Required(asked.Symbol, "symbol"), RequiredNumber(asked.Rate, "rate"));
                return null;
            case "deposit":
                Deposit(Required(asked.Currency, "currency"), RequiredNumber(asked.Amount, "amount"), asked.Account);
                return null;
            case "manual-order":
                return PlaceManually(asked.Order ?? throw new ArgumentException("order: the venue's own form of it"), asked.Account);
            case "liquidate":
                return Close(GrvtSystemClose.Liquidation, asked);
            case "adl":
                return Close(GrvtSystemClose.Deleveraging, asked);
            case "settle":
                return Close(GrvtSystemClose.Settlement, asked);
            default:
                throw new ArgumentException($"no action {action}; there are {string.Join(", ", Actions)}");
        }
    }

    private static bool Is(ReceivedCommand command, string clientOrderId, string? method) =>
        command.ClientOrderId == clientOrderId && (method is null || command.Method == method);

    private static string Required(string? value, string name) => value ?? throw new ArgumentException($"{name} is missing");

    private static decimal RequiredNumber(string? value, string name) => Number(value, name) ?? throw new ArgumentException($"{name} is missing");

    private static decimal? Number(string? value, string name) => value is null ? null
        : decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name}: a decimal as text");

    private string Close(GrvtSystemClose kind, GrvtActionRequest asked) =>
        CloseBySystem(kind, Required(asked.Symbol, "symbol"), Number(asked.Size, "size"), Number(asked.Price, "price"), asked.Account);

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

    private GrvtFeed Feed(string symbol) => api.Market.Find(symbol) ?? throw new ArgumentException($"symbol: there is no {symbol}");

    private GrvtAccount Account(string? name) => name is null
        ? api.Desk.Accounts[0]
        : api.Desk.Accounts.FirstOrDefault(account => account.Name == name)
            ?? throw new ArgumentException($"account: one of {string.Join(", ", api.Desk.Accounts.Select(account => account.Name))}");

    private GrvtOrder? Find(string clientOrderId, string? account) =>
        ulong.TryParse(clientOrderId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Account(account).Find(id) : null;

    private GrvtOrder Known(string clientOrderId, string? account) => Find(clientOrderId, account)
        ?? throw new ArgumentException($"client_order_id: there is no order {clientOrderId}");
}

/// <summary>What <c>POST /grvt/&lt;action&gt;</c> may say; each action reads the members that it needs.</summary>
internal sealed record GrvtActionRequest(
    string? Account = null, string? ClientOrderId = null, string? Symbol = null, string? Size = null, string? Price = null, string? Rate = null,
    string? Currency = null, string? Amount = null, JsonObject? Order = null);

/// <summary>Why the venue closes a position itself.</summary>
internal enum GrvtSystemClose
{
    Liquidation,
    Deleveraging,
    Settlement,
}

/// <summary>An order as the venue has it at one moment.</summary>
internal sealed record GrvtOrderRecord(
    string Symbol, string OrderId, string ClientOrderId, string Side, bool IsMarket, string TimeInForce, string Status, string RejectReason,
    decimal Price, decimal Size, decimal Traded, decimal AveragePrice, bool ReduceOnly, bool PostOnly)
{
    public static GrvtOrderRecord Of(GrvtOrder order) => new(
        order.Symbol, order.OrderId, GrvtText.Of(order.ClientOrderId), order.Side == Engine.Side.Buy ? "BUY" : "SELL", order.Ticket.IsMarket,
        order.Ticket.TimeInForce, order.Status, order.RejectReason, order.Ticket.Price, order.Ticket.Size, order.Traded, order.AveragePrice,
        order.Ticket.ReduceOnly, order.Ticket.PostOnly);
}

/// <summary>A fill as the venue booked it; the size is signed by the order's side.</summary>
internal sealed record GrvtFillRecord(
    string Symbol, string TradeId, string OrderId, string ClientOrderId, decimal SignedSize, decimal Price, decimal Fee, decimal Realised, bool IsTaker)
{
    public static GrvtFillRecord Of(GrvtFill fill) => new(
        fill.Order.Symbol, fill.TradeId, fill.Order.OrderId, GrvtText.Of(fill.Order.ClientOrderId),
        fill.Order.Side == Side.Buy ? fill.Size : -fill.Size, fill.Price, fill.Fee, fill.Realised, fill.IsTaker);
}

/// <summary>A position as the venue has it.</summary>
internal sealed record GrvtPositionRecord(string Symbol, decimal Size, decimal EntryPrice, decimal Realised);
