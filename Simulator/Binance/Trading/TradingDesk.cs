using System.Globalization;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Trading;

/// <summary>
/// The accounts' way into the books: takes orders in, amends and cancels them, and books what the engine does with them.
/// Used within the simulator's turn.
/// </summary>
internal sealed class TradingDesk
{
    private const int MostAmendments = 10_000;

    private readonly SimulatorContext _context;
    private readonly LiveMarket _market;
    private readonly Bookkeeping _books;
    private int _depth;
    private bool _working;
    private long _nextClientId;

    public TradingDesk(SimulatorContext context, LiveMarket market, UserStreams streams)
    {
        _context = context;
        _market = market;
        Events = streams.Events;
        _books = new Bookkeeping(context.Clock, Events, MarkOf);
        _books.Filled = order => Closed?.Invoke(order);
        market.RulesChanged = OnRulesChanged;
        foreach (var feed in market.Feeds)
        {
            feed.Book.Expired = OnExpired;
            feed.Traded = _books.OnTraded;
            feed.Settled = Settle;
        }
    }

    public UserEvents Events { get; }

    public Bookkeeping Books => _books;

    /// <summary>Called when nothing is going on in the books, after something was: the place for what a fill or a price sets off.</summary>
    public List<Func<bool>> WhenQuiet { get; } = [];

    /// <summary>An order is open no more.</summary>
    public Action<TradingOrder>? Closed { get; set; }

    private long Now => _context.Clock.VenueMilliseconds;

    public SymbolFeed Feed(string symbol) => _market.Find(symbol) ?? throw BinanceErrorException.InvalidSymbol();

    public decimal MarkOf(string symbol) => Fixed8.ToDecimal(Feed(symbol).MarkPrice().Mark);

    /// <summary>Takes an order in; what refuses it is thrown, and then there was no order.</summary>
    /// <param name="created">Told of the order before its first event.</param>
    public TradingOrder Place(Account account, string symbol, OrderTicket ticket, Action<TradingOrder>? created = null)
    {
        var feed = Feed(symbol);
        var mark = MarkOf(symbol);
        Filters.CheckStatus(feed);
        var price = ticket.PriceMatch == "NONE" ? ticket.Price : OrderChecks.MatchedPrice(feed, ticket.Side, ticket.PriceMatch);
        Filters.Check(feed, ticket, price, mark);
        var clientOrderId = ticket.ClientOrderId ?? $"sim{++_nextClientId:D19}";
        if (account.Find(symbol, clientOrderId) is { IsOpen: true })
        {
            throw new BinanceErrorException(400, -4116, "ClientOrderId is duplicated.");
        }

        OrderChecks.CheckReduceOnly(account, symbol, ticket);
        if (!ticket.IsMarket && account.OpenOrders.Count(order => order.Symbol == symbol) >= Filters.MaximumOpenOrders)
        {
            throw new BinanceErrorException(400, -2025, "Reach max open order limit.");
        }

        if (!ticket.ReduceOnly && !TradingOrder.IsClosing(ticket.Side, ticket.PositionSide))
        {
            Margin.Check(account, feed, MarkOf, new Margin.Extra(ticket.PositionSide, ticket.Side, ticket.Quantity * (price ?? mark)));
        }

        var (enginePrice, quantity) = (price is { } limit ? Fixed8.Of(limit) : OrderChecks.MarketBound(feed, ticket.Side, mark), Fixed8.Of(ticket.Quantity));
        OrderChecks.CheckImmediate(feed, ticket, enginePrice, quantity);
        var order = new TradingOrder
        {
            Account = account,
            Feed = feed,
            OrderId = feed.Book.NextOrderId(),
            ClientOrderId = clientOrderId,
            Side = ticket.Side,
            PositionSide = ticket.PositionSide,
            Type = ticket.Type,
            OriginalType = ticket.Type,
            TimeInForce = ticket.TimeInForce,
            Quantity = ticket.Quantity,
            Price = price ?? 0,
            ReduceOnly = ticket.ReduceOnly,
            ClosePosition = ticket.ClosePosition,
            SelfTradePrevention = ticket.SelfTradePrevention,
            PriceMatch = ticket.PriceMatch,
            GoodTillDate = ticket.GoodTillDate,
            WorkingType = ticket.WorkingType,
            PriceProtect = ticket.PriceProtect,
            Time = Now,
            UpdateTime = Now,
        };
        account.Add(order);
        created?.Invoke(order);
        Events.Order(order, OrderChange.New);
        Quietly(() => Submit(order, enginePrice));
        if (order is { IsOpen: true, GoodTillDate: > 0 })
        {
            _context.Timetable.After(TimeSpan.FromMilliseconds(order.GoodTillDate - Now), () => Expire(order, 0));
        }

        return order;
    }

    /// <summary>Changes price and total quantity; loses the place in the queue (sheet, section 6.2).</summary>
    public TradingOrder Amend(TradingOrder order, Side side, decimal quantity, decimal? asked, string priceMatch, long? modifyId)
    {
        if (order.Type != "LIMIT")
        {
            throw new BinanceErrorException(400, -5025, "Only limit order is supported.");
        }

        var feed = order.Feed;
        if (feed.Instrument.Status != "TRADING")
        {
            throw new BinanceErrorException(400, -5024, "Symbol is not in trading status. Order amendment is not permitted.");
        }

        if (side != order.Side)
        {
            throw BinanceErrorException.InvalidValue("side");
        }

        var price = priceMatch == "NONE" ? asked!.Value : OrderChecks.MatchedPrice(feed, order.Side, priceMatch);
        Filters.CheckQuantity(feed.Instrument, quantity, market: false);
        Filters.CheckPrice(feed.Instrument, price);
        Filters.CheckPercent(feed.Instrument, order.Side, price, MarkOf(order.Symbol));
        if (order.Amendments >= MostAmendments)
        {
            throw new BinanceErrorException(400, -5026, "Exceed maximum modify order limit.");
        }

        if (price == order.Price && quantity == order.Quantity)
        {
            throw new BinanceErrorException(400, -5027, "No need to modify the order.");
        }

        var least = decimal.Parse(feed.Instrument.MinimumNotional, CultureInfo.InvariantCulture);
        if (!order.Closes && price * quantity < least)
        {
            throw new BinanceErrorException(400, -5029, $"Order's notional must be no smaller than {Decimals.Plain(least)} (unless you choose reduce only).");
        }

        if (!order.Closes && quantity > order.Executed)
        {
            Margin.Check(order.Account, feed, MarkOf,
                new Margin.Extra(order.PositionSide, order.Side, (quantity - order.Executed) * price, order));
        }

        if (quantity <= order.Executed
            || (order.TimeInForce == "GTX" && feed.Book.WouldTake(order.Side, Fixed8.Of(price))))
        {
            return Cancel(order);
        }

        Quietly(() =>
        {
            feed.Book.Cancel(order.OrderId);
            (order.Price, order.Quantity, order.PriceMatch, order.UpdateTime) = (price, quantity, priceMatch, Now);
            order.Amendments++;
            Events.Order(order, new OrderChange("AMENDMENT", ModifyId: modifyId));
            Submit(order, Fixed8.Of(price));
        });
        return order;
    }

    public TradingOrder Cancel(TradingOrder order) => End(order, "CANCELED", OrderChange.Cancelled, 0);

    /// <summary>The venue ends an order that nobody has cancelled; <paramref name="reason"/> is what <c>er</c> tells.</summary>
    public TradingOrder Expire(TradingOrder order, int reason) => order.IsOpen ? End(order, "EXPIRED", OrderChange.Expired, reason) : order;

    /// <summary>A stranger takes so much of an open order (null: all of it) at its own price.</summary>
    public void Fill(TradingOrder order, decimal? quantity)
    {
        if (order.Engine is not { State: OrderState.Working } resting)
        {
            throw new ArgumentException($"order {order.ClientOrderId} is not in the book: {order.Status}");
        }

        Quietly(() => order.Feed.Book.FillByHand(resting, quantity is { } part ? Fixed8.Of(part) : resting.Remaining));
    }

    /// <summary>Everything that <paramref name="work"/> sets off waits until it is done.</summary>
    public void Quietly(Action work)
    {
        _depth++;
        try
        {
            work();
        }
        finally
        {
            _depth--;
        }

        Settle();
    }

    /// <summary>Something has come to rest in a book, or a price has changed.</summary>
    public void Settle()
    {
        if (_depth > 0 || _working)
        {
            return;
        }

        _working = true;
        try
        {
            bool again;
            do
            {
                again = ExpireWhatReducesNothing();
                foreach (var work in WhenQuiet)
                {
                    again |= work();
                }
            }
            while (again);
        }
        finally
        {
            _working = false;
        }
    }

    private static SelfTrade SelfTradeOf(TradingOrder order) => order.TimeInForce is "FOK" or "GTX" ? SelfTrade.Allowed
        : order.SelfTradePrevention switch
        {
            "EXPIRE_TAKER" => SelfTrade.ExpireTaker,
            "EXPIRE_MAKER" => SelfTrade.ExpireMaker,
            "EXPIRE_BOTH" => SelfTrade.ExpireBoth,
            _ => SelfTrade.Allowed,
        };

    private void Submit(TradingOrder order, long price)
    {
        var market = order.Type == "MARKET";
        var engine = new Order
        {
            Id = order.OrderId,
            Owner = order.Account.Owner,
            Side = order.Side,
            Price = price,
            Quantity = Fixed8.Of(order.Quantity),
            Remaining = Fixed8.Of(order.Remaining),
            TimeInForce = market ? TimeInForce.ImmediateOrCancel : order.TimeInForce switch
            {
                "IOC" => TimeInForce.ImmediateOrCancel,
                "FOK" => TimeInForce.FillOrKill,
                "GTX" => TimeInForce.PostOnly,
                _ => TimeInForce.GoodTillCancelled,
            },
            SelfTrade = SelfTradeOf(order),
            Tag = order,
            Allowance = order.Closes
                ? () => Fixed8.Of(OrderChecks.Reducible(order.Account, order.Symbol, order.Side, order.PositionSide))
                : null,
        };
        order.Engine = engine;
        order.Feed.Book.Submit(engine);
        if (engine.State == OrderState.Cancelled && order.IsOpen)
        {
            Finish(order, "EXPIRED", OrderChange.Expired, market ? 9 : 2);
        }
    }

    private TradingOrder End(TradingOrder order, string status, OrderChange change, int reason)
    {
        Quietly(() =>
        {
            order.Feed.Book.Cancel(order.OrderId);
            Finish(order, status, change, reason);
        });
        return order;
    }

    private void Finish(TradingOrder order, string status, OrderChange change, int reason)
    {
        (order.Status, order.ExpiryReason, order.UpdateTime) = (status, reason, Now);
        order.Account.Close(order);
        Events.Order(order, change);
        Closed?.Invoke(order);
    }

    /// <summary>The engine took an order out: it met one of its own account, or there was nothing left to reduce.</summary>
    private void OnExpired(Order engine)
    {
        if (engine.Tag is TradingOrder order && order.IsOpen)
        {
            var spent = engine.Allowance?.Invoke() == 0;
            Finish(order, spent ? "EXPIRED" : "EXPIRED_IN_MATCH", OrderChange.Expired, spent ? 4 : 1);
        }
    }

    /// <summary>A delisting ends all orders (reason 7); a new grid ends those that are off it.</summary>
    private void OnRulesChanged(SymbolFeed feed)
    {
        var core = feed.Instrument.Core;
        foreach (var order in feed.Book.Working.Values.Select(engine => engine.Tag).OfType<TradingOrder>().ToArray())
        {
            if (!core.IsTrading || Fixed8.Of(order.Price) % core.Tick != 0)
            {
                Expire(order, core.IsTrading ? 0 : 7);
            }
        }
    }

    private bool ExpireWhatReducesNothing()
    {
        var any = false;
        foreach (var (account, symbol) in _books.TakeMoved())
        {
            foreach (var order in account.OpenOrders.Where(order => order.Symbol == symbol && order.Closes).ToArray())
            {
                if (OrderChecks.Reducible(account, symbol, order.Side, order.PositionSide) == 0)
                {
                    order.Feed.Book.Cancel(order.OrderId);
                    Finish(order, "EXPIRED", OrderChange.Expired, 4);
                    any = true;
                }
            }
        }

        return any;
    }
}
