using Exchange.Streaming.Subscriptions;

namespace Exchange.Streaming.Hub;

/// <summary>The way to one subscriber. The task ends when the subscriber has acknowledged the batch.</summary>
internal abstract class SubscriberSink<T>
{
    public abstract Task Deliver(StreamBatch<T> batch);
}

/// <summary>A subscriber in the producer's own silo process, outside of grains: no call at all.</summary>
internal sealed class LocalSubscriberSink<T>(IStreamSink<T> sink) : SubscriberSink<T>
{
    public override Task Deliver(StreamBatch<T> batch) => sink.Deliver(batch);
}

/// <summary>A client, or another silo's host, by its object reference.</summary>
internal sealed class ObserverSubscriberSink<T>(IStreamSink<T> reference) : SubscriberSink<T>
{
    public override Task Deliver(StreamBatch<T> batch) => reference.Deliver(batch);
}

/// <summary>A grain, by the extension that its first subscription installed.</summary>
internal sealed class GrainSubscriberSink<T>(IStreamSinkExtension reference, Guid subscription) : SubscriberSink<T>
{
    public override Task Deliver(StreamBatch<T> batch) => reference.Deliver(subscription, batch);
}
