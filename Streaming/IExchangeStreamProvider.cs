using Exchange.Grains.Interfaces;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Streaming;

/// <summary>
/// The stream provider <c>exchange</c>: a push provider whose streams carry <see cref="StreamUpdate{T}"/>. Found by
/// <c>GetStreamProvider("exchange")</c> on grains and clients, and by this type in any silo's or client's services.
/// </summary>
/// <remarks>
/// <para>
/// A subscription renews itself until it is given up. What happens to it is told through
/// <c>IAsyncObserver.OnErrorAsync</c>: <see cref="StreamProducerLostException"/>, <see cref="StreamResumedException"/>,
/// <see cref="StreamSnapshotRequiredException"/> and, finally, <see cref="StreamDroppedException"/>. Calls to one observer never overlap.
/// A batch is acknowledged when the observer has returned from it, so a slow observer fills its own queue at the producer.
/// </para>
/// <para>
/// Only the producing grain publishes, through <see cref="StreamPublisher{T}"/>; <c>OnNextAsync</c> on a stream throws.
/// </para>
/// </remarks>
public interface IExchangeStreamProvider : IStreamProvider
{
    /// <summary>What came after a place, from the ring that the producer keeps.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="epoch">The epoch that <paramref name="afterSeq"/> counts in; 0 for the current one.</param>
    /// <param name="afterSeq">The last number already known.</param>
    /// <param name="limit">The most updates to return, 1 to 4096.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>
    /// The updates, none when nothing came after; or <see cref="ExchangeErrorCode.SnapshotRequired"/> when the place is of another epoch or
    /// no longer kept, <see cref="ExchangeErrorCode.UnknownTopic"/>, <see cref="ExchangeErrorCode.ConnectionNotDeclared"/>,
    /// <see cref="ExchangeErrorCode.ConnectionUnavailable"/>, <see cref="ExchangeErrorCode.Timeout"/>.
    /// </returns>
    Task<Result<StreamReplay<T>>> Replay<T>(StreamId stream, long epoch, long afterSeq, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest update of a stream, or none before the first. On streams whose every update is complete in itself
    /// (<c>books</c>, <c>quotes</c>, <c>marks</c>, <c>status</c>) this is a snapshot that knows its place.
    /// </summary>
    Task<Result<StreamReplay<T>>> GetLatest<T>(StreamId stream, CancellationToken cancellationToken = default);

    /// <summary>The stream's epoch and the number of its newest update.</summary>
    Task<Result<UpdatePosition>> GetPosition(StreamId stream, CancellationToken cancellationToken = default);
}

/// <summary>What a subscription handle of this provider knows beyond Orleans' own; cast the handle to it.</summary>
public interface IExchangeSubscription
{
    /// <summary>
    /// The place after which the subscription delivers, as last agreed with the producer; null while no producer has
    /// answered yet (its answer is then told by <see cref="StreamSnapshotRequiredException"/>). After <c>SubscribeAsync</c> this orders a snapshot
    /// taken next with the updates: every later one arrives.
    /// </summary>
    UpdatePosition? Start { get; }

    /// <summary>The place of the last update handed to the observer, or <see cref="Start"/> before the first.</summary>
    UpdatePosition? Last { get; }

    /// <summary>False once the subscription was given up or dropped.</summary>
    bool IsActive { get; }
}
