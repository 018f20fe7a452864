using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>Orders of a venue's lists and histories, which nobody follows.</summary>
internal static class ReportedOrder
{
    /// <summary>An order that was asked for, as the contract tells it.</summary>
    public static Order ToOrder(this OrderReport report, string exchange) => new()
    {
        Exchange = exchange,
        Symbol = report.Symbol,
        ClientOrderId = report.ClientOrderId ?? "",
        VenueOrderId = report.SuccessorVenueOrderId ?? report.VenueOrderId,
        EarlierVenueOrderIds = report.SuccessorVenueOrderId is null ? [] : [report.VenueOrderId!],
        Side = report.Side ?? Side.Buy,
        PositionSide = report.PositionSide ?? PositionSide.Net,
        Type = report.Type ?? (report.Price is null ? OrderType.Market : OrderType.Limit),
        TimeInForce = report.TimeInForce ?? TimeInForce.GoodTillCancelled,
        PostOnly = report.PostOnly ?? false,
        ReduceOnly = report.ReduceOnly ?? false,
        Quantity = report.Quantity ?? 0,
        Price = report.Price,
        TriggerPrice = report.TriggerPrice,
        TrailingOffset = report.TrailingOffset,
        TriggerBy = report.TriggerBy ?? TriggerPriceSource.Last,
        GoodTillDate = report.GoodTillDate,
        Status = report.Status ?? OrderStatus.Working,
        CumulativeQuantity = report.CumulativeQuantity ?? 0,
        AveragePrice = report.AveragePrice,
        Reason = report.Reason,
        Origin = report.Origin,
        CreatedTime = report.CreatedTime ?? report.VenueTime ?? report.ReceivedTime,
        VenueTime = report.VenueTime,
        UpdatedTime = report.ReceivedTime,
        VenueStatus = report.Status is null ? report.VenueStatus : null,
    };
}
