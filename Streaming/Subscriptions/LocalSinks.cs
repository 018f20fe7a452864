using System.Collections.Concurrent;
using Exchange.Streaming.Hub;

namespace Exchange.Streaming.Subscriptions;

/// <summary>
/// The subscriptions of this host outside of grains. A producer in the same silo delivers to them without a call.
/// </summary>
internal sealed class LocalSinks
{
    private readonly ConcurrentDictionary<Guid, object> _sinks = new();

    public void Add<T>(Guid subscription, IStreamSink<T> sink) => _sinks[subscription] = sink;

    public void Remove(Guid subscription) => _sinks.TryRemove(subscription, out _);

    public IStreamSink<T>? Find<T>(Guid subscription) => _sinks.GetValueOrDefault(subscription) as IStreamSink<T>;
}
