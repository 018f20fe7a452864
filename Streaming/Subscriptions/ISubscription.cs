using Orleans.Runtime;

namespace Exchange.Streaming.Subscriptions;

/// <summary>A live subscription, whatever it carries; what the provider keeps it by.</summary>
internal interface ISubscription
{
    Guid HandleId { get; }

    StreamId StreamId { get; }

    IGrainContext? Grain { get; }

    Task Renew();
}
