using Exchange.Simulator.Binance.Api;
using Exchange.Simulator.Binance.Trading;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Binance.Algo;

/// <summary>Reads <c>algoOrder.place</c>, and refuses what the venue refuses.</summary>
internal static class AlgoTicketReader
{
    private const decimal LeastCallback = 0.1m;
    private const decimal MostCallback = 20;

    private static readonly string[] _types = ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"];

    public static AlgoTicket Read(Parameters parameters, Account account)
    {
        if (parameters.Required("algoType") != "CONDITIONAL")
        {
            throw BinanceErrorException.InvalidValue("algoType");
        }

        var side = OrderTicket.ReadSide(parameters);
        var type = parameters.Required("type");
        if (!_types.Contains(type))
        {
            throw new BinanceErrorException(400, -1116, "Invalid orderType.");
        }

        var positionSide = OrderTicket.ReadPositionSide(parameters, account);
        var closes = parameters.Bool("closePosition") ?? false;
        var limit = type is "STOP" or "TAKE_PROFIT";
        var priceMatch = OrderTicket.ReadPriceMatch(parameters, allowed: limit);
        var ticket = new AlgoTicket
        {
            Type = type,
            Side = side,
            PositionSide = positionSide,
            TimeInForce = parameters["timeInForce"] switch
            {
                null => "GTC",
                "GTC" or "IOC" or "FOK" or "GTX" => parameters["timeInForce"]!,
                _ => throw new BinanceErrorException(400, -1115, "Invalid timeInForce."),
            },
            ClosePosition = closes,
            Quantity = closes ? 0 : parameters.RequiredDecimal("quantity"),
            Price = ReadPrice(parameters, limit, priceMatch),
            PriceMatch = priceMatch,
            TriggerPrice = ReadTrigger(parameters, type),
            ByMark = parameters["workingType"] switch
            {
                null or "CONTRACT_PRICE" => false,
                "MARK_PRICE" => true,
                _ => throw BinanceErrorException.InvalidValue("workingType"),
            },
            PriceProtect = parameters.Bool("priceProtect") ?? false,
            ReduceOnly = OrderTicket.ReadReduceOnly(parameters, account),
            ActivatePrice = parameters.Decimal("activatePrice"),
            CallbackRate = type == "TRAILING_STOP_MARKET" ? ReadCallback(parameters) : 0,
            SelfTradePrevention = OrderTicket.ReadSelfTrade(parameters),
            ClientAlgoId = OrderTicket.ReadClientId(parameters, "clientAlgoId"),
        };
        if (closes)
        {
            CheckClosing(parameters, ticket);
        }

        return ticket;
    }

    private static decimal? ReadPrice(Parameters parameters, bool limit, string priceMatch)
    {
        var price = parameters.Decimal("price");
        if (price is not null && (!limit || priceMatch != "NONE"))
        {
            throw OrderTicket.NotRequired("price");
        }

        return price is null && limit && priceMatch == "NONE" ? throw BinanceErrorException.Missing("price") : price;
    }

    /// <summary>A trailing stop has no trigger of its own; sent with one, it is refused as if it would fire at once.</summary>
    private static decimal ReadTrigger(Parameters parameters, string type)
    {
        if (type != "TRAILING_STOP_MARKET")
        {
            return parameters.RequiredDecimal("triggerPrice");
        }

        return parameters.Has("triggerPrice") ? throw AlgoService.WouldTrigger() : 0;
    }

    private static decimal ReadCallback(Parameters parameters)
    {
        var rate = parameters.RequiredDecimal("callbackRate");
        return rate >= LeastCallback && rate <= MostCallback
            ? rate
            : throw new BinanceErrorException(400, -2007, "Invalid callBack rate.");
    }

    private static void CheckClosing(Parameters parameters, AlgoTicket ticket)
    {
        if (ticket.Type is not ("STOP_MARKET" or "TAKE_PROFIT_MARKET"))
        {
            throw new BinanceErrorException(400, -4136, $"Target strategy invalid for orderType {ticket.Type},closePosition true.");
        }

        if (parameters.Has("quantity"))
        {
            throw new BinanceErrorException(400, -4137, "Quantity must be zero with closePosition equals true.");
        }

        if (parameters.Has("reduceOnly"))
        {
            throw OrderTicket.NotRequired("reduceonly");
        }

        // In hedge mode these would open, not close.
        if ((ticket.PositionSide, ticket.Side) is (PositionSide.Long, Side.Buy) or (PositionSide.Short, Side.Sell))
        {
            throw new BinanceErrorException(400, -4138, "Reduce only must be true with closePosition equals true.");
        }
    }
}
