using System.Globalization;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>Requests as orders, and what sets two of them apart.</summary>
internal static class RequestFields
{
    /// <summary>The order that a request asks for, before it left.</summary>
    public static Order ToOrder(string exchange, OrderRequest request, string clientOrderId, DateTimeOffset now)
    {
        var order = new Order
        {
            Exchange = exchange,
            Symbol = request.Symbol,
            ClientOrderId = clientOrderId,
            Side = request.Side,
            PositionSide = request.PositionSide,
            Type = TypeOf(request),
            ReduceOnly = request.ReduceOnly,
            Quantity = request.Quantity,
            Status = OrderStatus.PendingNew,
            Origin = OrderOrigin.Trader,
            Trader = request.Trader,
            CreatedTime = now,
            UpdatedTime = now,
            Price = PriceOf(request),
            TriggerPrice = TriggerOf(request),
            TrailingOffset = (request as TrailingStopOrderRequest)?.Offset,
            TriggerBy = TriggerByOf(request),
            TimeInForce = TimeInForceOf(request),
            PostOnly = request is LimitOrderRequest { PostOnly: true },
            GoodTillDate = (request as LimitOrderRequest)?.GoodTillDate,
        };
        return order;
    }

    /// <summary>The first field in which a request differs from the order that was placed under its id; null when they are alike.</summary>
    public static string? Difference(Order placed, OrderRequest request)
    {
        if (placed.Trader != request.Trader)
            return "trader: the id was used by another trader";
        return Differs("symbol", placed.Symbol, request.Symbol)
            ?? Differs("side", placed.Side, request.Side)
            ?? Differs("type", placed.Type, TypeOf(request))
            ?? Differs("quantity", placed.Quantity, request.Quantity)
            ?? Differs("price", placed.Price, PriceOf(request))
            ?? Differs("trigger_price", placed.TriggerPrice, TriggerOf(request))
            ?? Differs("offset", placed.TrailingOffset, (request as TrailingStopOrderRequest)?.Offset)
            ?? Differs("time_in_force", placed.TimeInForce, TimeInForceOf(request))
            ?? Differs("post_only", placed.PostOnly, request is LimitOrderRequest { PostOnly: true })
            ?? Differs("reduce_only", placed.ReduceOnly, request.ReduceOnly)
            ?? Differs("position_side", placed.PositionSide, request.PositionSide)
            ?? Differs("trigger_by", placed.TriggerBy, TriggerByOf(request))
            ?? Differs("good_till_date", placed.GoodTillDate, (request as LimitOrderRequest)?.GoodTillDate);
    }

    private static string? Differs<T>(string field, T placed, T asked) => EqualityComparer<T>.Default.Equals(placed, asked)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{field}: it was {Text(placed)} and is {Text(asked)} now");

    private static string Text<T>(T value) => value is null ? "not given" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static OrderType TypeOf(OrderRequest request) => request switch
    {
        MarketOrderRequest => OrderType.Market,
        LimitOrderRequest => OrderType.Limit,
        StopOrderRequest stop => stop.Price is null ? OrderType.StopMarket : OrderType.StopLimit,
        TakeProfitOrderRequest take => take.Price is null ? OrderType.TakeProfitMarket : OrderType.TakeProfitLimit,
        TrailingStopOrderRequest => OrderType.TrailingStop,
        _ => throw new ArgumentException($"no such request: {request.GetType().Name}", nameof(request)),
    };

    private static decimal? PriceOf(OrderRequest request) => request switch
    {
        LimitOrderRequest limit => limit.Price,
        StopOrderRequest stop => stop.Price,
        TakeProfitOrderRequest take => take.Price,
        _ => null,
    };

    private static decimal? TriggerOf(OrderRequest request) => request switch
    {
        StopOrderRequest stop => stop.TriggerPrice,
        TakeProfitOrderRequest take => take.TriggerPrice,
        TrailingStopOrderRequest trailing => trailing.ActivationPrice,
        _ => null,
    };

    private static TriggerPriceSource TriggerByOf(OrderRequest request) => request switch
    {
        StopOrderRequest stop => stop.TriggerBy,
        TakeProfitOrderRequest take => take.TriggerBy,
        TrailingStopOrderRequest trailing => trailing.TriggerBy,
        _ => default,
    };

    private static TimeInForce TimeInForceOf(OrderRequest request) => request switch
    {
        LimitOrderRequest limit => limit.TimeInForce,
        StopOrderRequest stop => stop.TimeInForce,
        TakeProfitOrderRequest take => take.TimeInForce,
        _ => default,
    };
}
