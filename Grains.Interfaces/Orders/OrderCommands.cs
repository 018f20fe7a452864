using System.Collections.Immutable;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>Names one order: by client order id, by venue order id, or both (then both must fit).</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-key")]
public sealed record OrderKey
{
    /// <summary>The venue's own symbol.</summary>
    [Id(0)]
    public required string Symbol { get; init; }

    /// <summary>The caller's id.</summary>
    [Id(1)]
    public string? ClientOrderId { get; init; }

    /// <summary>The venue's id.</summary>
    [Id(2)]
    public string? VenueOrderId { get; init; }
}

/// <summary>
/// Changes price, quantity or both of a working order. Where the venue cannot, the order is cancelled, its end awaited
/// and the rest created under a new venue order id linked to the same client order id.
/// </summary>
[GenerateSerializer, Immutable, Alias("exchange.replace-order-request")]
public sealed record ReplaceOrderRequest
{
    /// <summary>Which order.</summary>
    [Id(0)]
    public required OrderKey Order { get; init; }

    /// <summary>The new limit price; unchanged when null.</summary>
    [Id(1)]
    public decimal? Price { get; init; }

    /// <summary>The new total quantity, fills included, at every venue; unchanged when null.</summary>
    [Id(2)]
    public decimal? Quantity { get; init; }
}

/// <summary>Several orders in one command; each has its own answer, in the same order.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-batch")]
public sealed record OrderBatch
{
    /// <summary>The orders, at most <see cref="Capabilities.MaxBatchSize"/> of them.</summary>
    [Id(0)]
    public required ImmutableArray<OrderRequest> Orders { get; init; }
}

/// <summary>What became of each order of a batch, in the order of the request.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-batch-result")]
public sealed record OrderBatchResult
{
    /// <summary>One answer an order.</summary>
    [Id(0)]
    public required ImmutableArray<Result<OrderAck>> Orders { get; init; }
}

/// <summary>The answer to a command about one order, with the place in the <c>orders</c> stream that it belongs to.</summary>
[GenerateSerializer, Immutable, Alias("exchange.order-ack")]
public sealed record OrderAck
{
    /// <summary>The order as known when the answer was made.</summary>
    [Id(0)]
    public required Order Order { get; init; }

    /// <summary>The <c>orders</c> stream's epoch.</summary>
    [Id(1)]
    public long Epoch { get; init; }

    /// <summary>The last <c>orders</c> sequence number that the order's state includes.</summary>
    [Id(2)]
    public long Seq { get; init; }
}

/// <summary>What a cancel-all reached.</summary>
[GenerateSerializer, Immutable, Alias("exchange.cancel-all-result")]
public sealed record CancelAllResult
{
    /// <summary>The orders that were asked to be cancelled, by client order id.</summary>
    [Id(0)]
    public ImmutableArray<string> ClientOrderIds { get; init; } = [];
}

/// <summary>The kill switch's positions.</summary>
public enum TradingState
{
    /// <summary>All orders are taken.</summary>
    Active = 0,
    /// <summary>Only orders that reduce a position; cancels always pass.</summary>
    ReduceOnly = 1,
    /// <summary>No new orders; cancels always pass.</summary>
    Halted = 2,
}
