using System.Collections.Concurrent;
using System.Reflection;
using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Streaming.Subscriptions;

/// <summary>The provider <c>exchange</c> of one silo or client. See <see cref="IExchangeStreamProvider"/>.</summary>
internal sealed class ExchangeStreamProvider(
    IGrainFactory grains,
    IServiceProvider services,
    IOptions<ExchangeStreamOptions> options,
    [FromKeyedServices(StreamNames.Provider)] TimeProvider time,
    LocalSinks localSinks,
    ILogger<ExchangeStreamProvider> logger) : IExchangeStreamProvider
{
    // Roots every subscription: a consumer may drop its handle, and Orleans holds object references weakly.
    private readonly ConcurrentDictionary<Guid, ISubscription> _subscriptions = new();
    private readonly IGrainContextAccessor? _contexts = services.GetService<IGrainContextAccessor>();

    public string Name => StreamNames.Provider;

    public bool IsRewindable => true;

    public IGrainFactory Grains => grains;

    public ExchangeStreamOptions Options => options.Value;

    public TimeProvider Time => time;

    public LocalSinks LocalSinks => localSinks;

    public ILogger Logger => logger;

    /// <summary>The grain whose turn this is; null outside of grains.</summary>
    public IGrainContext? CurrentGrain => _contexts?.GrainContext is { GrainInstance: not null } context ? context : null;

    /// <summary>The subscriptions that live here.</summary>
    public IEnumerable<ISubscription> Subscriptions => _subscriptions.Values;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => StreamMaker<T>.Make(this, streamId);

    public Task<Result<StreamReplay<T>>> Replay<T>(StreamId stream, long epoch, long afterSeq, int limit, CancellationToken cancellationToken = default) =>
        afterSeq < 0
            ? Task.FromResult<Result<StreamReplay<T>>>(ExchangeError.InvalidArgument("after_seq", $"is {afterSeq}, must be at least 0"))
            : Ask<StreamReplay<T>>(stream, (hub, ns, key) => hub.Replay<T>(ns, key, epoch, afterSeq, limit), cancellationToken);

    public Task<Result<StreamReplay<T>>> GetLatest<T>(StreamId stream, CancellationToken cancellationToken = default) =>
        Ask<StreamReplay<T>>(stream, (hub, ns, key) => hub.Replay<T>(ns, key, epoch: 0, afterSeq: -1, limit: 1), cancellationToken);

    public Task<Result<UpdatePosition>> GetPosition(StreamId stream, CancellationToken cancellationToken = default) =>
        Ask(stream, (hub, ns, key) => hub.GetPosition(ns, key), cancellationToken);

    public async Task<StreamSubscriptionHandle<StreamUpdate<T>>> Subscribe<T>(StreamId stream, UpdateReceiver<T> receiver, UpdatePosition? after)
    {
        if (!StreamTypes.Check<T>(stream.GetNamespace(), stream.GetKeyAsString(), out var producer, out var error))
            throw new ArgumentException(error, nameof(stream));
        var subscription = new StreamSubscription<T>(this, stream, producer, receiver, after);
        await subscription.Begin();
        return subscription;
    }

    public IEnumerable<StreamSubscription<T>> SubscriptionsOf<T>(StreamId stream)
    {
        var grain = CurrentGrain;
        return _subscriptions.Values.OfType<StreamSubscription<T>>().Where(s => s.StreamId.Equals(stream) && Equals(s.Grain, grain));
    }

    public void Add(ISubscription subscription) => _subscriptions[subscription.HandleId] = subscription;

    public void Remove(ISubscription subscription) => _subscriptions.TryRemove(subscription.HandleId, out _);

    private async Task<Result<TAnswer>> Ask<TAnswer>(
        StreamId stream, Func<IStreamHub, string, string, Task<Result<TAnswer>>> question, CancellationToken cancellationToken)
    {
        var (streamNamespace, key) = (stream.GetNamespace() ?? "", stream.GetKeyAsString());
        if (!StreamNames.TryGetProducer(streamNamespace, key, out var producer))
            return new ExchangeError { Code = ExchangeErrorCode.UnknownTopic, Message = $"there is no stream '{streamNamespace}/{key}'" };
        try
        {
            var hub = ProducerLocator.HubOf(grains, producer);
            return await question(hub, streamNamespace, key).WaitAsync(Options.RenewalTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ConnectionErrors.From(exception, producer);
        }
    }

    /// <summary>Orleans asks for a stream of <c>StreamUpdate&lt;X&gt;</c>; ours is made of <c>X</c>. Resolved once a type.</summary>
    private static class StreamMaker<T>
    {
        private static readonly Func<ExchangeStreamProvider, StreamId, IAsyncStream<T>>? _make = Resolve();

        public static IAsyncStream<T> Make(ExchangeStreamProvider provider, StreamId streamId) =>
            _make is null
                ? throw new ArgumentException($"Streams of the provider '{StreamNames.Provider}' carry StreamUpdate<…>, not {typeof(T).Name}.")
                : _make(provider, streamId);

        private static Func<ExchangeStreamProvider, StreamId, IAsyncStream<T>>? Resolve()
        {
            if (!typeof(T).IsGenericType || typeof(T).GetGenericTypeDefinition() != typeof(StreamUpdate<>))
                return null;
            return typeof(ExchangeStream<>).MakeGenericType(typeof(T).GetGenericArguments())
                .GetMethod(nameof(ExchangeStream<object>.Open), BindingFlags.Public | BindingFlags.Static)!
                .CreateDelegate<Func<ExchangeStreamProvider, StreamId, IAsyncStream<T>>>();
        }
    }
}
