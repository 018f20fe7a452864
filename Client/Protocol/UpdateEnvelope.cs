using System.Text;
using System.Text.Json;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Protocol;

/// <summary>How an update reached the trader.</summary>
public enum UpdateKind
{
    /// <summary>As it happened.</summary>
    Live = 0,
    /// <summary>The state as it stands, sent on subscription, after a new epoch or when the producer was lost.</summary>
    Snapshot = 1,
    /// <summary>Missed before, and asked for again.</summary>
    Replayed = 2,
}

/// <summary>What stands in every update before its data.</summary>
internal struct UpdateEnvelope : IJsonFields
{
    public int Version;
    public long Epoch;
    public long Seq;
    public DateTimeOffset Time;
    public DateTimeOffset GatewayTime;
    public UpdateKind Kind;
    public bool IsHeartbeat;
    /// <summary>Updates before this one that the gateway conflated into it.</summary>
    public long Missed;

    /// <summary>The bytes that every update of a topic begins with, up to the epoch's digits.</summary>
    public static byte[] HeadOf(TopicName topic)
    {
        var head = new ByteBuffer(128);
        head.Append("{\"v\":"u8).Append(ProtocolVersion.Current);
        if (topic.IsMarketData)
            head.Append(",\"exchange\":"u8).AppendQuoted(topic.Exchange).Append(",\"symbol\":"u8).AppendQuoted(topic.Rest);
        return head.Append(",\"epoch\":\""u8).Written.ToArray();
    }

    /// <summary>Opens an update's object; the data's members follow, each with a leading comma, and a closing brace.</summary>
    public static void Write(ByteBuffer to, ReadOnlySpan<byte> head, long epoch, long seq, DateTimeOffset time, DateTimeOffset gatewayTime, UpdateKind kind)
    {
        to.Append(head).Append(epoch).Append("\",\"seq\":"u8).Append(seq);
        to.Append(",\"time\":"u8).AppendQuoted(time).Append(",\"gateway_time\":"u8).AppendQuoted(gatewayTime);
        if (kind == UpdateKind.Snapshot)
            to.Append(",\"snapshot\":true"u8);
        else if (kind == UpdateKind.Replayed)
            to.Append(",\"replayed\":true"u8);
    }

    /// <summary>Opens a heartbeat: the place of the topic's last update, and whether its producer is there.</summary>
    public static void WriteHeartbeat(ByteBuffer to, ReadOnlySpan<byte> head, long epoch, long seq, DateTimeOffset now, bool isProducerLost)
    {
        to.Append(head).Append(epoch).Append("\",\"seq\":"u8).Append(seq);
        to.Append(",\"time\":"u8).AppendQuoted(now).Append(",\"gateway_time\":"u8).AppendQuoted(now);
        to.Append(",\"heartbeat\":true,\"producer\":"u8).Append(isProducerLost ? "\"lost\""u8 : "\"live\""u8).AppendByte((byte)'}');
    }

    /// <summary>Tells, in an update that is already closed, how many the gateway conflated into it.</summary>
    public static void AddMissed(ByteBuffer to, long missed)
    {
        to.Truncate(to.Length - 1);
        to.Append(",\"missed\":"u8).Append(missed).AppendByte((byte)'}');
    }

    /// <summary>
    /// Appends a record's members behind those that are there: its object's opening brace becomes a comma. The object is
    /// left closed.
    /// </summary>
    public static void WriteFlattened<T>(ByteBuffer to, T data)
    {
        var start = to.Length;
        WireJson.Write(to, data);
        to.Patch(start, (byte)',');
    }

    public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("v"u8))
            Version = reader.GetInt32();
        else if (name.SequenceEqual("epoch"u8))
            Epoch = WireJson.ReadId(ref reader);
        else if (name.SequenceEqual("seq"u8))
            Seq = reader.GetInt64();
        else if (name.SequenceEqual("time"u8))
            Time = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("gateway_time"u8))
            GatewayTime = reader.GetDateTimeOffset();
        else if (name.SequenceEqual("missed"u8))
            Missed = reader.GetInt64();
        else if (name.SequenceEqual("snapshot"u8))
            Kind = reader.GetBoolean() ? UpdateKind.Snapshot : Kind;
        else if (name.SequenceEqual("replayed"u8))
            Kind = reader.GetBoolean() ? UpdateKind.Replayed : Kind;
        else if (name.SequenceEqual("heartbeat"u8))
            IsHeartbeat = reader.GetBoolean();
        else
            return false;
        return true;
    }

    /// <summary>Reads the envelope alone.</summary>
    /// <exception cref="JsonException">It is not a JSON object, or one of a version that is not spoken here.</exception>
    public static UpdateEnvelope Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var envelope = new UpdateEnvelope();
        MarketJson.ReadObject(ref reader, ref envelope);
        envelope.CheckVersion();
        return envelope;
    }

    /// <summary>Reads the envelope and the data's members in one pass.</summary>
    public static UpdateEnvelope Read<TFields>(ReadOnlySpan<byte> json, ref TFields fields)
        where TFields : struct, IJsonFields
    {
        var reader = new Utf8JsonReader(json);
        var both = new Both<TFields> { Fields = fields };
        MarketJson.ReadObject(ref reader, ref both);
        both.Envelope.CheckVersion();
        fields = both.Fields;
        return both.Envelope;
    }

    private readonly void CheckVersion()
    {
        if (Version != ProtocolVersion.Current)
            throw new JsonException($"v: {Version} is not spoken here; {ProtocolVersion.Current} is");
    }

    private struct Both<TFields> : IJsonFields
        where TFields : struct, IJsonFields
    {
        public UpdateEnvelope Envelope;
        public TFields Fields;

        public bool TryRead(ReadOnlySpan<byte> name, ref Utf8JsonReader reader) =>
            Fields.TryRead(name, ref reader) || Envelope.TryRead(name, ref reader);
    }
}
