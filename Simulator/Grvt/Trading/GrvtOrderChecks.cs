using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;

namespace Exchange.Simulator.Grvt.Trading;

/// <summary>What the gateway refuses before the books see it (sheet, sections 6.1 and 10), with the venue's codes.</summary>
internal static class GrvtOrderChecks
{
    public static void Check(GrvtAccount account, GrvtFeed feed, GrvtTicket ticket, int maximumOpenOrders)
    {
        CheckShape(ticket);
        if (!feed.Instrument.Core.IsTrading)
        {
            throw new GrvtErrorException(2060);
        }

        CheckSize(feed.Instrument, ticket);
        if (ticket.Builder is { } builder && !(account.Builders.TryGetValue(builder, out var most) && ticket.BuilderFee <= most))
        {
            throw new GrvtErrorException(account.Builders.ContainsKey(builder) ? 7500 : 7504);
        }

        if (account.Find(ticket.ClientOrderId) is { IsOpen: true })
        {
            throw new GrvtErrorException(2012);
        }

        if (account.OpenOrders.Count >= maximumOpenOrders)
        {
            throw new GrvtErrorException(2090);
        }

        if (ticket is { ReduceOnly: true, Trigger: null })
        {
            CheckReduceOnly(account.Position(feed.Symbol).Size, ticket);
        }
    }

    private static void CheckShape(GrvtTicket ticket)
    {
        if (ticket.TimeInForce is not ("GOOD_TILL_TIME" or "IMMEDIATE_OR_CANCEL" or "FILL_OR_KILL"))
        {
            throw new GrvtErrorException(2030);
        }

        if (ticket.PostOnly && ticket.TimeInForce != "GOOD_TILL_TIME")
        {
            throw new GrvtErrorException(2032);
        }

        if (ticket.IsMarket ? ticket.Price != 0 || ticket.PostOnly : ticket.Price <= 0)
        {
            throw new GrvtErrorException(ticket.IsMarket ? 2020 : 2021);
        }

        if (ticket.Trigger is { } trigger)
        {
            CheckTrigger(trigger, ticket.ReduceOnly);
        }
    }

    private static void CheckTrigger(GrvtTrigger trigger, bool reduceOnly)
    {
        if (trigger.Type is not ("TAKE_PROFIT" or "STOP_LOSS"))
        {
            throw new GrvtErrorException(2112);
        }

        if (trigger.By is not ("INDEX" or "LAST" or "MID" or "MARK"))
        {
            throw new GrvtErrorException(trigger.By == "UNSPECIFIED" ? 2110 : 2111);
        }

        if (trigger.Price <= 0)
        {
            throw new GrvtErrorException(2113);
        }

        if (trigger.ClosePosition)
        {
            throw new GrvtErrorException(reduceOnly ? 2117 : 2114);
        }
    }

    private static void CheckSize(GrvtInstrument instrument, GrvtTicket ticket)
    {
        if (ticket.Size < instrument.SizeStep)
        {
            throw new GrvtErrorException(2062);
        }

        if (ticket.Size % instrument.SizeStep != 0)
        {
            throw new GrvtErrorException(2065);
        }

        if (!ticket.IsMarket && ticket.Price % instrument.Tick != 0)
        {
            throw new GrvtErrorException(2064);
        }

        if (!ticket.ReduceOnly && !ticket.IsMarket && ticket.Size * ticket.Price < instrument.MinimumNotional)
        {
            throw new GrvtErrorException(2066);
        }
    }

    private static void CheckReduceOnly(decimal position, GrvtTicket ticket)
    {
        if (position == 0)
        {
            throw new GrvtErrorException(2400);
        }

        if ((position > 0) == (ticket.Side == Side.Buy))
        {
            throw new GrvtErrorException(2401);
        }

        if (ticket.Size > Math.Abs(position))
        {
            throw new GrvtErrorException(2402);
        }
    }
}
