using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// What is checked before an order leaves: the venue's grid and bounds, and our own limits. Null means that it may leave; that case
/// allocates nothing. Cancels are never checked.
/// </summary>
internal sealed class PreTradeChecks(TradingLimits limits, IMarketView market, Exposure exposure, TimeProvider time)
{
    private readonly OrderRate _rate = new(limits.OrdersPerSecond, time);

    /// <summary>Takes an order from the budget of the second.</summary>
    public ExchangeError? TakeFromRate() => _rate.Take();

    /// <summary>Checks a new order.</summary>
    public ExchangeError? Place(Order order, int openOrders)
    {
        if (openOrders >= limits.MaxOpenOrders)
            return new ExchangeError { Code = ExchangeErrorCode.TooManyOrders, Message = $"{openOrders} orders are open, the limit is {limits.MaxOpenOrders} (MaxOpenOrders)", Retryable = true };
        return Check(order, order.Quantity, 0);
    }

    /// <summary>Checks an order as a replacement would make it.</summary>
    /// <param name="order">With the new price and total.</param>
    /// <param name="heldQuantity">The total as it is.</param>
    public ExchangeError? Replace(Order order, decimal heldQuantity) => Check(order, order.Quantity - heldQuantity, order.CumulativeQuantity);

    private ExchangeError? Check(Order order, decimal more, decimal filled)
    {
        if (market.GetInstrument(order.Symbol) is not { } instrument)
            return new ExchangeError { Code = ExchangeErrorCode.UnknownSymbol, Field = "symbol", Message = $"symbol: {order.Exchange} does not list '{order.Symbol}', or its instruments are not loaded yet" };
        if (!instrument.IsTrading)
            return new ExchangeError { Code = ExchangeErrorCode.SymbolNotTrading, Field = "symbol", Message = $"symbol: {order.Symbol} takes no orders now (the venue says '{instrument.VenueStatus}')" };
        var isMarket = order.Type is OrderType.Market or OrderType.StopMarket or OrderType.TakeProfitMarket or OrderType.TrailingStop;
        if (PriceGrid.CheckQuantity(instrument, order.Quantity, isMarket) is { } offStep)
            return offStep;
        if (order.Price is { } price && PriceGrid.CheckPrice(instrument, price, "price") is { } offTick)
            return offTick;
        if (order.TriggerPrice is { } trigger && PriceGrid.CheckPrice(instrument, trigger, order.Type == OrderType.TrailingStop ? "activation_price" : "trigger_price") is { } offTrigger)
            return offTrigger;
        if (order.TrailingOffset <= 0)
            return ExchangeError.InvalidArgument("offset", "it must be above 0");
        if (order.TimeInForce == TimeInForce.GoodTillDate && order.GoodTillDate is null)
            return ExchangeError.InvalidArgument("good_till_date", "an order that is good till a date needs one");
        return Collar(order, instrument) ?? Size(order, instrument, more, filled);
    }

    private ExchangeError? Collar(Order order, Instrument instrument)
    {
        if (order.Price is not { } price)
            return null;
        var conditional = order.Type is not OrderType.Limit;
        if (limits.PriceCollarPercent is null && (conditional || (instrument.MaxPriceToMark is null && instrument.MinPriceToMark is null)))
            return null;
        if ((conditional ? order.TriggerPrice : market.GetMarkPrice(order.Symbol)) is not { } center)
            return limits.PriceCollarPercent is null || limits.AllowUnknownMarkPrice ? null : MarkUnknown(order.Symbol, "the price cannot be compared with it (PriceCollarPercent)");
        var buy = order.Side == Side.Buy;
        if (limits.PriceCollarPercent is { } percent)
        {
            var bound = center * (1 + ((buy ? percent : -percent) / 100));
            if (buy ? price > bound : price < bound)
                return Outside(ExchangeErrorCode.PriceOutsideCollar, price, bound, buy, center, conditional ? "trigger price" : "mark price", $"our collar of {percent.ToString(CultureInfo.InvariantCulture)} %");
        }

        if (!conditional && (buy ? instrument.MaxPriceToMark : instrument.MinPriceToMark) is { } factor)
        {
            var bound = center * factor;
            if (buy ? price > bound : price < bound)
                return Outside(ExchangeErrorCode.PriceOutOfRange, price, bound, buy, center, "mark price", "the venue's own limit");
        }

        return null;
    }

    private ExchangeError? Size(Order order, Instrument instrument, decimal more, decimal filled)
    {
        if (Exposure.Reduces(order.ReduceOnly, order.PositionSide, order.Side))
            return null;
        if (Position(order, more) is { } tooFar)
            return tooFar;
        var most = TradingLimits.Of(limits.MaxOrderNotional, order.Symbol);
        if (most is null && instrument.MinNotional is null)
            return null;
        if ((order.Price ?? order.TriggerPrice ?? market.GetMarkPrice(order.Symbol)) is not { } price)
            return most is null || limits.AllowUnknownMarkPrice ? null : MarkUnknown(order.Symbol, "the order's value is not known (MaxOrderNotional)");
        var notional = Notional(instrument, price, order.Quantity);
        if (filled == 0 && notional < instrument.MinNotional)
            return Refused(ExchangeErrorCode.NotionalTooSmall, "quantity", $"price times quantity is {notional} {instrument.Quote}, {order.Symbol} takes no less than {instrument.MinNotional}");
        if (notional > most)
            return Refused(ExchangeErrorCode.QuantityOutOfRange, "quantity", $"price times quantity is {notional} {instrument.Quote}, our limit for {order.Symbol} is {most} (MaxOrderNotional)");
        return null;
    }

    private ExchangeError? Position(Order order, decimal more)
    {
        if (more <= 0 || TradingLimits.Of(limits.MaxPosition, order.Symbol) is not { } most)
            return null;
        if (market.GetPosition(order.Symbol, order.PositionSide) is not { } position)
        {
            return limits.AllowUnknownPosition ? null : new ExchangeError
            {
                Code = ExchangeErrorCode.PositionLimit,
                Message = $"the position of {order.Symbol} is not known yet, and there is a limit on it (MaxPosition); AllowUnknownPosition would let the order pass",
                Retryable = true,
            };
        }

        var open = exposure.Open(order.Symbol, order.PositionSide, order.Side);
        var worst = order.Side == Side.Buy ? position + open + more : -position + open + more;
        if (worst <= most)
            return null;
        var side = order.Side == Side.Buy ? "buying" : "selling";
        return Refused(ExchangeErrorCode.PositionLimit, "quantity", $"the position of {order.Symbol} is {position}, open orders are {side} {open}; with {more} more it could come to {(order.Side == Side.Buy ? worst : -worst)}, beyond the limit of {most} (MaxPosition)");
    }

    /// <summary>What an order is worth in quote, or for inverse contracts in the currency that they are counted in.</summary>
    private static decimal Notional(Instrument instrument, decimal price, decimal quantity) =>
        instrument.QuantityUnit == QuantityUnit.Quote ? quantity * instrument.ContractSize : quantity * instrument.ContractSize * price;

    private static ExchangeError MarkUnknown(string symbol, string consequence) => new()
    {
        Code = ExchangeErrorCode.PriceOutsideCollar,
        Field = "price",
        Message = $"price: the mark price of {symbol} is not known, so {consequence}; AllowUnknownMarkPrice would let the order pass",
        Retryable = true,
    };

    private static ExchangeError Outside(ExchangeErrorCode code, decimal price, decimal bound, bool buy, decimal center, string centerName, string rule) =>
        Refused(code, "price", $"{price} is {(buy ? "above" : "below")} {bound}, which is {rule} around the {centerName} {center}");

    private static ExchangeError Refused(ExchangeErrorCode code, string field, FormattableString message) =>
        new() { Code = code, Field = field, Message = $"{field}: {message.ToString(CultureInfo.InvariantCulture)}" };
}
