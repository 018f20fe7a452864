using Exchange.Streaming.Hub;
using Microsoft.Extensions.Logging;

namespace Exchange.Streaming;

/// <summary>What the stream provider logs. Event ids 1000 to 1099.</summary>
internal static partial class StreamingLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Stream {Stream}: subscriber {Subscription} is {Status} after {After}")]
    public static partial void Subscribed(ILogger logger, string stream, Guid subscription, SubscribeStatus status, long after);

    [LoggerMessage(1001, LogLevel.Warning, "Stream {Stream}: subscriber {Subscription} was dropped: {Reason}")]
    public static partial void SubscriberDropped(ILogger logger, string stream, Guid subscription, string reason);

    [LoggerMessage(1002, LogLevel.Information, "Stream {Stream}: subscriber {Subscription} stopped renewing and is forgotten")]
    public static partial void SubscriberExpired(ILogger logger, string stream, Guid subscription);

    [LoggerMessage(1003, LogLevel.Information, "Stream {Stream}: a delivery to subscriber {Subscription} failed; it is forgotten until it renews")]
    public static partial void DeliveryFailed(ILogger logger, Exception exception, string stream, Guid subscription);

    [LoggerMessage(1010, LogLevel.Warning, "Stream {Stream}: the producer of subscription {Subscription} is lost; it keeps trying: {Reason}")]
    public static partial void ProducerLost(ILogger logger, Exception? exception, string stream, Guid subscription, string reason);

    [LoggerMessage(1011, LogLevel.Information, "Stream {Stream}: subscription {Subscription} tells its consumer: {Notice}")]
    public static partial void Notice(ILogger logger, string stream, Guid subscription, string notice);

    [LoggerMessage(1012, LogLevel.Error, "Stream {Stream}: the consumer of subscription {Subscription} failed")]
    public static partial void ConsumerFailed(ILogger logger, Exception exception, string stream, Guid subscription);

    [LoggerMessage(1013, LogLevel.Debug, "Stream {Stream}: subscription {Subscription} could not be given up at its producer, where it will expire")]
    public static partial void UnsubscribeFailed(ILogger logger, Exception exception, string stream, Guid subscription);
}
