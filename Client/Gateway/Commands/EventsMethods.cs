using Exchange.Client.Gateway.Updates;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>The methods <c>events.*</c>.</summary>
internal static class EventsMethods
{
    private const int MaxReplay = 4_096;

    public static void Add(MethodTable table, FeedTable feeds, GrainCalls calls) =>
        table.Written("events.replay", changesVenue: false, (_, p) =>
        {
            var topicText = p.Text("topic");
            var epoch = p.Id("epoch");
            var afterSeq = p.Long("after_seq", 0, long.MaxValue);
            var limit = p.Int("limit", 1, MaxReplay, 1_000);
            if (!TopicName.TryParse(topicText, out var topic) && p.Error is null)
                p.Fail("topic", $"'{GatewayRequest.Shorten(topicText)}' is not a topic, such as trade.binance.BTCUSDT or order.binance");
            return async to =>
            {
                if (topic.Producer is not { } producer)
                    return new ExchangeError { Code = ExchangeErrorCode.NotSupported, Message = $"{topic} is not replayed", Field = "topic" };
                var updates = new ByteBuffer(16 * 1024);
                var replayed = await calls.InvokeAsync(
                    "events.replay", producer, changesVenue: false,
                    token => feeds.GetOrCreate(topic).WriteReplayAsync(updates, epoch, afterSeq, limit, token).AsTask());
                if (!replayed.IsSuccess)
                    return replayed.Error;
                var place = replayed.Value;
                to.Append("{\"topic\":"u8).AppendQuoted(topicText).Append(",\"epoch\":\""u8).Append(place.Epoch);
                to.Append("\",\"last_seq\":"u8).Append(place.LastSeq).Append(",\"up_to_seq\":"u8).Append(place.UpToSeq);
                to.Append(",\"updates\":"u8).Append(updates.Written).AppendByte((byte)'}');
                return null;
            };
        });
}
