using System.Globalization;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// Turns orders into the venue's parameters (venue sheet, sections 6.1 to 6.5), and refuses what the venue would, before it leaves. The
/// position mode decides how a leg is named: hedge mode wants <c>positionSide</c> and forbids <c>reduceOnly</c>.
/// </summary>
internal static class BinanceOrderRequests
{
    private const decimal LeastCallbackRate = 0.1m;
    private const decimal GreatestCallbackRate = 20m;

    private static readonly TimeSpan _leastLife = TimeSpan.FromSeconds(600);
    private static readonly DateTimeOffset _latestGoodTillDate = DateTimeOffset.FromUnixTimeMilliseconds(253402300799000);

    /// <summary>Why the venue would refuse an order; null when nothing speaks against it.</summary>
    public static ExchangeError? Check(Order order, PositionMode? mode, DateTimeOffset venueNow) =>
        CheckLeg(order, mode) ?? CheckTimeInForce(order, venueNow) ?? CheckTrigger(order);

    /// <summary>The parameters of <c>order.place</c> and <c>POST /fapi/v1/order</c>.</summary>
    public static void Order(BinanceParams to, Order order, PositionMode mode, string selfTradePrevention)
    {
        to.Add("symbol", order.Symbol).Add("side", BinanceWords.Text(order.Side)).Add("type", BinanceWords.Text(order.Type));
        Leg(to, order, mode);
        to.Add("quantity", order.Quantity);
        if (order.Type == OrderType.Limit)
        {
            to.Add("price", order.Price ?? 0).Add("timeInForce", BinanceWords.Text(order.TimeInForce, order.PostOnly));
            if (order is { TimeInForce: TimeInForce.GoodTillDate, GoodTillDate: { } end })
                to.Add("goodTillDate", end.ToUnixTimeSeconds() * 1000);
        }

        to.Add("selfTradePreventionMode", selfTradePrevention).Add("newOrderRespType", "ACK").Add("newClientOrderId", order.ClientOrderId);
    }

    /// <summary>The parameters of <c>algoOrder.place</c>. A trailing stop has no trigger price: sending one makes it fire at once (-2021).</summary>
    public static void Algo(BinanceParams to, Order order, PositionMode mode, string selfTradePrevention)
    {
        to.Add("algoType", "CONDITIONAL").Add("symbol", order.Symbol).Add("side", BinanceWords.Text(order.Side)).Add("type", BinanceWords.Text(order.Type));
        Leg(to, order, mode);
        to.Add("quantity", order.Quantity);
        if (order.Type is OrderType.StopLimit or OrderType.TakeProfitLimit)
            to.Add("price", order.Price ?? 0).Add("timeInForce", BinanceWords.Text(order.TimeInForce, order.PostOnly));
        if (order.Type == OrderType.TrailingStop)
        {
            to.Add("callbackRate", order.TrailingOffset ?? 0);
            if (order.TriggerPrice is { } activation)
                to.Add("activatePrice", activation);
        }
        else
        {
            to.Add("triggerPrice", order.TriggerPrice ?? 0);
        }

        to.Add("workingType", order.TriggerBy == TriggerPriceSource.Mark ? "MARK_PRICE" : "CONTRACT_PRICE")
            .Add("selfTradePreventionMode", selfTradePrevention)
            .Add("clientAlgoId", order.ClientOrderId);
    }

    /// <summary>The parameters of <c>order.modify</c>: the quantity is the new total, fills included.</summary>
    public static void Modify(BinanceParams to, Order order, decimal price, decimal quantity)
    {
        Name(to, order);
        to.Add("side", BinanceWords.Text(order.Side)).Add("quantity", quantity).Add("price", price);
    }

    /// <summary>
    /// Names an order: by the venue's id where that is exact (a triggered order, one not made by us), otherwise by the client order id.
    /// </summary>
    public static void Name(BinanceParams to, Order order)
    {
        to.Add("symbol", order.Symbol);
        if (NumberOf(order.VenueOrderId) is { } id && (BinanceWords.IsConditional(order.Type) || order.Origin != OrderOrigin.Trader || order.ClientOrderId.Length == 0))
            to.Add("orderId", id);
        else
            to.Add("origClientOrderId", order.ClientOrderId);
    }

    /// <summary>Whether an order is, as far as is known, still in the venue's service for conditional orders.</summary>
    public static bool IsInAlgoService(Order order) =>
        BinanceWords.IsAlgoId(order.VenueOrderId) || (BinanceWords.IsConditional(order.Type) && NumberOf(order.VenueOrderId) is null);

    /// <summary>Names a conditional order that has not been triggered.</summary>
    public static void NameAlgo(BinanceParams to, Order order)
    {
        if (AlgoNumberOf(order) is { } id)
            to.Add("algoId", id);
        else
            to.Add("clientAlgoId", order.ClientOrderId);
    }

    /// <summary>The venue's number of an order; null for none, or for that of a conditional order.</summary>
    public static long? NumberOf(string? venueOrderId) =>
        long.TryParse(venueOrderId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The venue's number of a conditional order, from the id that it has or had.</summary>
    public static long? AlgoNumberOf(Order order)
    {
        foreach (var id in order.EarlierVenueOrderIds.IsDefault ? [order.VenueOrderId] : (IEnumerable<string?>)[order.VenueOrderId, .. order.EarlierVenueOrderIds])
        {
            if (BinanceWords.IsAlgoId(id) && long.TryParse(id.AsSpan(BinanceWords.AlgoPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
        }

        return null;
    }

    private static void Leg(BinanceParams to, Order order, PositionMode mode)
    {
        if (mode == PositionMode.Hedge)
            to.Add("positionSide", BinanceWords.Text(order.PositionSide));
        else if (order.ReduceOnly)
            to.Add("reduceOnly", "true");
    }

    private static ExchangeError? CheckLeg(Order order, PositionMode? mode)
    {
        switch (mode)
        {
            case null:
                return new ExchangeError { Code = ExchangeErrorCode.NotReady, Message = "the account's position mode is not known yet", Outcome = CommandOutcome.Rejected, Retryable = true };
            case PositionMode.OneWay when order.PositionSide != PositionSide.Net:
                return Refuse(ExchangeErrorCode.PositionSideMismatch, "position_side", "the account is in one-way mode; leave it out");
            case PositionMode.Hedge when order.PositionSide == PositionSide.Net:
                return Refuse(ExchangeErrorCode.PositionSideMismatch, "position_side", "the account is in hedge mode; long or short");

            // A leg cannot turn round, so an order against it only ever reduces; the flag itself is not taken there.
            case PositionMode.Hedge when order.ReduceOnly && (order.PositionSide == PositionSide.Long) == (order.Side == Side.Buy):
                return Refuse(ExchangeErrorCode.ReduceOnlyRejected, "reduce_only", $"a {order.Side} on the {order.PositionSide} leg can only increase it");
            default:
                return null;
        }
    }

    private static ExchangeError? CheckTimeInForce(Order order, DateTimeOffset venueNow)
    {
        if (order.PostOnly && order.TimeInForce != TimeInForce.GoodTillCancelled)
            return Refuse(ExchangeErrorCode.InvalidArgument, "time_in_force", "a post-only order is good till cancelled at Binance");
        if (order.TimeInForce != TimeInForce.GoodTillDate)
            return null;
        if (BinanceWords.IsConditional(order.Type))
            return Refuse(ExchangeErrorCode.InvalidArgument, "time_in_force", "a conditional order is gtc, ioc or fok at Binance");
        if (order.GoodTillDate is not { } end)
            return Refuse(ExchangeErrorCode.InvalidArgument, "good_till_date", "must be given with good_till_date");
        return DateTimeOffset.FromUnixTimeSeconds(end.ToUnixTimeSeconds()) <= venueNow + _leastLife || end >= _latestGoodTillDate
            ? Refuse(ExchangeErrorCode.InvalidArgument, "good_till_date", string.Create(CultureInfo.InvariantCulture, $"more than {_leastLife.TotalSeconds:0} s ahead at Binance, after {venueNow + _leastLife:yyyy-MM-ddTHH:mm:ssZ}"))
            : null;
    }

    private static ExchangeError? CheckTrigger(Order order)
    {
        if (!BinanceWords.IsConditional(order.Type))
            return null;
        if (order.TriggerBy == TriggerPriceSource.Index)
            return Refuse(ExchangeErrorCode.NotSupported, "trigger_by", "last or mark at Binance");
        return order.Type == OrderType.TrailingStop && order.TrailingOffset is not (>= LeastCallbackRate and <= GreatestCallbackRate)
            ? Refuse(ExchangeErrorCode.InvalidArgument, "offset", string.Create(CultureInfo.InvariantCulture, $"percent of the price, {LeastCallbackRate} to {GreatestCallbackRate} at Binance"))
            : null;
    }

    private static ExchangeError Refuse(ExchangeErrorCode code, string field, string message) =>
        new() { Code = code, Field = field, Message = $"{field}: {message}", Outcome = CommandOutcome.Rejected };
}
