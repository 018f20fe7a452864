using System.Collections.Concurrent;
using Exchange.Streaming.Hub;
using Orleans;
using Orleans.Runtime;

namespace Exchange.Streaming.Subscriptions;

/// <summary>How a producer reaches one subscription, which depends on where its consumer lives.</summary>
internal abstract class ConsumerEnd<T>
{
    /// <summary>The consuming grain; null on a client or a silo's host.</summary>
    public virtual IGrainContext? Grain => null;

    /// <summary>Asks the hub for the subscription, giving it the way back.</summary>
    public abstract Task<SubscribeAnswer> Subscribe(IStreamHub hub, SubscribeRequest request);

    public abstract void Release();
}

/// <summary>A client or a silo's host: an object reference, which Orleans holds weakly, so the sink is rooted here.</summary>
internal sealed class HostEnd<T> : ConsumerEnd<T>
{
    private readonly IGrainFactory _grains;
    private readonly LocalSinks _localSinks;
    private readonly Guid _subscription;
    private readonly IStreamSink<T> _sink;
    private readonly IStreamSink<T> _reference;

    public HostEnd(IGrainFactory grains, LocalSinks localSinks, Guid subscription, Func<StreamBatch<T>, Task> deliver)
    {
        _grains = grains;
        _localSinks = localSinks;
        _subscription = subscription;
        _sink = new Sink(deliver);
        _reference = grains.CreateObjectReference<IStreamSink<T>>(_sink);
        localSinks.Add(subscription, _sink);
    }

    public override Task<SubscribeAnswer> Subscribe(IStreamHub hub, SubscribeRequest request) => hub.SubscribeObserver(request, _reference);

    public override void Release()
    {
        _localSinks.Remove(_subscription);
        _grains.DeleteObjectReference<IStreamSink<T>>(_reference);
    }

    private sealed class Sink(Func<StreamBatch<T>, Task> deliver) : IStreamSink<T>
    {
        public Task Deliver(StreamBatch<T> batch) => deliver(batch);
    }
}

/// <summary>A grain: an extension of its own, so that updates arrive in its turns.</summary>
internal sealed class GrainEnd<T> : ConsumerEnd<T>
{
    private readonly IGrainContext _grain;
    private readonly Guid _subscription;
    private readonly StreamSinkExtension _sinks;
    private readonly IStreamSinkExtension _reference;

    public GrainEnd(IGrainContext grain, Guid subscription, Func<StreamBatch<T>, Task> deliver)
    {
        _grain = grain;
        _subscription = subscription;
        var binder = (IGrainExtensionBinder?)grain.GetComponent(typeof(IGrainExtensionBinder))
            ?? throw new InvalidOperationException($"{grain.GrainId} takes no extensions, so it cannot consume a stream.");
        (_sinks, _reference) = binder.GetOrSetExtension<StreamSinkExtension, IStreamSinkExtension>(() => new StreamSinkExtension());
        _sinks.Add(subscription, deliver);
    }

    public override IGrainContext Grain => _grain;

    public override Task<SubscribeAnswer> Subscribe(IStreamHub hub, SubscribeRequest request) => hub.SubscribeGrain<T>(request, _reference);

    public override void Release() => _sinks.Remove(_subscription);
}

/// <summary>The hidden interface of a consuming grain; one serves all its subscriptions.</summary>
internal sealed class StreamSinkExtension : IStreamSinkExtension
{
    private readonly ConcurrentDictionary<Guid, Delegate> _sinks = new();

    public void Add<T>(Guid subscription, Func<StreamBatch<T>, Task> deliver) => _sinks[subscription] = deliver;

    public void Remove(Guid subscription) => _sinks.TryRemove(subscription, out _);

    public Task Deliver<T>(Guid subscription, StreamBatch<T> batch) =>
        _sinks.TryGetValue(subscription, out var sink) && sink is Func<StreamBatch<T>, Task> deliver
            ? deliver(batch)
            : throw new InvalidOperationException($"The grain has no subscription {subscription}.");
}
