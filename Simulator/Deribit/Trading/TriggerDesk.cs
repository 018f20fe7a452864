using Exchange.Simulator.Deribit.Market;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>Stop, take and trailing orders: they wait for a price, and then become an order of their own.</summary>
internal sealed class TriggerDesk(TradingDesk desk, DeribitSimulatorOptions options)
{
    private const int MostTriggers = 100;

    private readonly List<DeribitOrder> _waiting = [];
    private long _next = 70_000;

    public DeribitOrder Place(DeribitAccount account, InstrumentFeed feed, OrderTicket ticket, long connectionId)
    {
        _waiting.RemoveAll(order => order.State != "untriggered");
        if (_waiting.Count(order => order.Account == account && order.Feed.Instrument.SettlementCurrency == feed.Instrument.SettlementCurrency) >= MostTriggers)
        {
            throw DeribitException.Of(11035);
        }

        var now = PriceOf(feed, ticket.Trigger!);
        var trailing = ticket.Type == "trailing_stop";
        var at = trailing ? Trailed(ticket.Side, now, ticket.TriggerOffset!.Value) : ticket.TriggerPrice!.Value;
        if (!trailing)
        {
            OrderRules.CheckTriggerPrice(feed.Instrument, at);
            if (Met(ticket.Type, ticket.Side, at, now))
            {
                throw DeribitException.Of(FiresAbove(ticket.Type, ticket.Side) ? 10035 : 10034);
            }
        }

        if (ticket.HasLimit)
        {
            CheckGrid(feed.Instrument, ticket.Price!.Value);
        }

        var order = new DeribitOrder
        {
            Account = account,
            Feed = feed,
            Number = feed.Book.NextOrderId(),
            OrderId = $"{feed.Instrument.IdPrefix}{Prefix(ticket.Type, ticket.Side)}-{++_next}",
            Side = ticket.Side,
            Type = ticket.Type,
            TimeInForce = ticket.TimeInForce,
            Label = ticket.Label,
            Amount = ticket.Amount,
            Price = ticket.HasLimit ? ticket.Price : null,
            PostOnly = ticket.PostOnly,
            RejectPostOnly = ticket.RejectPostOnly,
            ReduceOnly = ticket.ReduceOnly,
            Trigger = ticket.Trigger,
            TriggerPrice = at,
            TriggerOffset = ticket.TriggerOffset,
            TriggerReference = trailing ? now : null,
            State = "untriggered",
            ConnectionId = connectionId,
            Created = desk.Now,
            Updated = desk.Now,
        };
        account.Add(order);
        _waiting.Add(order);
        desk.Quietly(() => desk.Events.Changed(order));
        return order;
    }

    public DeribitOrder Edit(DeribitOrder order, OrderEdit edit)
    {
        if (edit.TriggerPrice is { } at)
        {
            OrderRules.CheckTriggerPrice(order.Instrument, at);
        }

        if (edit.Price is { } price && order.Price is not null)
        {
            CheckGrid(order.Instrument, price);
            order.Price = price;
        }

        (order.Amount, order.TriggerPrice, order.TriggerOffset) = (edit.Amount, edit.TriggerPrice ?? order.TriggerPrice, edit.TriggerOffset ?? order.TriggerOffset);
        (order.ReduceOnly, order.Replaced, order.Updated) = (edit.ReduceOnly ?? order.ReduceOnly, true, desk.Now);
        desk.Quietly(() => desk.Events.Changed(order));
        return order;
    }

    /// <summary>Fires what is due; true when anything was.</summary>
    public bool Fire()
    {
        if (_waiting.Count == 0)
        {
            return false;
        }

        var any = false;
        foreach (var order in _waiting.ToArray())
        {
            if (order.State != "untriggered")
            {
                _waiting.Remove(order);
                continue;
            }

            var now = PriceOf(order.Feed, order.Trigger!);
            if (order.Type == "trailing_stop")
            {
                order.TriggerReference = order.Side == Side.Sell ? Math.Max(order.TriggerReference!.Value, now) : Math.Min(order.TriggerReference!.Value, now);
                order.TriggerPrice = Trailed(order.Side, order.TriggerReference!.Value, order.TriggerOffset!.Value);
            }

            if (order.Instrument.State == "open" && Met(order.Type, order.Side, order.TriggerPrice!.Value, now))
            {
                _waiting.Remove(order);
                Fire(order);
                any = true;
            }
        }

        return any;
    }

    private static void CheckGrid(DeribitInstrument instrument, decimal price)
    {
        if (price <= 0 || price % instrument.TickAt(price) != 0)
        {
            throw DeribitException.Of(10043);
        }
    }

    private static decimal Trailed(Side side, decimal reference, decimal offset) => side == Side.Sell ? reference - offset : reference + offset;

    private static decimal PriceOf(InstrumentFeed feed, string trigger) => trigger switch
    {
        "index_price" => feed.Index,
        "mark_price" => feed.Mark,
        _ => Fixed8.ToDecimal(feed.LastPrice),
    };

    /// <summary>Whether the order waits for a price that rises.</summary>
    private static bool FiresAbove(string type, Side side) => type.StartsWith("take", StringComparison.Ordinal) ? side == Side.Sell : side == Side.Buy;

    private static bool Met(string type, Side side, decimal at, decimal now) => FiresAbove(type, side) ? now >= at : now <= at;

    /// <summary>SLMB: stop-loss, market, buy; TPTS: take-profit, limit, sell; TSMB: trailing stop.</summary>
    private static string Prefix(string type, Side side) => (type switch
    {
        "stop_limit" => "SLT",
        "stop_market" => "SLM",
        "take_limit" => "TPT",
        "take_market" => "TPM",
        _ => "TSM",
    }) + (side == Side.Buy ? "B" : "S");

    private void Fire(DeribitOrder order)
    {
        var ticket = new OrderTicket
        {
            Side = order.Side,
            Amount = order.Amount,
            Type = order.Price is null ? "market" : "limit",
            Price = order.Price,
            Label = order.Label,
            TimeInForce = order.TimeInForce,
            PostOnly = order.PostOnly,
            RejectPostOnly = order.RejectPostOnly,
            ReduceOnly = order.ReduceOnly,
        };
        (order.State, order.Updated) = ("triggered", desk.Now);
        order.Account.Close(order);
        try
        {
            desk.Enter(order.Account, order.Feed, ticket, order.ConnectionId, isWeb: false, order);
            if (options.TellsTriggered)
            {
                desk.Events.Changed(order);
            }
        }
        catch (DeribitException)
        {
            // What would be refused of a client ends as rejected here: there is nobody left to tell.
            order.State = "rejected";
            desk.Events.Changed(order);
        }
    }
}
