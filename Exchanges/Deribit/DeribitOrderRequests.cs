using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Deribit;

/// <summary>
/// Orders as Deribit wants them (venue sheet, sections 4.1, 4.4, 4.5), and what only Deribit refuses. Quantities are amounts, never contracts.
/// </summary>
internal static class DeribitOrderRequests
{
    /// <summary>The method that places an order.</summary>
    public static string PlaceMethod(Order order) => order.Side == Side.Buy ? "private/buy" : "private/sell";

    /// <summary>The parameters of buy and sell.</summary>
    /// <param name="to">Takes them.</param>
    /// <param name="order">The order.</param>
    /// <param name="validUntil">The venue's time after which it must not act on it any more.</param>
    public static void Place(DeribitParams to, Order order, DateTimeOffset validUntil)
    {
        to.Add("instrument_name", order.Symbol).Add("amount", order.Quantity).Add("type", DeribitWords.Text(order.Type)).Add("label", order.ClientOrderId);
        if (order.Price is { } price && HasPrice(order.Type))
            to.Add("price", price);

        // What fills at once or not at all has no time in force.
        if (HasPrice(order.Type))
            to.Add("time_in_force", DeribitWords.Text(order.TimeInForce));
        Flags(to, order);
        to.Add("reduce_only", order.ReduceOnly);
        if (DeribitWords.IsConditional(order.Type))
        {
            to.Add("trigger", DeribitWords.Text(order.TriggerBy));
            if (order.Type == OrderType.TrailingStop)
                to.Add("trigger_offset", order.TrailingOffset!.Value);
            else
                to.Add("trigger_price", order.TriggerPrice!.Value);
        }

        to.Add("valid_until", validUntil.ToUnixTimeMilliseconds());
    }

    /// <summary>The parameters of edit, by order id, or of edit_by_label where that is not known.</summary>
    /// <param name="to">Takes them.</param>
    /// <param name="order">The order as it is.</param>
    /// <param name="price">The new price.</param>
    /// <param name="quantity">The new total, fills included: what the venue's amount means as well.</param>
    /// <param name="validUntil">The venue's time after which it must not act on it any more; null for none.</param>
    public static void Edit(DeribitParams to, Order order, decimal price, decimal quantity, DateTimeOffset? validUntil)
    {
        if (order.VenueOrderId is { } id)
            to.Add("order_id", id);
        else
            to.Add("label", order.ClientOrderId).Add("instrument_name", order.Symbol);
        to.Add("amount", quantity).Add("price", price);
        if (order.Status == OrderStatus.Untriggered && order.TriggerPrice is { } trigger)
            to.Add("trigger_price", trigger);
        Flags(to, order);
        if (order.ReduceOnly)
            to.Add("reduce_only", true);
        if (validUntil is { } until)
            to.Add("valid_until", until.ToUnixTimeMilliseconds());
    }

    /// <summary>What only Deribit refuses; null when the order may leave.</summary>
    public static ExchangeError? Check(Order order, DateTimeOffset venueNow)
    {
        if (order.PositionSide != PositionSide.Net)
            return Refuse(ExchangeErrorCode.PositionSideMismatch, "position_side", "Deribit has one net position a symbol; leave it out");
        if (order.PostOnly && order.TimeInForce != TimeInForce.GoodTillCancelled)
            return Refuse(ExchangeErrorCode.InvalidArgument, "time_in_force", "a post-only order is good till cancelled at Deribit");
        if (order.PostOnly && !HasPrice(order.Type))
            return Refuse(ExchangeErrorCode.InvalidArgument, "post_only", "an order without a price takes liquidity");
        return CheckTimeInForce(order, venueNow) ?? CheckTrigger(order);
    }

    private static ExchangeError? CheckTimeInForce(Order order, DateTimeOffset venueNow)
    {
        if (order.TimeInForce != TimeInForce.GoodTillDate)
            return null;
        if (!HasPrice(order.Type))
            return Refuse(ExchangeErrorCode.InvalidArgument, "time_in_force", "an order without a price has none at Deribit");
        var end = DeribitWords.SettlementAfter(venueNow);
        return order.GoodTillDate == end ? null : Refuse(
            ExchangeErrorCode.InvalidArgument,
            "good_till_date",
            string.Create(CultureInfo.InvariantCulture, $"Deribit ends orders at its next daily settlement or never: {end:yyyy-MM-ddTHH:mm:ssZ} is the one date that it takes now"));
    }

    private static ExchangeError? CheckTrigger(Order order)
    {
        if (!DeribitWords.IsConditional(order.Type))
            return null;
        if (order.Type != OrderType.TrailingStop)
            return order.TriggerPrice is > 0 ? null : Refuse(ExchangeErrorCode.InvalidArgument, "trigger_price", "must be given");
        if (order.TriggerPrice is not null)
            return Refuse(ExchangeErrorCode.NotSupported, "activation_price", "Deribit's trailing stop follows from the start; leave it out");
        return order.TrailingOffset is > 0 ? null : Refuse(ExchangeErrorCode.InvalidArgument, "offset", "a distance in price above 0 at Deribit");
    }

    /// <summary>Always both: the schema's default of post_only is true, and alone it moves a price that would take.</summary>
    private static void Flags(DeribitParams to, Order order) => to.Add("post_only", order.PostOnly).Add("reject_post_only", order.PostOnly);

    private static bool HasPrice(OrderType type) => type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit;

    private static ExchangeError Refuse(ExchangeErrorCode code, string field, string message) =>
        new() { Code = code, Field = field, Message = $"{field}: {message}", Outcome = CommandOutcome.Rejected };
}
