using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Exchange.Streaming.Hub;
using Orleans.Runtime;

namespace Exchange.Streaming.Subscriptions;

/// <summary>How an update relates to those before it.</summary>
internal enum UpdateStep
{
    /// <summary>The one that comes next.</summary>
    Next,
    /// <summary>Already handed over, contained in the agreed start, or from a producer that was replaced.</summary>
    Old,
    /// <summary>Something is missing before it, or its epoch is not known here yet.</summary>
    Ahead,
}

/// <summary>
/// Where a subscription stands, and what its consumer must still be told: the rule that no update is handed over as the
/// next one unless it is. Thread-safe; tells nobody anything by itself.
/// </summary>
internal sealed class SubscriptionCursor(StreamId stream, UpdatePosition? asked)
{
    private readonly Lock _lock = new();
    private readonly Queue<StreamSubscriptionException> _notices = new();
    private UpdatePosition? _start;
    private UpdatePosition? _last;
    private bool _lost;

    public UpdatePosition? Start
    {
        get
        {
            lock (_lock)
                return _start;
        }
    }

    public UpdatePosition? Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Where a subscription that its producer has forgotten should go on.</summary>
    public UpdatePosition? ResumeAfter
    {
        get
        {
            lock (_lock)
                return _last ?? asked;
        }
    }

    /// <summary>
    /// Takes the updates that come next, from <paramref name="start"/> on; none while a notice waits, because the consumer
    /// hears of it first.
    /// </summary>
    public int Take<T>(ImmutableArray<StreamUpdate<T>> updates, int start)
    {
        lock (_lock)
        {
            if (_notices.Count > 0)
                return 0;
            var i = start;
            while (i < updates.Length && StepOf(updates[i].Epoch, updates[i].Seq) == UpdateStep.Next)
            {
                _last = new UpdatePosition(updates[i].Epoch, updates[i].Seq);
                i++;
            }

            return i - start;
        }
    }

    public UpdateStep Step<T>(StreamUpdate<T> update)
    {
        lock (_lock)
            return StepOf(update.Epoch, update.Seq);
    }

    /// <summary>Accepts that what came before <paramref name="update"/> is missing, and owes the consumer a notice of it.</summary>
    public void Jump<T>(StreamUpdate<T> update)
    {
        lock (_lock)
        {
            var reason = _last is { } last && last.Epoch == update.Epoch
                ? $"updates {last.Seq + 1} to {update.Seq - 1} did not arrive"
                : "its producer was activated anew";
            MoveTo(new UpdatePosition(update.Epoch, update.Seq - 1), reason);
        }
    }

    /// <summary>Takes the producer's answer to a subscription or renewal.</summary>
    /// <param name="answer">Not dropped and not refused.</param>
    /// <param name="first">The answer belongs to the consumer's own call, whose result tells it the start.</param>
    public void Answered(SubscribeAnswer answer, bool first)
    {
        lock (_lock)
        {
            var place = new UpdatePosition(answer.Epoch, answer.After);
            if (_last is { } last)
            {
                if (place.Epoch != last.Epoch)
                    MoveTo(place, "its producer was activated anew");
                else if (answer.Status == SubscribeStatus.NotKept)
                    MoveTo(place, $"what came after {last.Seq} is no longer kept");
                else if (_lost)
                    _notices.Enqueue(new StreamResumedException(stream, last));
            }
            else if (answer.Status == SubscribeStatus.NotKept)
            {
                MoveTo(place, asked is { } a ? $"what came after {a.Epoch}:{a.Seq} is not kept" : "its place is not kept");
            }
            else if (answer.Status == SubscribeStatus.Resumed || first)
            {
                (_start, _last) = (place, place);
                if (_lost)
                    _notices.Enqueue(new StreamResumedException(stream, place));
            }
            else
            {
                MoveTo(place, "its producer answers now for the first time");
            }

            _lost = false;
        }
    }

    /// <summary>The producer could not be reached; the consumer is told once an outage.</summary>
    /// <returns>True when this begins the outage.</returns>
    public bool Lost(Exception exception)
    {
        lock (_lock)
        {
            if (_lost)
                return false;
            _lost = true;
            _notices.Enqueue(new StreamProducerLostException(stream, exception));
            return true;
        }
    }

    public void Dropped(string reason)
    {
        lock (_lock)
            _notices.Enqueue(new StreamDroppedException(stream, reason));
    }

    /// <summary>The next notice that the consumer is owed.</summary>
    public StreamSubscriptionException? NextNotice()
    {
        lock (_lock)
            return _notices.TryDequeue(out var notice) ? notice : null;
    }

    private UpdateStep StepOf(long epoch, long seq)
    {
        if (_last is not { } last || epoch > last.Epoch)
            return UpdateStep.Ahead;
        if (epoch < last.Epoch || seq <= last.Seq)
            return UpdateStep.Old;
        return seq == last.Seq + 1 ? UpdateStep.Next : UpdateStep.Ahead;
    }

    private void MoveTo(UpdatePosition place, string reason)
    {
        (_start, _last) = (place, place);
        _notices.Enqueue(new StreamSnapshotRequiredException(stream, place, reason));
    }
}
