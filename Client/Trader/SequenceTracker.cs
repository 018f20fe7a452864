using Exchange.Client.Protocol;

namespace Exchange.Client.Trader;

/// <summary>What to do with an update, by its place.</summary>
internal enum SequenceVerdict
{
    /// <summary>It is the next one.</summary>
    Apply,
    /// <summary>It was there before, or belongs to an activation that is gone.</summary>
    Skip,
    /// <summary>Some are missing before it.</summary>
    Gap,
}

/// <summary>
/// Follows a topic's epoch and numbers. A snapshot sets the place; a live update must be the next one, unless the gateway
/// says that it conflated those between.
/// </summary>
internal sealed class SequenceTracker
{
    public bool IsKnown { get; private set; }

    public long Epoch { get; private set; }

    public long LastSeq { get; private set; }

    /// <summary>Judges an update. On a gap, <paramref name="missingFrom"/> to <paramref name="missingTo"/> are missing.</summary>
    public SequenceVerdict Judge(in UpdateEnvelope update, out long missingFrom, out long missingTo)
    {
        missingFrom = missingTo = 0;
        // Epoch 0: the gateway has not heard of a producer yet, or no longer knows where it stood.
        if (update.Epoch == 0)
            return update.Kind == UpdateKind.Snapshot ? SequenceVerdict.Apply : SequenceVerdict.Skip;
        if (IsKnown && update.Epoch < Epoch)
            return SequenceVerdict.Skip;
        var isNewEpoch = IsKnown && update.Epoch > Epoch;
        if (update.Kind == UpdateKind.Snapshot)
            return IsKnown && !isNewEpoch && update.Seq < LastSeq ? SequenceVerdict.Skip : SequenceVerdict.Apply;

        // The first one seen of a topic is where a trader joins.
        if (!IsKnown)
            return SequenceVerdict.Apply;
        var last = isNewEpoch ? 0 : LastSeq;
        if (update.Seq <= last)
            return SequenceVerdict.Skip;
        var expected = update.IsHeartbeat ? last : last + 1 + update.Missed;
        if (update.Seq <= expected)
            return SequenceVerdict.Apply;
        missingFrom = last + 1;
        missingTo = update.IsHeartbeat ? update.Seq : update.Seq - 1 - update.Missed;
        return SequenceVerdict.Gap;
    }

    /// <summary>Goes on from an update that was applied.</summary>
    public void MoveTo(long epoch, long seq)
    {
        if (epoch == 0)
            return;
        IsKnown = true;
        Epoch = epoch;
        LastSeq = seq;
    }
}
