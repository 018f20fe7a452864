using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Trader;

/// <summary>What the gateway tells of itself.</summary>
internal sealed class NoticeTopic(Action<TraderNotice> tell, TimeProvider time) : TraderTopic(TopicName.GatewayNotice)
{
    public override void OnMessage(ReadOnlySpan<byte> json)
    {
        var fields = new Fields();
        var envelope = UpdateEnvelope.Read(json, ref fields);
        Sequence.MoveTo(envelope.Epoch, envelope.Seq);
        tell(new TraderNotice
        {
            Reason = fields.Kind ?? "",
            Topic = fields.Topic ?? "",
            Epoch = fields.TopicEpoch,
            Count = fields.Count,
            FromSeq = fields.FromSeq,
            ToSeq = fields.ToSeq,
            Arrived = time.GetUtcNow(),
        });
    }

    public override void OnReplayed(IReadOnlyList<byte[]> updates, ExchangeError? error)
    {
    }

    private struct Fields : IJsonFields
    {
        public string? Kind;
        public string? Topic;
        public long TopicEpoch;
        public long Count;
        public long FromSeq;
        public long ToSeq;

        public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
        {
            if (name.SequenceEqual("kind"u8))
                Kind = reader.GetString();
            else if (name.SequenceEqual("topic"u8))
                Topic = reader.GetString();
            else if (name.SequenceEqual("topic_epoch"u8))
                TopicEpoch = WireJson.ReadId(ref reader);
            else if (name.SequenceEqual("count"u8))
                Count = reader.GetInt64();
            else if (name.SequenceEqual("from_seq"u8))
                FromSeq = reader.GetInt64();
            else if (name.SequenceEqual("to_seq"u8))
                ToSeq = reader.GetInt64();
            else
                return false;
            return true;
        }
    }
}
