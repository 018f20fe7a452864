using Exchange.Grains.Interfaces;

namespace Exchange.Streaming;

/// <summary>Settings of the stream provider; section <c>Exchange:Streams</c>.</summary>
public sealed class ExchangeStreamOptions
{
    /// <summary>How often a subscription renews itself. Also the time in which it finds a producer that has moved.</summary>
    public TimeSpan RenewalPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a renewal waits for its answer before the producer counts as lost.</summary>
    public TimeSpan RenewalTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A subscriber that has not renewed itself for so long is forgotten.</summary>
    public TimeSpan SubscriberExpiry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A subscriber that takes longer to acknowledge a batch is dropped.</summary>
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A subscriber with more updates waiting is dropped.</summary>
    public int QueueLimit { get; set; } = 16_384;

    /// <summary>The most updates in one batch.</summary>
    public int BatchLimit { get; set; } = 256;

    /// <summary>How many updates of each stream the producer keeps for replay, by namespace.</summary>
    public Dictionary<string, int> RingSizes { get; } = new(StringComparer.Ordinal)
    {
        [StreamNames.Orders] = 16_384,
        [StreamNames.Positions] = 16_384,
        [StreamNames.Accounts] = 16_384,
        [StreamNames.Status] = 1_024,
        [StreamNames.Trades] = 1_024,
        [StreamNames.Books] = 64,
        [StreamNames.Quotes] = 64,
        [StreamNames.Marks] = 64,
    };
}
