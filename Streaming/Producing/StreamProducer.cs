using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Orleans;
using Orleans.Runtime;

namespace Exchange.Streaming;

/// <summary>The producing side of the provider: what a grain opens at its activation to publish on its streams.</summary>
public sealed class StreamProducer
{
    private readonly StreamHub _hub;

    private StreamProducer(StreamHub hub) => _hub = hub;

    /// <summary>The epoch of this activation.</summary>
    public long Epoch => _hub.Epoch;

    /// <summary>What the streams of this activation have done.</summary>
    public StreamCounters Counters => _hub.Counters;

    /// <summary>Opens the streams of an activation. They end with it.</summary>
    /// <param name="context">The grain's context; the silo must have been built with <c>AddExchangeStreams</c>.</param>
    /// <param name="epoch">
    /// Greater than that of every earlier activation of this grain. Market data takes it from <see cref="EpochSource"/>; a grain
    /// that must never be mistaken for an earlier one takes it from its storage.
    /// </param>
    /// <exception cref="InvalidOperationException">They are open already.</exception>
    public static StreamProducer Open(IGrainContext context, long epoch)
    {
        ArgumentNullException.ThrowIfNull(context);
        var hub = (StreamHub)context.GetGrainExtension<IStreamHub>();
        hub.Open(context, epoch);
        return new StreamProducer(hub);
    }

    /// <summary>Where to publish on one stream. Ask once and keep it.</summary>
    /// <param name="streamNamespace">One of <see cref="StreamNames"/>.</param>
    /// <param name="key">The exchange, exchange/symbol or exchange/role.</param>
    /// <exception cref="ArgumentException">There is no such stream, or it does not carry <typeparamref name="T"/>.</exception>
    public StreamPublisher<T> GetPublisher<T>(string streamNamespace, string key) => new(_hub.GetStream<T>(streamNamespace, key));

    /// <summary>Ends when every subscriber has acknowledged what was published so far, or has ended.</summary>
    public Task Drained() => _hub.Drained();
}

/// <summary>Publishes on one stream. Thread-safe: a connector publishes from its own receive thread.</summary>
/// <typeparam name="T">What the stream carries.</typeparam>
public sealed class StreamPublisher<T>
{
    private readonly HubStream<T> _stream;

    internal StreamPublisher(HubStream<T> stream) => _stream = stream;

    /// <summary>The number of the newest update; 0 before the first.</summary>
    public long LastSeq => _stream.LastSeq;

    /// <summary>
    /// Numbers and times an update, keeps it for replay and hands it to every subscriber's queue. Never waits: a
    /// subscriber whose queue is full is dropped. After the end of the activation it reaches nobody.
    /// </summary>
    /// <returns>The update as subscribers see it.</returns>
    public StreamUpdate<T> Publish(T data) => _stream.Publish(data);
}
