using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Algo;

/// <summary>
/// Conditional orders: they wait here, outside the book, until a price fires them; then a real order goes to the desk. Each
/// step is an ALGO_UPDATE; the real order's own events come before FINISHED (sheet, sections 6.5 and 8.5).
/// </summary>
internal sealed class AlgoService
{
    public const int MaximumOpen = 200;

    private readonly SimulatorContext _context;
    private readonly TradingDesk _desk;
    private readonly bool _keepsClientId;
    private readonly Dictionary<long, AlgoOrder> _byId = [];
    private readonly List<AlgoOrder> _pending = [];
    private readonly Dictionary<TradingOrder, AlgoOrder> _working = [];
    private long _nextId = 3_000_000_000_012_345;
    private long _nextClientId;

    /// <param name="keepsClientId">Whether the real order has the conditional one's client id, or one of the venue's making.</param>
    public AlgoService(SimulatorContext context, TradingDesk desk, bool keepsClientId)
    {
        _context = context;
        _desk = desk;
        _keepsClientId = keepsClientId;
        desk.WhenQuiet.Add(Trigger);
        desk.Closed = OnClosed;
    }

    /// <summary>All there ever were, oldest first.</summary>
    public List<AlgoOrder> Orders { get; } = [];

    private long Now => _context.Clock.VenueMilliseconds;

    public static BinanceErrorException WouldTrigger() => new(400, -2021, "Order would immediately trigger.");

    public AlgoOrder? Find(long algoId) => _byId.GetValueOrDefault(algoId);

    public AlgoOrder? Find(Account account, long? algoId, string? clientAlgoId) => Orders.FindLast(order =>
        order.Account == account && (algoId is { } id ? order.AlgoId == id : order.ClientAlgoId == clientAlgoId));

    public AlgoOrder Place(Account account, string symbol, AlgoTicket ticket)
    {
        var feed = _desk.Feed(symbol);
        Filters.CheckStatus(feed);
        CheckNumbers(feed, ticket);
        if (ticket.ClientAlgoId is { } given && _pending.Exists(order => order.Account == account && order.ClientAlgoId == given))
        {
            throw new BinanceErrorException(400, -4116, "ClientOrderId is duplicated.");
        }

        if (_pending.Count(order => order.Account == account) >= MaximumOpen)
        {
            throw new BinanceErrorException(400, -4045, "Reach max stop order limit.");
        }

        var price = PriceOf(feed, ticket);
        if (ticket.IsTrailing)
        {
            // The price has still to come to the activation.
            if (ticket.ActivatePrice is { } activate && (ticket.Side == Side.Buy ? activate >= price : activate <= price))
            {
                throw WouldTrigger();
            }
        }
        else if (ticket.FiresAbove ? price >= ticket.TriggerPrice : price <= ticket.TriggerPrice)
        {
            throw WouldTrigger();
        }

        var order = new AlgoOrder
        {
            Account = account,
            Feed = feed,
            AlgoId = _nextId++,
            ClientAlgoId = ticket.ClientAlgoId ?? $"simalgo{++_nextClientId:D15}",
            Ticket = ticket,
            CreateTime = Now,
            UpdateTime = Now,
            Extreme = price,
        };
        Orders.Add(order);
        _byId.Add(order.AlgoId, order);
        _pending.Add(order);
        Tell(order);
        if (ticket is { IsTrailing: true, ActivatePrice: null })
        {
            Activate(order, price);
        }

        return order;
    }

    /// <exception cref="BinanceErrorException">-2011: it waits no more, or never was.</exception>
    public void Cancel(AlgoOrder? order)
    {
        if (order is not { Status: "NEW" })
        {
            throw new BinanceErrorException(400, -2011, "Unknown order sent.");
        }

        End(order, "CANCELED", "");
    }

    private static void CheckNumbers(SymbolFeed feed, AlgoTicket ticket)
    {
        if (!ticket.ClosePosition)
        {
            Filters.CheckQuantity(feed.Instrument, ticket.Quantity, market: !ticket.IsLimit);
        }

        foreach (var price in (ReadOnlySpan<decimal?>)[ticket.IsTrailing ? null : ticket.TriggerPrice, ticket.Price, ticket.ActivatePrice])
        {
            if (price is { } given)
            {
                Filters.CheckPrice(feed.Instrument, given);
            }
        }

        var digits = feed.Instrument.Core.PriceDigits;
        if (ticket.Price is { } limit && ticket.Side == Side.Buy && limit > ticket.TriggerPrice * Filters.PercentUp)
        {
            throw new BinanceErrorException(400, -4183, $"Limit price can't be higher than {Decimals.Fixed(ticket.TriggerPrice * Filters.PercentUp, digits)}.");
        }

        if (ticket.Price is { } low && ticket.Side == Side.Sell && low < ticket.TriggerPrice * Filters.PercentDown)
        {
            throw new BinanceErrorException(400, -4184, $"Limit price can't be lower than {Decimals.Fixed(ticket.TriggerPrice * Filters.PercentDown, digits)}.");
        }
    }

    private static decimal PriceOf(SymbolFeed feed, AlgoTicket ticket) =>
        Fixed8.ToDecimal(ticket.ByMark ? feed.MarkPrice().Mark : feed.LastPrice);

    /// <summary>Fires what the prices as they are now fire; true when anything did.</summary>
    private bool Trigger()
    {
        if (_pending.Count == 0)
        {
            return false;
        }

        var any = false;
        foreach (var order in _pending.ToArray())
        {
            var price = PriceOf(order.Feed, order.Ticket);
            if (order.IsOpen && order.Feed.Instrument.Core.IsTrading && (order.Ticket.IsTrailing ? Trails(order, price) : Fires(order.Ticket, price)))
            {
                Fire(order);
                any = true;
            }
        }

        return any;
    }

    private static bool Fires(AlgoTicket ticket, decimal price) =>
        ticket.FiresAbove ? price >= ticket.TriggerPrice : price <= ticket.TriggerPrice;

    private bool Trails(AlgoOrder order, decimal price)
    {
        var buys = order.Ticket.Side == Side.Buy;
        if (!order.IsActivated)
        {
            if (buys ? price > order.Ticket.ActivatePrice : price < order.Ticket.ActivatePrice)
            {
                return false;
            }

            Activate(order, price);
        }

        order.Extreme = buys ? Math.Min(order.Extreme, price) : Math.Max(order.Extreme, price);
        var rate = order.Ticket.CallbackRate / 100;
        return buys ? price >= order.Extreme * (1 + rate) : price <= order.Extreme * (1 - rate);
    }

    private void Activate(AlgoOrder order, decimal price)
    {
        (order.IsActivated, order.Extreme, order.UpdateTime) = (true, price, Now);
        Tell(order);
    }

    private void Fire(AlgoOrder order)
    {
        var ticket = order.Ticket;
        _pending.Remove(order);
        (order.Status, order.TriggerTime, order.UpdateTime) = ("TRIGGERING", Now, Now);
        Tell(order);
        var quantity = ticket.Quantity;
        if (ticket.ClosePosition)
        {
            var amount = order.Account.Position(order.Symbol, ticket.PositionSide).Amount;
            quantity = Math.Max(0, ticket.Side == Side.Buy ? -amount : amount);
            if (quantity == 0)
            {
                End(order, "EXPIRED", "There is no position to close.");
                return;
            }
        }

        if (ticket.PriceProtect && IsTorn(order.Feed))
        {
            End(order, "EXPIRED", "Mark price and last price are too far apart.");
            return;
        }

        try
        {
            // Told as triggered, with the real order's id, before that order speaks: the desk sends its events from within.
            order.Actual = _desk.Place(order.Account, order.Symbol, OrderOf(order, quantity), actual =>
            {
                order.Actual = actual;
                _working.Add(actual, order);
                (order.Status, order.UpdateTime) = ("TRIGGERED", Now);
                Tell(order);
            });
        }
        catch (BinanceErrorException refused)
        {
            End(order, "REJECTED", refused.Message);
        }
    }

    private OrderTicket OrderOf(AlgoOrder order, decimal quantity)
    {
        var ticket = order.Ticket;
        return new OrderTicket
        {
            Side = ticket.Side,
            Type = ticket.IsLimit ? "LIMIT" : "MARKET",
            PositionSide = ticket.PositionSide,
            TimeInForce = ticket.IsLimit ? ticket.TimeInForce : "GTC",
            Quantity = quantity,
            Price = ticket.Price,
            ReduceOnly = ticket.ReduceOnly || (ticket.ClosePosition && ticket.PositionSide == PositionSide.Both),
            ClientOrderId = _keepsClientId ? order.ClientAlgoId : null,
            PriceMatch = ticket.PriceMatch,
            SelfTradePrevention = ticket.SelfTradePrevention,
            WorkingType = ticket.WorkingType,
            PriceProtect = ticket.PriceProtect,
            ClosePosition = ticket.ClosePosition,
        };
    }

    /// <summary><c>triggerProtect</c> of all symbols here is five per cent.</summary>
    private static bool IsTorn(SymbolFeed feed)
    {
        var mark = Fixed8.ToDecimal(feed.MarkPrice().Mark);
        return Math.Abs(mark - Fixed8.ToDecimal(feed.LastPrice)) / mark > 0.05m;
    }

    /// <summary>The real order is over, filled or not: so is the conditional one.</summary>
    private void OnClosed(TradingOrder actual)
    {
        if (_working.Remove(actual, out var order))
        {
            (order.Status, order.UpdateTime) = ("FINISHED", Now);
            Tell(order);
        }
    }

    private void End(AlgoOrder order, string status, string failure)
    {
        _pending.Remove(order);
        (order.Status, order.Failure, order.UpdateTime) = (status, failure, Now);
        Tell(order);
    }

    private void Tell(AlgoOrder order) =>
        _desk.Events.Publish(order.Account, "ALGO_UPDATE", order.Symbol, order.ClientAlgoId, order.UpdateTime, writer => AlgoJson.WriteEvent(writer, order));
}
