using Exchange.Exchanges.Common.Orders;
using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Support.Orders;

/// <summary>An order as the fake venue has it.</summary>
internal sealed class VenueOrder
{
    public required string Id { get; init; }

    public required string ClientId { get; init; }

    public required string Symbol { get; init; }

    public required Side Side { get; init; }

    public required OrderType Type { get; init; }

    public decimal? Price { get; set; }

    public decimal Quantity { get; set; }

    public decimal? TriggerPrice { get; init; }

    public decimal Cumulative { get; set; }

    public OrderStatus Status { get; set; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset Updated { get; set; }

    public List<Fill> Fills { get; } = [];

    public bool IsOpen => Status is OrderStatus.Working or OrderStatus.PartiallyFilled or OrderStatus.Untriggered;

    public OrderReport Report(ReportSource source, Fill? fill = null, bool amended = false) => new()
    {
        Source = source,
        Symbol = Symbol,
        ClientOrderId = ClientId,
        VenueOrderId = Id,
        Status = Status,
        Side = Side,
        Type = Type,
        Price = Price,
        Quantity = Quantity,
        TriggerPrice = TriggerPrice,
        CumulativeQuantity = Cumulative,
        Fill = fill,
        Amended = amended,
        CreatedTime = Created,
        VenueTime = Updated,
        ReceivedTime = Updated,
    };
}
