using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>
/// The accounts' way into the books: takes orders in, edits and cancels them, and books what the engine does with them.
/// Used within the simulator's turn.
/// </summary>
internal sealed class TradingDesk
{
    private readonly SimulatorContext _context;
    private readonly LiveMarket _market;
    private readonly DeribitSimulatorOptions _options;
    private readonly Bookkeeping _books;
    private readonly TriggerDesk _triggers;
    private int _depth;
    private bool _working;

    public TradingDesk(SimulatorContext context, LiveMarket market, DeribitSimulatorOptions options, AccountEvents events)
    {
        _context = context;
        _market = market;
        _options = options;
        Events = events;
        _books = new Bookkeeping(context.Clock, events);
        _triggers = new TriggerDesk(this, options);
        market.RulesChanged = OnRulesChanged;
        foreach (var feed in market.Feeds)
        {
            feed.Book.Expired = OnExpired;
            feed.Traded = _books.OnTraded;
            feed.Settled = Settle;
        }
    }

    public AccountEvents Events { get; }

    public Bookkeeping Books => _books;

    public LiveMarket Market => _market;

    public long Now => _context.Clock.VenueMilliseconds;

    /// <exception cref="DeribitException">-32602: there is no such instrument.</exception>
    public InstrumentFeed Feed(string name) => _market.Find(name) ?? throw DeribitException.Parameters("instrument_name", "instrument not found");

    /// <summary>Takes an order in; what refuses it is thrown, and then there was no order.</summary>
    /// <param name="connectionId">The socket that it came by; 0 over HTTP.</param>
    public DeribitOrder Place(DeribitAccount account, InstrumentFeed feed, OrderTicket ticket, long connectionId, bool isWeb = false)
    {
        CheckDeadline(ticket.ValidUntil);
        var instrument = feed.Instrument;
        OrderRules.CheckState(instrument);
        OrderRules.CheckAmount(instrument, ticket.Amount);
        OrderRules.CheckDisplay(instrument, ticket.Amount, ticket.DisplayAmount);
        return ticket.IsTrigger ? _triggers.Place(account, feed, ticket, connectionId) : Enter(account, feed, ticket, connectionId, isWeb, null);
    }

    /// <summary>Takes an order in that goes to the book now: a plain one, or what a trigger has made.</summary>
    public DeribitOrder Enter(DeribitAccount account, InstrumentFeed feed, OrderTicket ticket, long connectionId, bool isWeb, DeribitOrder? trigger)
    {
        var instrument = feed.Instrument;
        if (ticket.ReduceOnly && OrderRules.Reducible(account, instrument, ticket.Side) == 0)
        {
            throw new DeribitException(11030, "other_reject", "reduce_only order would not reduce the position");
        }

        var limited = ticket.Type is not ("market" or "market_limit");
        var price = ticket.Type switch
        {
            "market_limit" => Fixed8.ToDecimal((feed.Book[MatchingBook.Opposite(ticket.Side)].Best
                ?? throw new DeribitException(11030, "other_reject", "no_market")).Price),
            "market" => ticket.Side == Side.Buy ? feed.MaximumPrice(_options.PriceBand) : feed.MinimumPrice(_options.PriceBand),
            _ => OrderRules.CheckPrice(feed, _options, ticket.Side, ticket.Price!.Value),
        };
        if (ticket.PostOnly)
        {
            price = Inside(feed, ticket.Side, price, ticket.RejectPostOnly);
        }

        if (!ticket.ReduceOnly)
        {
            DeribitMargin.Check(account, _market, feed, ticket.Side, ticket.Amount, limited ? price : feed.Mark);
        }

        var number = feed.Book.NextOrderId();
        var order = new DeribitOrder
        {
            Account = account,
            Feed = feed,
            Number = number,
            OrderId = InstrumentFeed.IdOf(instrument, number),
            Side = ticket.Side,
            Type = ticket.Type == "market_limit" ? "limit" : ticket.Type,
            OriginalType = ticket.Type == "market_limit" ? ticket.Type : null,
            TimeInForce = ticket.TimeInForce,
            Label = ticket.Label,
            Amount = ticket.Amount,
            Price = price,
            PostOnly = ticket.PostOnly,
            RejectPostOnly = ticket.RejectPostOnly,
            ReduceOnly = ticket.ReduceOnly,
            DisplayAmount = ticket.DisplayAmount,
            Trigger = trigger?.Trigger,
            TriggerPrice = trigger?.TriggerPrice,
            TriggerOffset = trigger?.TriggerOffset,
            TriggerReference = trigger?.TriggerReference,
            TriggerOrderId = trigger?.OrderId,
            State = "open",
            ConnectionId = connectionId,
            IsWeb = isWeb,
            Created = Now,
            Updated = Now,
        };
        account.Add(order);
        Events.Changed(order);
        Quietly(() => Submit(order));
        if (order is { IsOpen: true, TimeInForce: "good_til_day" })
        {
            _context.Timetable.After(UntilEight(), () => End(order, "settlement"));
        }

        return order;
    }

    /// <summary>Changes total amount, price or trigger (sheet, section 4.4).</summary>
    public DeribitOrder Edit(DeribitOrder order, OrderEdit edit)
    {
        CheckDeadline(edit.ValidUntil);
        if (!order.IsOpen)
        {
            throw DeribitException.Of(order.State == "filled" ? 11008 : 10010);
        }

        OrderRules.CheckState(order.Instrument);
        OrderRules.CheckAmount(order.Instrument, edit.Amount);
        if (edit.Amount <= order.Filled)
        {
            throw new DeribitException(10021, "invalid_amount", "less than what is filled", "amount");
        }

        if (order.State == "untriggered")
        {
            return _triggers.Edit(order, edit);
        }

        var price = edit.Price is { } asked ? OrderRules.CheckPrice(order.Feed, _options, order.Side, asked) : order.Price!.Value;
        var (postOnly, reject) = (edit.PostOnly ?? order.PostOnly, edit.RejectPostOnly ?? order.RejectPostOnly);
        if (postOnly)
        {
            try
            {
                price = Inside(order.Feed, order.Side, price, reject);
            }
            catch (DeribitException taken) when (taken.Code == 11054)
            {
                return End(order, "edit_post_only_reject");
            }
        }

        if (!order.ReduceOnly)
        {
            DeribitMargin.Check(order.Account, _market, order.Feed, order.Side, edit.Amount - order.Filled, price, order);
        }

        Quietly(() =>
        {
            var keepsPlace = price == order.Price && edit.Amount <= order.Amount && order.DisplayAmount is null;
            (order.Amount, order.Price, order.PostOnly, order.RejectPostOnly) = (edit.Amount, price, postOnly, reject);
            (order.ReduceOnly, order.Replaced, order.Updated) = (edit.ReduceOnly ?? order.ReduceOnly, true, Now);
            Events.Changed(order);
            if (keepsPlace)
            {
                order.Feed.Book.Reduce(order.Engine!, Fixed8.Of(order.Remaining));
            }
            else
            {
                order.Feed.Book.Cancel(order.Number);
                Submit(order);
            }
        });
        return order;
    }

    /// <exception cref="DeribitException">11044: it is open no more.</exception>
    public DeribitOrder Cancel(DeribitOrder order)
    {
        if (!order.IsOpen)
        {
            throw DeribitException.Of(11044);
        }

        OrderRules.CheckState(order.Instrument, cancelOnly: true);
        return End(order, "user_request");
    }

    /// <summary>Ends an open order; nothing for one that is open no more.</summary>
    public DeribitOrder End(DeribitOrder order, string reason)
    {
        if (order.IsOpen)
        {
            Quietly(() =>
            {
                order.Feed.Book.Cancel(order.Number);
                Finish(order, "cancelled", reason);
            });
        }

        return order;
    }

    /// <summary>The order is open no more, and says so.</summary>
    public void Finish(DeribitOrder order, string state, string? reason)
    {
        (order.State, order.CancelReason, order.Updated) = (state, reason, Now);
        order.Account.Close(order);
        Events.Changed(order);
    }

    /// <summary>A stranger takes so much of an open order (null: all of it) at its own price.</summary>
    public void Fill(DeribitOrder order, decimal? amount)
    {
        if (order.Engine is not { State: OrderState.Working } resting)
        {
            throw new ArgumentException($"order {order.Label} is not in the book: {order.State}");
        }

        Quietly(() => order.Feed.Book.FillByHand(resting, amount is { } part ? Fixed8.Of(part) : resting.Remaining));
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
            do
            {
                while (ShowMore() | EndWhatReducesNothing() | _triggers.Fire())
                {
                }
            }
            while (Events.Emit());
        }
        finally
        {
            _working = false;
        }
    }

    public void CheckDeadline(long? validUntil)
    {
        if (validUntil is { } deadline && Now > deadline)
        {
            throw DeribitException.Of(13888);
        }
    }

    private static TimeInForce EngineWord(DeribitOrder order) => order.Type == "market" ? TimeInForce.ImmediateOrCancel : order.TimeInForce switch
    {
        "immediate_or_cancel" => TimeInForce.ImmediateOrCancel,
        "fill_or_kill" => TimeInForce.FillOrKill,
        _ => TimeInForce.GoodTillCancelled,
    };

    private static decimal Inside(InstrumentFeed feed, Side side, decimal price, bool reject)
    {
        if (!feed.Book.WouldTake(side, Fixed8.Of(price)))
        {
            return price;
        }

        if (reject)
        {
            throw DeribitException.Of(11054);
        }

        var best = Fixed8.ToDecimal(feed.Book[MatchingBook.Opposite(side)].Best!.Price);
        return side == Side.Buy ? best - feed.Instrument.TickAt(best) : best + feed.Instrument.TickAt(best);
    }

    private TimeSpan UntilEight()
    {
        var now = _context.Clock.Now;
        var eight = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(8);
        return (eight > now ? eight : eight.AddDays(1)) - now;
    }

    /// <summary>Gives the engine what is left of an order; of an iceberg, what is not matched at once rests in slices.</summary>
    private void Submit(DeribitOrder order)
    {
        var resting = EngineWord(order) == TimeInForce.GoodTillCancelled;
        if (order.DisplayAmount is { } shown && resting)
        {
            Submit(order, order.Remaining, TimeInForce.ImmediateOrCancel);
            if (order is { IsOpen: true, Remaining: > 0 })
            {
                Submit(order, Math.Min(shown, order.Remaining), TimeInForce.GoodTillCancelled);
            }

            return;
        }

        Submit(order, order.Remaining, EngineWord(order));
        if (order.IsOpen && order.Engine is { State: OrderState.Cancelled or OrderState.Refused })
        {
            Finish(order, "cancelled", null);
        }
    }

    private static void Submit(DeribitOrder order, decimal amount, TimeInForce timeInForce)
    {
        var engine = new Order
        {
            Id = order.Number,
            Owner = order.Account.Owner,
            Side = order.Side,
            Price = Fixed8.Of(order.Price!.Value),
            Quantity = Fixed8.Of(amount),
            Remaining = Fixed8.Of(amount),
            TimeInForce = timeInForce,
            SelfTrade = SelfTrade.ExpireMaker,
            Tag = order,
            Allowance = order.ReduceOnly ? () => Fixed8.Of(OrderRules.Reducible(order.Account, order.Instrument, order.Side)) : null,
        };
        order.Engine = engine;
        order.Feed.Book.Submit(engine);
    }

    /// <summary>The next slice of every iceberg whose shown one is used up.</summary>
    private bool ShowMore()
    {
        var any = false;
        foreach (var (account, feed) in _books.PeekMoved())
        {
            foreach (var order in account.OpenOrders.Where(order => order.Feed == feed && order is { DisplayAmount: not null, State: "open", Engine.State: OrderState.Filled }).ToArray())
            {
                Submit(order, Math.Min(order.DisplayAmount!.Value, order.Remaining), TimeInForce.GoodTillCancelled);
                any = true;
            }
        }

        return any;
    }

    /// <summary>The engine took an order out: it met one of its own account, or there was nothing left to reduce.</summary>
    private void OnExpired(Order engine)
    {
        if (engine.Tag is DeribitOrder { IsOpen: true } order)
        {
            Finish(order, "cancelled", engine.Allowance?.Invoke() == 0 ? "risk_mitigation" : "self_trading");
        }
    }

    /// <summary>Closed books lose their orders.</summary>
    private void OnRulesChanged(InstrumentFeed feed)
    {
        if (feed.Instrument.State is "inactive" or "settlement")
        {
            foreach (var order in feed.Book.Working.Values.Select(engine => engine.Tag).OfType<DeribitOrder>().ToArray())
            {
                if (feed.Instrument.State == "inactive" || order.TimeInForce == "good_til_day")
                {
                    End(order, "settlement");
                }
            }
        }
    }

    private bool EndWhatReducesNothing()
    {
        var any = false;
        foreach (var (account, feed) in _books.TakeMoved())
        {
            foreach (var order in account.OpenOrders.Where(order => order.Feed == feed && order is { ReduceOnly: true, State: "open" }).ToArray())
            {
                if (OrderRules.Reducible(account, feed.Instrument, order.Side) == 0)
                {
                    feed.Book.Cancel(order.Number);
                    Finish(order, "cancelled", "risk_mitigation");
                    any = true;
                }
            }
        }

        return any;
    }
}

/// <summary>What an edit asks for; the amount is the new total, fills included.</summary>
internal sealed record OrderEdit(
    decimal Amount, decimal? Price, decimal? TriggerPrice, decimal? TriggerOffset, bool? PostOnly, bool? RejectPostOnly, bool? ReduceOnly,
    long? ValidUntil);
