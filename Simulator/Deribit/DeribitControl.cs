using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Control;
using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Deribit.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit;

/// <summary>
/// What tests and people may do to the private side, and the truth about it: what the venue received, and which orders,
/// fills, positions and money it has. Every member takes the simulator's turn; what it gives is a copy. A client order id is a label.
/// </summary>
internal sealed class DeribitControl(SimulatorContext context, DeribitVenue venue, TradingDesk desk) : IVenueControl
{
    private long _nextManual = 1;

    public IReadOnlyList<string> Truths => ["commands", "orders", "fills", "positions", "balances"];

    public IReadOnlyList<string> Actions => DeribitActions.Names;

    /// <summary>Everything the private API received, oldest first.</summary>
    public IReadOnlyList<ReceivedCommand> Commands => Within(() => venue.Pipeline.Log.Commands.ToArray());

    /// <summary>Requests to the private API so far.</summary>
    public long CommandsReceived => Within(() => venue.Pipeline.Log.Received);

    /// <summary>How often something was received that names this label (of one method, when given).</summary>
    public int CountReceived(string label, string? method = null) =>
        Within(() => venue.Pipeline.Log.Commands.Count(command => Is(command, label, method)));

    /// <summary>Completes once a command with this label has been received so many times.</summary>
    public Task WhenReceived(string label, string? method = null, int times = 1) =>
        context.When(() => venue.Pipeline.Log.Commands.Count(command => Is(command, label, method)) >= times);

    /// <summary>Completes once so many commands of this method have been received.</summary>
    public Task WhenReceivedMethod(string method, int times = 1) =>
        context.When(() => venue.Pipeline.Log.Commands.Count(command => command.Method == method) >= times);

    /// <summary>Completes once the order has this state.</summary>
    public Task WhenOrder(string label, string state, string? account = null) => context.When(() => Find(label, account)?.State == state);

    public IReadOnlyList<DeribitOrderRecord> Orders(string? account = null) => Within(() => Account(account).Orders.ConvertAll(DeribitOrderRecord.Of));

    public IReadOnlyList<DeribitOrderRecord> OpenOrders(string? account = null) =>
        Within(() => Account(account).OpenOrders.Select(DeribitOrderRecord.Of).ToArray());

    /// <summary>The youngest order with this label; null when there is none.</summary>
    public DeribitOrderRecord? Order(string label, string? account = null) =>
        Within(() => Find(label, account) is { } order ? DeribitOrderRecord.Of(order) : null);

    public IReadOnlyList<DeribitFillRecord> Fills(string? account = null) => Within(() => Account(account).Fills.ConvertAll(DeribitFillRecord.Of));

    /// <summary>Positions that are not flat.</summary>
    public IReadOnlyList<DeribitPositionRecord> Positions(string? account = null) => Within(() => Account(account).Positions
        .Where(position => position.Amount != 0)
        .Select(position => new DeribitPositionRecord(position.Instrument.Name, position.Amount, position.AveragePrice, position.Realised)).ToArray());

    public IReadOnlyDictionary<string, decimal> Balances(string? account = null) =>
        Within(() => new Dictionary<string, decimal>(Account(account).Balances, StringComparer.Ordinal));

    /// <summary>A stranger takes so much of the order (null: all that is left) at its own price, whatever else is in the book.</summary>
    /// <exception cref="ArgumentException">It is not in the book.</exception>
    public void Fill(string label, decimal? amount = null, string? account = null) => Do(() => desk.Fill(Known(label, account), amount));

    /// <summary>
    /// More is filled than was asked for: what is left of the order, if anything, and then so much again. Events, position and
    /// money tell the truth about it.
    /// </summary>
    public void Overfill(string label, decimal amount, string? account = null) => Do(() =>
    {
        var order = Known(label, account);
        if (order.IsOpen)
        {
            desk.Fill(order, null);
        }

        var price = order.Filled == 0 ? order.Price ?? order.Feed.Mark : order.AveragePrice;
        desk.Quietly(() => desk.Books.Book(order, TradeOf(order, price, amount), price, amount, isMaker: true));
    });

    /// <summary>The venue cancels an order that nobody asked it to cancel.</summary>
    public void Cancel(string label, string? account = null, string reason = "risk_mitigation") => Do(() => desk.End(Known(label, account), reason));

    /// <summary>Holds the mark price; null lets it follow the book again. Fires what it fires.</summary>
    public void SetMark(string instrument, decimal? price) => Do(() =>
    {
        Feed(instrument).MarkByHand = price;
        desk.Settle();
    });

    /// <summary>A trade between strangers at this price, beside the book. Fires what it fires.</summary>
    public void SetLast(string instrument, decimal price) => Do(() => Feed(instrument).Print(Fixed8.Of(price)));

    /// <summary>Funding on every account's position: longs pay a positive rate.</summary>
    public void Fund(string instrument, decimal rate) => Do(() => desk.Quietly(() =>
    {
        foreach (var account in venue.Gatekeeper.Accounts)
        {
            desk.Books.Fund(account, Feed(instrument), rate);
        }
    }));

    /// <summary>Money comes in, or goes out with a negative amount.</summary>
    public void Deposit(string currency, decimal amount, string? account = null) => Do(() => desk.Quietly(() =>
        desk.Books.Transfer(Account(account), currency, amount)));

    /// <summary>The instrument's state: <c>open</c>, <c>locked</c>, <c>settlement</c>, <c>halted</c>, <c>inactive</c>.</summary>
    public void SetState(string instrument, string state) => Do(() => desk.Market.SetState(Feed(instrument), state));

    /// <summary>The account is locked, or open again; it is told, and nothing else happens.</summary>
    public void Lock(bool locked, string? account = null) => Do(() => desk.Events.Lock(Account(account), locked));

    /// <summary>
    /// An order of the account that its owner places in the venue's web page, with the venue's own parameters and <c>direction</c>.
    /// </summary>
    /// <returns>Its label.</returns>
    public string PlaceManually(IReadOnlyDictionary<string, string> parameters, string? account = null) => Within(() =>
    {
        var with = new Dictionary<string, string>(parameters, StringComparer.Ordinal);
        with.TryAdd("label", $"web_{_nextManual++.ToString("D12", CultureInfo.InvariantCulture)}");
        var read = RpcParams.Of(with);
        var feed = Feed(read.Required("instrument_name"));
        var side = read.Word("direction", "", "buy", "sell") == "buy" ? Side.Buy : Side.Sell;
        return desk.Place(Account(account), feed, OrderTicket.Read(read, side, feed.Instrument), connectionId: 0, isWeb: true).Label;
    });

    /// <summary>The venue closes a position by an order of its own: a market order of liquidation, without a label and without a fee.</summary>
    /// <param name="amount">Null: all of it.</param>
    /// <returns>Its order id: it has no label.</returns>
    public string CloseBySystem(string instrument, decimal? amount = null, decimal? price = null, string? account = null, bool liquidation = true) => Within(() =>
    {
        var (owner, feed) = (Account(account), Feed(instrument));
        var position = owner.Position(feed.Instrument);
        if (position.Amount == 0)
        {
            throw new ArgumentException($"{instrument}: there is no position to close");
        }

        var closed = Math.Min(amount ?? decimal.MaxValue, Math.Abs(position.Amount));
        var at = price ?? feed.Mark;
        var number = feed.Book.NextOrderId();
        var order = new DeribitOrder
        {
            Account = owner,
            Feed = feed,
            Number = number,
            OrderId = InstrumentFeed.IdOf(feed.Instrument, number),
            Side = position.Amount > 0 ? Side.Sell : Side.Buy,
            Type = "market",
            TimeInForce = "good_til_cancelled",
            Label = "",
            Amount = closed,
            Price = at,
            ReduceOnly = true,
            IsLiquidation = liquidation,
            State = "open",
            Created = desk.Now,
            Updated = desk.Now,
        };
        owner.Add(order);
        desk.Quietly(() => desk.Books.Book(order, TradeOf(order, at, closed), at, closed, isMaker: false, free: true));
        return order.OrderId;
    });

    public object Truth(string name, string? account, string? clientOrderId) => name switch
    {
        "commands" => Commands.Where(command => clientOrderId is null || command.ClientOrderId == clientOrderId),
        "orders" => Orders(account).Where(order => clientOrderId is null || order.Label == clientOrderId),
        "fills" => Fills(account),
        "positions" => Positions(account),
        "balances" => Balances(account),
        _ => throw new ArgumentException($"nothing of the name {name}; there are {string.Join(", ", Truths)}"),
    };

    public string? Do(string action, JsonElement request) => DeribitActions.Do(
        this, action, request.Deserialize<DeribitActionRequest>(ControlJson.Options) ?? throw new ArgumentException("the body is empty"));

    private static bool Is(ReceivedCommand command, string label, string? method) =>
        command.ClientOrderId == label && (method is null || command.Method == method);

    /// <summary>A public trade for what was not matched in the book.</summary>
    private PublicTrade TradeOf(DeribitOrder order, decimal price, decimal amount)
    {
        var stranger = new Order
        {
            Id = order.Feed.Book.NextOrderId(),
            Owner = "stranger",
            Side = MatchingBook.Opposite(order.Side),
            Price = Fixed8.Of(price),
            Quantity = Fixed8.Of(amount),
            TimeInForce = TimeInForce.ImmediateOrCancel,
            State = OrderState.Filled,
        };
        var trade = new Trade(order.Feed.Book.NextTradeId(), Fixed8.Of(price), Fixed8.Of(amount), stranger, stranger);
        return new PublicTrade(trade, order.Feed.NextSequence(), context.Clock.VenueMilliseconds, 1, order.Feed.Index, order.Feed.Mark);
    }

    private T Within<T>(Func<T> work)
    {
        lock (context.Turn)
        {
            try
            {
                var result = work();
                context.Touch();
                return result;
            }
            catch (DeribitException refused)
            {
                throw new ArgumentException($"the venue refuses: {refused.Code} {refused.Message} {refused.Reason}", refused);
            }
        }
    }

    private void Do(Action work) => Within(() =>
    {
        work();
        return true;
    });

    private InstrumentFeed Feed(string instrument) => desk.Market.Find(instrument)
        ?? throw new ArgumentException($"instrument: one of {string.Join(", ", desk.Market.Symbols)}");

    private DeribitAccount Account(string? name) => name is null
        ? venue.Gatekeeper.Accounts[0]
        : venue.Gatekeeper.Accounts.FirstOrDefault(account => account.Name == name)
            ?? throw new ArgumentException($"account: one of {string.Join(", ", venue.Gatekeeper.Accounts.Select(account => account.Name))}");

    private DeribitOrder? Find(string label, string? account) =>
        Account(account).Orders.FindLast(order => order.Label == label || order.OrderId == label);

    private DeribitOrder Known(string label, string? account) => Find(label, account) ?? throw new ArgumentException($"client_order_id: there is no order {label}");
}

/// <summary>An order as the venue has it at one moment.</summary>
/// <param name="TriggerOrderId">Of an order that a trigger made: the trigger's id.</param>
internal sealed record DeribitOrderRecord(
    string Instrument, string OrderId, string Label, string Direction, string Type, string TimeInForce, string State, decimal? Price, decimal Amount,
    decimal Filled, decimal AveragePrice, bool ReduceOnly, string? TriggerOrderId, string? CancelReason, bool Replaced)
{
    public static DeribitOrderRecord Of(DeribitOrder order) => new(
        order.Instrument.Name, order.OrderId, order.Label, OrderJson.Word(order.Side), order.Type, order.TimeInForce, order.State, order.Price, order.Amount,
        order.Filled, order.AveragePrice, order.ReduceOnly, order.TriggerOrderId, order.CancelReason, order.Replaced);
}

/// <summary>A fill as the venue booked it; the amount is signed by the order's side.</summary>
internal sealed record DeribitFillRecord(
    string Instrument, string TradeId, string OrderId, string Label, decimal SignedAmount, decimal Price, decimal Fee, decimal Profit, bool IsMaker)
{
    public static DeribitFillRecord Of(DeribitFill fill) => new(
        fill.Order.Instrument.Name, fill.TradeId, fill.Order.OrderId, fill.Order.Label, fill.Order.Side == Side.Buy ? fill.Amount : -fill.Amount,
        fill.Price, fill.Fee, fill.Profit, fill.IsMaker);
}

/// <summary>A position as the venue has it, in the unit of orders.</summary>
internal sealed record DeribitPositionRecord(string Instrument, decimal Amount, decimal AveragePrice, decimal Realised);
