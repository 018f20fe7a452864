using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Updates;

/// <summary>How a kind of update is written, and what stands for it when its producer is lost.</summary>
/// <param name="Write">Writes the data's members behind the envelope, and closes the object.</param>
/// <param name="WhenLost">
/// What a subscriber is shown while the producer is lost, from the last update (or none) and the reason; null when the
/// kind of update cannot say such a thing.
/// </param>
internal sealed record FeedFormat<T>(Action<ByteBuffer, T> Write, Func<TopicName, T?, Exception, DateTimeOffset, T?>? WhenLost = null)
    where T : class;

/// <summary>The formats of all kinds.</summary>
internal static class FeedFormats
{
    public static FeedFormat<OrderBook> Book { get; } = new(
        static (to, book) =>
        {
            MarketJson.WriteBook(to, book);
            to.AppendByte((byte)'}');
        },
        static (_, last, reason, _) => last is null ? null : last with { State = BookState.Stale, Reason = Explain(reason) });

    public static FeedFormat<Trade> Trade { get; } = new(static (to, trade) =>
    {
        MarketJson.WriteTrade(to, trade);
        to.AppendByte((byte)'}');
    });

    public static FeedFormat<TopOfBook> Quote { get; } = new(static (to, quote) =>
    {
        MarketJson.WriteQuote(to, quote);
        to.AppendByte((byte)'}');
    });

    public static FeedFormat<MarkPrice> Mark { get; } = new(static (to, mark) =>
    {
        MarketJson.WriteMark(to, mark);
        to.AppendByte((byte)'}');
    });

    public static FeedFormat<OrderUpdate> Order { get; } = new(UpdateEnvelope.WriteFlattened);

    public static FeedFormat<Position> Position { get; } = new(UpdateEnvelope.WriteFlattened);

    public static FeedFormat<AccountUpdate> Account { get; } = new(UpdateEnvelope.WriteFlattened);

    public static FeedFormat<ConnectionStatus> Status { get; } = new(
        UpdateEnvelope.WriteFlattened,
        static (topic, last, reason, now) => new ConnectionStatus
        {
            Connection = topic.Producer!,
            // Nobody is there to start it, or somebody may take over.
            State = IsNotDeclared(reason) ? ConnectionState.Stopped : ConnectionState.Waiting,
            Since = now,
            Epoch = last?.Epoch ?? 0,
            Reason = Explain(reason),
            LastDataTime = last?.LastDataTime,
        });

    internal static bool IsNotDeclared(Exception reason)
    {
        for (var e = reason; e is not null; e = e.InnerException)
        {
            if (e is ConnectionNotDeclaredException)
                return true;
        }

        return false;
    }

    private static string Explain(Exception reason)
    {
        for (var e = reason; e is not null; e = e.InnerException)
        {
            if (e is ConnectionNotDeclaredException)
                return e.Message;
        }

        return "the activation that served the connection does not answer; waiting for it, or for another to take over";
    }
}
