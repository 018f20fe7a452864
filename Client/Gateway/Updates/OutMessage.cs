using Exchange.Client.Protocol;

namespace Exchange.Client.Gateway.Updates;

/// <summary>An update on its way to the socket's thread. Used again after it was sent.</summary>
internal sealed class OutMessage
{
    /// <summary>A message that grew beyond this is not kept for use again.</summary>
    public const int MaxKeptCapacity = 64 * 1024;

    /// <summary>The JSON, complete.</summary>
    public ByteBuffer Body { get; private set; } = new();

    /// <summary>The queue state of the topic that it belongs to.</summary>
    public TopicLane Lane { get; set; } = null!;

    /// <summary>The epoch and sequence number, for what is told of a drop.</summary>
    public long Epoch { get; set; }

    public long Seq { get; set; }

    /// <summary>Updates that this one took the place of.</summary>
    public long Missed { get; set; }

    /// <summary>Has a sequence number of its own (a live update), rather than repeating one.</summary>
    public bool IsLive { get; set; }

    /// <summary>Stands where updates of <see cref="Lane"/> were dropped; the notice is written when its turn comes.</summary>
    public bool IsDropNotice { get; set; }

    /// <summary>Takes the place of this message in the queue with another's content; the two bodies change hands.</summary>
    public void ReplaceWith(OutMessage newer)
    {
        Missed += newer.Missed + (IsLive ? 1 : 0);
        (Body, newer.Body) = (newer.Body, Body);
        Epoch = newer.Epoch;
        Seq = newer.Seq;
        IsLive = newer.IsLive;
    }

    public void Reset(TopicLane lane)
    {
        Body.Clear();
        Lane = lane;
        Epoch = Seq = Missed = 0;
        IsLive = IsDropNotice = false;
    }
}
