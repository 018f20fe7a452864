using Exchange.Client.Protocol;
using Microsoft.Extensions.Logging;

namespace Exchange.Client.Gateway.Updates;

internal partial class StreamFeed<T>
{
    [LoggerMessage(1, LogLevel.Warning, "{Topic}: the producer is lost: {Reason}")]
    private static partial void LogLost(ILogger logger, TopicName topic, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Topic}: goes on after {Epoch}:{Seq}, nothing was missed")]
    private static partial void LogResumed(ILogger logger, TopicName topic, long epoch, long seq);

    [LoggerMessage(3, LogLevel.Information, "{Topic}: goes on after {Epoch}:{Seq}, with a snapshot")]
    private static partial void LogSnapshotRequired(ILogger logger, TopicName topic, long epoch, long seq);

    [LoggerMessage(4, LogLevel.Error, "{Topic}: the stream gave this gateway up and is subscribed to anew: {Reason}")]
    private static partial void LogDropped(ILogger logger, TopicName topic, string reason);

    [LoggerMessage(5, LogLevel.Error, "{Topic}: taking its state failed")]
    private static partial void LogFailed(ILogger logger, TopicName topic, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "{Topic}: its state could not be had yet: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, TopicName topic, string reason);
}
