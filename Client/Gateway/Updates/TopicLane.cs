using System.Text;
using Exchange.Client.Protocol;

namespace Exchange.Client.Gateway.Updates;

/// <summary>A topic's state in the outbox. Everything that changes is guarded by the outbox's lock.</summary>
internal sealed class TopicLane(TopicName topic)
{
    public TopicName Topic { get; } = topic;

    public string Name { get; } = topic.ToString();

    /// <summary>The first frame of every update.</summary>
    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(topic.ToString());

    /// <summary>Each update is complete, so a newer one may take the place of one that still waits.</summary>
    public bool Conflates { get; } = topic.IsComplete;

    /// <summary>Messages that wait.</summary>
    public int Pending { get; set; }

    /// <summary>The message that was queued last and still waits.</summary>
    public OutMessage? Tail { get; set; }

    /// <summary>What was dropped since the last notice.</summary>
    public long DroppedCount { get; set; }

    public long DroppedEpoch { get; set; }

    public long DroppedFrom { get; set; }

    public long DroppedTo { get; set; }

    public long Sent { get; set; }

    public long Conflated { get; set; }

    public long Dropped { get; set; }
}
