using Exchange.Grains.Interfaces;

namespace Exchange.Tests.Conformance;

/// <summary>An order as the venue has it. One that was triggered is told as what it became, under the id it was placed with.</summary>
internal sealed record TrueOrder(string Symbol, string ClientOrderId, string VenueOrderId, OrderStatus Status, Side Side, decimal Quantity, decimal Executed, decimal? Price)
{
    /// <summary>Whether it works, or waits for its trigger.</summary>
    public bool IsOpen => Status is OrderStatus.Untriggered or OrderStatus.Working or OrderStatus.PartiallyFilled;
}

/// <summary>A fill as the venue booked it; the client order id is that of the placed order.</summary>
internal sealed record TrueFill(string Symbol, string TradeId, string VenueOrderId, string ClientOrderId, PositionSide Leg, decimal SignedQuantity);

/// <summary>A position that is not flat, as the venue has it; negative is short.</summary>
internal sealed record TruePosition(string Symbol, PositionSide Leg, decimal Quantity);

/// <summary>What became of a place that the venue received.</summary>
internal enum PlaceFate
{
    /// <summary>It is not decided yet.</summary>
    Open,
    /// <summary>It was carried out.</summary>
    Executed,
    /// <summary>The venue's own rules refused it, and its sender was told.</summary>
    Refused,
    /// <summary>It was lost: not carried out, and its sender does not know.</summary>
    Lost,
}

/// <summary>A place as the venue received it, in the order of arrival.</summary>
internal sealed record ReceivedPlace(string ClientOrderId, PlaceFate Fate);

/// <summary>All that the venue has, at one moment.</summary>
internal sealed record VenueTruth(
    IReadOnlyList<TrueOrder> Orders,
    IReadOnlyList<TrueFill> Fills,
    IReadOnlyList<TruePosition> Positions,
    IReadOnlyList<ReceivedPlace> Places,
    int CommandSessions)
{
    /// <summary>The youngest order of a client order id.</summary>
    public TrueOrder? Order(string clientOrderId) => Orders.LastOrDefault(o => o.ClientOrderId == clientOrderId);
}
