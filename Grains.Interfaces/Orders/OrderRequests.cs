using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>What every order request carries.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-request")]
public abstract record OrderRequest
{
    /// <summary>The venue's own symbol.</summary>
    [Id(0)]
    public required string Symbol { get; init; }

    /// <summary>Buy or sell.</summary>
    [Id(1)]
    public required Side Side { get; init; }

    /// <summary>The quantity, in the unit of <see cref="Instrument.QuantityUnit"/>; positive.</summary>
    [Id(2)]
    public required decimal Quantity { get; init; }

    /// <summary>
    /// The caller's id of the order, in the form of <see cref="Capabilities.ClientOrderIdForm"/>; made by the gateway when null.
    /// A second command under the same id returns the first one's answer and places nothing.
    /// </summary>
    [Id(3)]
    public string? ClientOrderId { get; init; }

    /// <summary>The leg, in hedge mode.</summary>
    [Id(4)]
    public PositionSide PositionSide { get; init; }

    /// <summary>May only reduce the position.</summary>
    [Id(5)]
    public bool ReduceOnly { get; init; }

    /// <summary>The trader that owns the order; set by the gateway.</summary>
    [Id(6)]
    public string? Trader { get; init; }
}

/// <summary>A market order.</summary>
[GenerateSerializer, Immutable, Alias("exchange.market-order-request")]
public sealed record MarketOrderRequest : OrderRequest;

/// <summary>A limit order.</summary>
[GenerateSerializer, Immutable, Alias("exchange.limit-order-request")]
public sealed record LimitOrderRequest : OrderRequest
{
    /// <summary>The limit price.</summary>
    [Id(0)]
    public required decimal Price { get; init; }

    /// <summary>How long it works.</summary>
    [Id(1)]
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Must not take liquidity; it is refused rather than moved.</summary>
    [Id(2)]
    public bool PostOnly { get; init; }

    /// <summary>The end of a <see cref="TimeInForce.GoodTillDate"/> order, UTC.</summary>
    [Id(3)]
    public DateTimeOffset? GoodTillDate { get; init; }
}

/// <summary>A stop: a market order, or a limit order when it has a price, once the trigger is reached.</summary>
[GenerateSerializer, Immutable, Alias("exchange.stop-order-request")]
public sealed record StopOrderRequest : OrderRequest
{
    /// <summary>Fires at or beyond this price, against the position.</summary>
    [Id(0)]
    public required decimal TriggerPrice { get; init; }

    /// <summary>The limit price; null for a market order.</summary>
    [Id(1)]
    public decimal? Price { get; init; }

    /// <summary>The price that is watched.</summary>
    [Id(2)]
    public TriggerPriceSource TriggerBy { get; init; }

    /// <summary>How long the limit order works.</summary>
    [Id(3)]
    public TimeInForce TimeInForce { get; init; }
}

/// <summary>A take-profit: a market order, or a limit order when it has a price, once the trigger is reached.</summary>
[GenerateSerializer, Immutable, Alias("exchange.take-profit-order-request")]
public sealed record TakeProfitOrderRequest : OrderRequest
{
    /// <summary>Fires at or beyond this price, in the position's favour.</summary>
    [Id(0)]
    public required decimal TriggerPrice { get; init; }

    /// <summary>The limit price; null for a market order.</summary>
    [Id(1)]
    public decimal? Price { get; init; }

    /// <summary>The price that is watched.</summary>
    [Id(2)]
    public TriggerPriceSource TriggerBy { get; init; }

    /// <summary>How long the limit order works.</summary>
    [Id(3)]
    public TimeInForce TimeInForce { get; init; }
}

/// <summary>A trailing stop.</summary>
[GenerateSerializer, Immutable, Alias("exchange.trailing-stop-order-request")]
public sealed record TrailingStopOrderRequest : OrderRequest
{
    /// <summary>How far the trigger follows, in the unit of <see cref="Capabilities.TrailingOffsetUnit"/>.</summary>
    [Id(0)]
    public required decimal Offset { get; init; }

    /// <summary>Starts to follow once this price is reached; at once when null.</summary>
    [Id(1)]
    public decimal? ActivationPrice { get; init; }

    /// <summary>The price that is watched.</summary>
    [Id(2)]
    public TriggerPriceSource TriggerBy { get; init; }
}
