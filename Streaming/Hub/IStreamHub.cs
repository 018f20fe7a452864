using Exchange.Grains.Interfaces;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Exchange.Streaming.Hub;

/// <summary>The hidden interface of a producing grain through which subscribers reach its streams.</summary>
[Alias("exchange.stream-hub")]
internal interface IStreamHub : IGrainExtension
{
    /// <summary>Subscribes, or renews, a client or a silo's host.</summary>
    [AlwaysInterleave]
    Task<SubscribeAnswer> SubscribeObserver<T>(SubscribeRequest request, IStreamSink<T> sink);

    /// <summary>Subscribes, or renews, a grain.</summary>
    [AlwaysInterleave]
    Task<SubscribeAnswer> SubscribeGrain<T>(SubscribeRequest request, IStreamSinkExtension sink);

    /// <summary>Gives a subscription up. Unknown ones are no error.</summary>
    [AlwaysInterleave]
    Task Unsubscribe(string streamNamespace, string key, Guid subscription);

    /// <summary>See <see cref="IExchangeStreamProvider.Replay{T}"/>; the newest update alone when <paramref name="afterSeq"/> is negative.</summary>
    [AlwaysInterleave]
    Task<Result<StreamReplay<T>>> Replay<T>(string streamNamespace, string key, long epoch, long afterSeq, int limit);

    /// <summary>See <see cref="IExchangeStreamProvider.GetPosition"/>.</summary>
    [AlwaysInterleave]
    Task<Result<UpdatePosition>> GetPosition(string streamNamespace, string key);
}

/// <summary>Where a client's or host's subscription receives its batches; returning is the acknowledgement.</summary>
[Alias("exchange.stream-sink`1")]
internal interface IStreamSink<T> : IGrainObserver
{
    /// <summary>Takes the next batch. One is in flight at a time.</summary>
    Task Deliver(StreamBatch<T> batch);
}

/// <summary>Where a grain's subscriptions receive their batches; returning is the acknowledgement.</summary>
[Alias("exchange.stream-sink-extension")]
internal interface IStreamSinkExtension : IGrainExtension
{
    /// <summary>Takes the next batch of one subscription. One is in flight at a time.</summary>
    [AlwaysInterleave]
    Task Deliver<T>(Guid subscription, StreamBatch<T> batch);
}
