using Exchange.Client.Protocol;

namespace Exchange.Client.Gateway.Updates;

/// <summary>The topic <c>notice.gateway</c>: what was lost on the way through the gateway, so that a trader asks for it again.</summary>
internal sealed class NoticeFeed(UpdateOutbox outbox, TimeProvider time, GatewayCounters counters)
    : TopicFeed(TopicName.GatewayNotice, outbox, time, counters)
{
    private readonly UpdateOutbox _outbox = outbox;
    private readonly TimeProvider _time = time;

    /// <summary>Named by the gateway's start; its numbers begin again with each.</summary>
    public void Start(long epoch) => Epoch = epoch;

    /// <summary>Writes the notice that stands in the queue for dropped updates; on the socket's thread.</summary>
    public void WriteDropped(OutMessage placeholder)
    {
        var lane = placeholder.Lane;
        var (count, epoch, from, to) = _outbox.TakeDropped(lane);
        Write(placeholder.Body, "dropped"u8, lane.Name, count, epoch, from, to);
    }

    /// <summary>Tells that the stream itself has a hole: the gateway was too slow for it, or its ring was too short.</summary>
    public void PublishMissed(TopicName topic, long epoch, long from, long to)
    {
        var message = _outbox.Rent(Lane);
        message.IsLive = true;
        Write(message.Body, "missed"u8, topic.ToString(), Math.Max(0, to - from + 1), epoch, from, to);
        message.Epoch = Epoch;
        message.Seq = LastSeq;
        _outbox.Enqueue(message);
    }

    private void Write(ByteBuffer to, ReadOnlySpan<byte> kind, string topic, long count, long epoch, long fromSeq, long toSeq)
    {
        var now = _time.GetUtcNow();
        lock (Gate)
        {
            LastSeq++;
            UpdateEnvelope.Write(to, Head, Epoch, LastSeq, now, now, UpdateKind.Live);
        }

        to.Append(",\"kind\":\""u8).Append(kind).Append("\",\"topic\":"u8).AppendQuoted(topic);
        to.Append(",\"topic_epoch\":\""u8).Append(epoch).Append("\",\"count\":"u8).Append(count);
        to.Append(",\"from_seq\":"u8).Append(fromSeq).Append(",\"to_seq\":"u8).Append(toSeq).AppendByte((byte)'}');
    }
}
