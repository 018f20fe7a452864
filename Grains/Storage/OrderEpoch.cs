using Orleans;

namespace Exchange.Grains.Storage;

/// <summary>The epoch that an order connection's last activation took.</summary>
[GenerateSerializer, Alias("exchange.order-epoch")]
public sealed class OrderEpoch
{
    /// <summary>Epochs are seconds since here, so that they fit into a client order id even where that is a number.</summary>
    private static readonly DateTimeOffset _start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The epoch; 0 before the first activation.</summary>
    [Id(0)]
    public long Epoch { get; set; }

    /// <summary>
    /// The epoch after this one. Greater than the stored one, and by the clock, so that one is not used again even when the storage is lost.
    /// </summary>
    internal long Next(DateTimeOffset now) => Math.Max(Epoch + 1, (long)(now - _start).TotalSeconds);
}
