using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>A replacement in flight.</summary>
/// <param name="price">The price that is wanted.</param>
/// <param name="quantity">The total quantity that is wanted, fills included.</param>
internal sealed class ReplaceCommand(decimal price, decimal quantity)
{
    public decimal Price { get; } = price;

    public decimal Quantity { get; } = quantity;

    /// <summary>Completed once, when the outcome is known or known to be unknown.</summary>
    public TaskCompletionSource<Result<OrderAck>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The order shows what was asked for, or its end: a late answer changes nothing.</summary>
    public bool Settled { get; set; }

    /// <summary>By cancelling and creating the rest: completed when the old order has ended (true) or works on (false).</summary>
    public TaskCompletionSource<bool>? OldEnded { get; init; }

    /// <summary>By cancelling and creating: the rest has left.</summary>
    public bool RestSent { get; set; }

    /// <summary>The trader asked for a cancel meanwhile: nothing may be created any more.</summary>
    public bool Abandoned { get; set; }

    /// <summary>True while the end of the old order is awaited, to create the rest.</summary>
    public bool AwaitsEnd => OldEnded is not null && !RestSent && !Settled;
}
