using Exchange.Grains.Interfaces;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Streaming.Subscriptions;

/// <summary>One stream, as a consumer sees it.</summary>
internal sealed class ExchangeStream<T>(ExchangeStreamProvider provider, StreamId streamId) : IAsyncStream<StreamUpdate<T>>
{
    public bool IsRewindable => true;

    public string ProviderName => StreamNames.Provider;

    public StreamId StreamId => streamId;

    /// <exception cref="ArgumentException">There is no such stream, or it carries another type.</exception>
    public static ExchangeStream<T> Open(ExchangeStreamProvider provider, StreamId streamId) =>
        StreamTypes.Check<T>(streamId.GetNamespace(), streamId.GetKeyAsString(), out _, out var error)
            ? new ExchangeStream<T>(provider, streamId)
            : throw new ArgumentException(error, nameof(streamId));

    public Task<StreamSubscriptionHandle<StreamUpdate<T>>> SubscribeAsync(IAsyncObserver<StreamUpdate<T>> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<StreamUpdate<T>>> SubscribeAsync(
        IAsyncObserver<StreamUpdate<T>> observer, StreamSequenceToken? token, string? filterData = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (filterData is not null)
            throw new NotSupportedException("Streams of this provider are not filtered; subscribe to the symbol's own stream.");
        return provider.Subscribe(streamId, new ObserverReceiver<T>(observer), PlaceOf(token));
    }

    public Task<StreamSubscriptionHandle<StreamUpdate<T>>> SubscribeAsync(IAsyncBatchObserver<StreamUpdate<T>> observer) => SubscribeAsync(observer, null);

    public Task<StreamSubscriptionHandle<StreamUpdate<T>>> SubscribeAsync(IAsyncBatchObserver<StreamUpdate<T>> observer, StreamSequenceToken? token)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return provider.Subscribe(streamId, new BatchObserverReceiver<T>(observer), PlaceOf(token));
    }

    public Task<IList<StreamSubscriptionHandle<StreamUpdate<T>>>> GetAllSubscriptionHandles() =>
        Task.FromResult<IList<StreamSubscriptionHandle<StreamUpdate<T>>>>([.. provider.SubscriptionsOf<T>(streamId)]);

    public Task OnNextAsync(StreamUpdate<T> item, StreamSequenceToken? token = null) => throw OnlyTheProducerPublishes();

    public Task OnNextBatchAsync(IEnumerable<StreamUpdate<T>> batch, StreamSequenceToken? token = null) => throw OnlyTheProducerPublishes();

    public Task OnCompletedAsync() => throw OnlyTheProducerPublishes();

    public Task OnErrorAsync(Exception ex) => throw OnlyTheProducerPublishes();

    public bool Equals(IAsyncStream<StreamUpdate<T>>? other) =>
        other is not null && other.ProviderName == ProviderName && other.StreamId.Equals(streamId);

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<StreamUpdate<T>>);

    public int CompareTo(IAsyncStream<StreamUpdate<T>>? other) => other is null ? 1 : streamId.CompareTo(other.StreamId);

    public override int GetHashCode() => streamId.GetHashCode();

    private static UpdatePosition? PlaceOf(StreamSequenceToken? token) => token is null ? null : ExchangeStreamToken.ToPosition(token);

    private static NotSupportedException OnlyTheProducerPublishes() =>
        new($"Only the producing grain publishes, through {nameof(StreamPublisher<T>)}: it numbers the updates.");
}
