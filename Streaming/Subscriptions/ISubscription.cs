using Orleans.Runtime;

namespace Exchange.Streaming.Subscriptions;

/// <summary>A live subscription, whatever it carries; what the provider keeps it by.</summary>
internal interface ISubscription
{
    Guid HandleId { get; }

    StreamId StreamId { get; }

    IGrainContext? Grain { get; }

    /// <summary>Completes when the subscription has ended and its producer has been told, as far as it could be.</summary>
    Task Ended { get; }

    Task Renew();
}
