using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Exchange.Client.Gateway.Updates;

/// <summary>What every feed needs.</summary>
internal sealed record FeedContext(
    UpdateOutbox Outbox,
    IExchangeStreamProvider Streams,
    IGrainFactory Grains,
    TimeProvider Time,
    GatewayCounters Counters,
    NoticeFeed Notices,
    TimeSpan LoadTimeout,
    TimeSpan RetryDelay,
    ILogger Logger)
{
    /// <summary>
    /// Called when a connection's activation is gone, or another has come: what it was asked for in its old life is forgotten.
    /// </summary>
    public Action<ConnectionId> SubscriptionsForgotten { get; set; } = static _ => { };

    /// <summary>Called when working orders changed, or what is known of them.</summary>
    public Action OrdersChanged { get; set; } = static () => { };
}
