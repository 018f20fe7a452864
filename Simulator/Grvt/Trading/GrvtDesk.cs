using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;

namespace Exchange.Simulator.Grvt.Trading;

/// <summary>
/// The accounts' way into the books: takes orders in, cancels them, and books what the engine does with them. Used within the
/// simulator's turn.
/// </summary>
internal sealed class GrvtDesk
{
    private readonly SimulatorContext _context;
    private readonly GrvtMarket _market;
    private readonly GrvtSimulatorOptions _options;
    private readonly GrvtEvents _events;
    private readonly HashSet<(GrvtAccount Account, string Symbol)> _moved = [];
    private int _depth;
    private bool _settling;
    private long _nextTransaction = 70_000_000;

    public GrvtDesk(SimulatorContext context, GrvtMarket market, GrvtSimulatorOptions options, GrvtEvents events)
    {
        (_context, _market, _options, _events) = (context, market, options, events);
        Accounts = [.. options.Accounts.Select(static account => new GrvtAccount(account))];
        market.RulesChanged = OnRulesChanged;
        foreach (var feed in market.Feeds)
        {
            feed.Book.Expired = OnExpired;
            feed.Traded = OnTraded;
            feed.Settled = Settle;
        }

        context.Timetable.Every(TimeSpan.FromMilliseconds(100), ExpireOverdue);
    }

    public IReadOnlyList<GrvtAccount> Accounts { get; }

    public GrvtEvents Events => _events;

    public IReadOnlyList<string> Symbols => [.. _market.Feeds.Select(static feed => feed.Symbol)];

    private long Now => _context.Clock.VenueNanoseconds();

    public GrvtFeed Feed(string symbol) => _market.Find(symbol) ?? throw new GrvtErrorException(2061);

    /// <summary>Takes an order in; what refuses it is thrown, and then there was no order. What the books make of it is told by events.</summary>
    public GrvtOrder Place(GrvtAccount account, GrvtTicket ticket)
    {
        var feed = Feed(ticket.Symbol);
        GrvtOrderChecks.Check(account, feed, ticket, _options.MaximumOpenOrders);
        if (!ticket.ReduceOnly && ticket.Trigger is null)
        {
            GrvtMargin.Check(account, feed, ticket, Feed);
        }

        var order = new GrvtOrder
        {
            Account = account,
            Feed = feed,
            Ticket = ticket,
            Number = feed.Book.NextOrderId(),
            CreateTime = Now,
            UpdateTime = Now,
            Waits = ticket.Trigger is not null,
        };
        account.Add(order);
        if (account.Kills.TryGetValue(ticket.ClientOrderId, out var until) && _context.Clock.VenueNow < until)
        {
            Quietly(() => Finish(order, "REJECTED", "CLIENT_CANCEL"));
        }
        else if (ticket.Trigger is not null)
        {
            _events.Order(order);
            Settle();
        }
        else if (_options.SpeedBump > TimeSpan.Zero && !ticket.PostOnly)
        {
            _context.Timetable.After(_options.SpeedBump, () => SubmitIfOpen(order));
        }
        else
        {
            Quietly(() => Submit(order));
        }

        return order;
    }

    /// <summary>Ends an open order.</summary>
    public void Cancel(GrvtOrder order, string reason)
    {
        if (order.IsOpen)
        {
            Quietly(() =>
            {
                order.Feed.Book.Cancel(order.Number);
                Finish(order, "CANCELLED", reason);
            });
        }
    }

    /// <summary>Creates with this client id are killed for so long; told on the cancel stream when it is over.</summary>
    public void Kill(GrvtAccount account, ulong clientOrderId, TimeSpan window)
    {
        if (account.Kills.TryGetValue(clientOrderId, out var known) && _context.Clock.VenueNow < known)
        {
            _events.Cancel(account, clientOrderId, "DROPPED_DUPLICATE");
            return;
        }

        account.Kills[clientOrderId] = _context.Clock.VenueNow + window;
        _context.Timetable.After(window, () =>
        {
            account.Kills.Remove(clientOrderId);
            _events.Cancel(account, clientOrderId, "EXPIRED");
        });
    }

    /// <summary>A stranger takes so much of an open order (null: all of it) at its own price.</summary>
    public void Fill(GrvtOrder order, decimal? size)
    {
        if (order.Engine is not { State: OrderState.Working } resting)
        {
            throw new ArgumentException($"order {order.ClientOrderId} is not in the book: {order.Status}");
        }

        Quietly(() => order.Feed.Book.FillByHand(resting, size is { } part ? Fixed8.Of(part) : resting.Remaining));
    }

    /// <summary>Books an execution that no book made.</summary>
    public void Book(GrvtOrder order, decimal price, decimal size, bool isLiquidation = false) => Quietly(() =>
        Book(order, $"{order.Number}-{order.Feed.Book.NextTradeId()}", price, size, isTaker: true, isLiquidation));

    /// <summary>Pays or takes funding: a long pays a positive rate.</summary>
    public void Fund(GrvtAccount account, string symbol, decimal rate)
    {
        var (feed, position) = (Feed(symbol), account.Position(symbol));
        if (position.Size == 0)
        {
            return;
        }

        var paid = Math.Round(position.Size * feed.Mark * rate, 6);
        position.Funding += paid;
        account.Balances["USDT"] = account.Balances.GetValueOrDefault("USDT") - paid;
        account.Fundings.Add(new GrvtFunding(symbol, paid, Now, _nextTransaction++));
        _events.Position(account, position, feed);
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
        if (_depth > 0 || _settling)
        {
            return;
        }

        _settling = true;
        try
        {
            while (EndWhatReducesNothing() | Trigger())
            {
                // One trigger may bring about another.
            }
        }
        finally
        {
            _settling = false;
        }
    }

    private void SubmitIfOpen(GrvtOrder order)
    {
        if (order.IsOpen)
        {
            Quietly(() => Submit(order));
        }
    }

    private void Submit(GrvtOrder order)
    {
        var ticket = order.Ticket;
        if (ticket.ReduceOnly && Reducible(order) <= 0)
        {
            Finish(order, "REJECTED", "FAIL_REDUCE_ONLY");
            return;
        }

        var engine = order.Engine = new Order
        {
            Id = order.Number,
            Owner = order.Account.Owner,
            Side = order.Side,
            Price = ticket.IsMarket ? null : Fixed8.Of(ticket.Price),
            Quantity = Fixed8.Of(ticket.Size),
            Remaining = Fixed8.Of(ticket.Size),
            TimeInForce = ticket.TimeInForce switch
            {
                "FILL_OR_KILL" => TimeInForce.FillOrKill,
                "IMMEDIATE_OR_CANCEL" => TimeInForce.ImmediateOrCancel,
                _ when ticket.IsMarket => TimeInForce.ImmediateOrCancel,
                _ when ticket.PostOnly => TimeInForce.PostOnly,
                _ => TimeInForce.GoodTillCancelled,
            },
            SelfTrade = SelfTrade.ExpireTaker,
            Tag = order,
            Allowance = ticket.ReduceOnly ? () => Fixed8.Of(Reducible(order)) : null,
        };
        order.Status = "OPEN";
        order.Feed.Book.Submit(engine);
        switch (engine.State)
        {
            case OrderState.Working:
                _events.Order(order);
                break;
            case OrderState.Refused when ticket.PostOnly:
                Finish(order, "REJECTED", "FAIL_POST_ONLY");
                break;
            case OrderState.Refused:
                Finish(order, "CANCELLED", "FOK_CANCEL");
                break;
            case OrderState.Cancelled:
                Finish(order, "CANCELLED", ticket.IsMarket ? "MARKET_CANCEL" : "IOC_CANCEL");
                break;
            default:
                break;
        }
    }

    private static decimal Reducible(GrvtOrder order)
    {
        var size = order.Account.Position(order.Symbol).Size;
        return Math.Max(0, order.Side == Side.Buy ? -size : size);
    }

    private void Finish(GrvtOrder order, string status, string reason)
    {
        (order.Status, order.RejectReason, order.UpdateTime, order.Waits) = (status, reason, Now, false);
        order.Account.Close(order);
        _events.Order(order);
    }

    private void OnTraded(Trade trade, GrvtTrade told)
    {
        if (trade.Maker.Tag is GrvtOrder maker)
        {
            Book(maker, told.Id, told.Price, told.Size, isTaker: false, isLiquidation: false);
        }

        if (trade.Taker.Tag is GrvtOrder taker)
        {
            Book(taker, told.Id, told.Price, told.Size, isTaker: true, isLiquidation: false);
        }
    }

    private void Book(GrvtOrder order, string tradeId, decimal price, decimal size, bool isTaker, bool isLiquidation)
    {
        var account = order.Account;
        var rate = isTaker ? account.TakerFeeRate : account.MakerFeeRate;
        var fee = Math.Round(price * size * rate / 100, 6);
        var builder = Math.Round(price * size * order.Ticket.BuilderFee / 100, 6);
        order.Traded += size;
        order.Quote += price * size;
        order.UpdateTime = Now;
        if (order.Remaining <= 0)
        {
            order.Status = "FILLED";
            account.Close(order);
        }

        var position = account.Position(order.Symbol);
        var realised = position.Apply(order.Side == Side.Buy ? size : -size, price, fee);
        account.Balances["USDT"] = account.Balances.GetValueOrDefault("USDT") + realised - fee - builder;
        _moved.Add((account, order.Symbol));
        var fill = new GrvtFill(
            order, tradeId, price, size, fee, rate, realised, isTaker, isLiquidation, order.Feed.Mark, order.Feed.Index, Now);
        account.Fills.Add(fill);
        _events.Fill(fill);
        _events.Order(order);
        _events.Position(account, position, order.Feed);
    }

    /// <summary>The engine took an order out: it met one of its own account, or there was nothing left to reduce.</summary>
    private void OnExpired(Order engine)
    {
        if (engine.Tag is GrvtOrder { IsOpen: true } order)
        {
            Finish(order, "CANCELLED", engine.Allowance?.Invoke() == 0 ? "REDUCE_ONLY_LIMIT" : "SELF_MATCHED_SUBACCOUNT");
        }
    }

    /// <summary>A delisting ends all orders; a new grid ends those that are off it.</summary>
    private void OnRulesChanged(GrvtFeed feed)
    {
        var core = feed.Instrument.Core;
        foreach (var order in Accounts.SelectMany(account => account.OpenOrders).Where(order => order.Feed == feed).ToArray())
        {
            if (!core.IsTrading || Fixed8.Of(order.Ticket.Price) % core.Tick != 0)
            {
                Cancel(order, "INSTRUMENT_DEACTIVATED");
            }
        }
    }

    private bool EndWhatReducesNothing()
    {
        if (_moved.Count == 0)
        {
            return false;
        }

        var moved = _moved.ToArray();
        _moved.Clear();
        var any = false;
        foreach (var order in moved.SelectMany(pair => pair.Account.OpenOrders.Where(order => order.Symbol == pair.Symbol)).ToArray())
        {
            if (order is { IsOpen: true, Waits: false, Engine: not null, Ticket.ReduceOnly: true } && Reducible(order) == 0)
            {
                order.Feed.Book.Cancel(order.Number);
                Finish(order, "CANCELLED", "REDUCE_ONLY_LIMIT");
                any = true;
            }
        }

        return any;
    }

    private bool Trigger()
    {
        var any = false;
        foreach (var order in Accounts.SelectMany(account => account.OpenOrders).Where(static order => order.Waits).ToArray())
        {
            var trigger = order.Ticket.Trigger!;
            var feed = order.Feed;
            var price = trigger.By switch
            {
                "INDEX" => feed.Index,
                "LAST" => feed.LastPrice,
                "MID" => feed.Mid,
                _ => feed.Mark,
            };
            if (trigger.IsMet(order.Side, price))
            {
                order.Waits = false;
                Submit(order);
                any = true;
            }
        }

        return any;
    }

    /// <summary>An order lives as long as its signature.</summary>
    private void ExpireOverdue()
    {
        foreach (var order in Accounts.SelectMany(account => account.OpenOrders).Where(order => order.Ticket.Signature.Expiration <= Now).ToArray())
        {
            if (order.Ticket.Signature.Expiration > 0)
            {
                Cancel(order, "EXPIRED");
            }
        }
    }
}
