using System.Diagnostics.CodeAnalysis;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Client.Gateway.Updates;

/// <summary>
/// A topic that is an Orleans stream. Its updates are encoded on the stream's own callback. When the producer is lost the
/// last state is shown once more, marked as what it is; when it is back the state is taken anew.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "the semaphore's wait handle is never taken")]
internal partial class StreamFeed<T> : TopicFeed, IAsyncObserver<StreamUpdate<T>>
    where T : class
{
    private static readonly Exception _tookOver = new InvalidOperationException("the connection was activated anew");

    private readonly FeedContext _context;
    private readonly FeedFormat<T> _format;
    private readonly StreamId _stream;
    private readonly SemaphoreSlim _attaching = new(1, 1);
    private StreamSubscriptionHandle<StreamUpdate<T>>? _handle;
    private StreamUpdate<T>? _last;
    private (long Seq, Action Apply)? _ahead;
    private Exception? _lostReason;
    private volatile bool _isAttached;
    private int _loads;

    public StreamFeed(TopicName topic, FeedContext context, FeedFormat<T> format)
        : base(topic, context.Outbox, context.Time, context.Counters)
    {
        _context = context;
        _format = format;
        _stream = StreamId.Create(topic.StreamNamespace!, topic.StreamKey);
    }

    protected FeedContext Context => _context;

    public override async Task AttachAsync()
    {
        await _attaching.WaitAsync();
        try
        {
            if (_isAttached)
                return;
            _isAttached = true;
            await SubscribeAsync();
        }
        catch
        {
            _isAttached = false;
            throw;
        }
        finally
        {
            _attaching.Release();
        }
    }

    public override async Task DetachAsync()
    {
        await _attaching.WaitAsync();
        try
        {
            if (!_isAttached)
                return;
            _isAttached = false;
            if (_handle is { } handle)
                await handle.UnsubscribeAsync();
            _handle = null;
            lock (Gate)
            {
                _last = null;
                _ahead = null;
                Epoch = LastSeq = 0;
                ForgetState();
            }
        }
        finally
        {
            _attaching.Release();
        }
    }

    public Task OnNextAsync(StreamUpdate<T> item, StreamSequenceToken? token = null)
    {
        var isNewEpoch = false;
        lock (Gate)
        {
            if (item.Epoch < Epoch || (item.Epoch == Epoch && item.Seq <= LastSeq))
            {
                _context.Counters.Duplicates.Add();
                return Task.CompletedTask;
            }

            isNewEpoch = Epoch != 0 && item.Epoch != Epoch;
            if (item.Epoch != Epoch)
                _ahead = null;
            Epoch = item.Epoch;
            LastSeq = item.Seq;
            _last = item;
            IsProducerLost = false;
            Remember(item);
            Publish(_format.Write, item.Data, item.Epoch, item.Seq, item.Time, UpdateKind.Live);
            if (_ahead is { } picture && item.Seq >= picture.Seq)
            {
                _ahead = null;
                picture.Apply();
            }
        }

        if (isNewEpoch)
            TellReactivated();
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex)
    {
        switch (ex)
        {
            case StreamResumedException resumed:
                OnProducerBack();
                LogResumed(_context.Logger, Topic, resumed.Position.Epoch, resumed.Position.Seq);
                break;
            case StreamSnapshotRequiredException required:
                OnSnapshotRequired(required.Position);
                break;
            case StreamDroppedException:
                // Too slow for the stream: what lay in its queue is gone, and the subscription with it.
                LogDropped(_context.Logger, Topic, ex.Message);
                _ = RunAsync(ResubscribeAsync);
                break;
            default:
                OnProducerLost(ex);
                break;
        }

        return Task.CompletedTask;
    }

    public override void PublishSnapshot()
    {
        lock (Gate)
        {
            if (!IsProducerLost)
                PublishState(_last);
            else
                PublishLost(_lostReason!);
        }
    }

    public override async ValueTask<Result<ReplayedPlace>> WriteReplayAsync(
        ByteBuffer to, long epoch, long afterSeq, int limit, CancellationToken cancellationToken)
    {
        var replay = await _context.Streams.Replay<T>(_stream, epoch, afterSeq, limit, cancellationToken);
        if (!replay.IsSuccess)
            return replay.Error;
        var now = _context.Time.GetUtcNow();
        to.AppendByte((byte)'[');
        var upTo = afterSeq;
        foreach (var update in replay.Value.Updates)
        {
            if (upTo != afterSeq)
                to.AppendByte((byte)',');
            UpdateEnvelope.Write(to, Head, update.Epoch, update.Seq, update.Time, now, UpdateKind.Replayed);
            _format.Write(to, update.Data);
            upTo = update.Seq;
        }

        to.AppendByte((byte)']');
        return new ReplayedPlace(replay.Value.Epoch, replay.Value.LastSeq, replay.Value.Updates.Length, upTo);
    }

    /// <summary>Takes the state from the producer, after an attachment or a new epoch.</summary>
    /// <returns>False when it could not be had and is to be asked for again.</returns>
    protected virtual async Task<bool> LoadStateAsync()
    {
        if (!Topic.IsComplete)
            return true;
        var latest = await _context.Streams.GetLatest<T>(_stream);
        if (!latest.IsSuccess || latest.Value.Updates is not [.., var newest])
            return true;
        lock (Gate)
        {
            // What came meanwhile is newer.
            if (newest.Epoch < Epoch || (newest.Epoch == Epoch && newest.Seq < LastSeq))
                return true;
            Epoch = newest.Epoch;
            LastSeq = newest.Seq;
            _last = newest;
            PublishState(newest);
            return true;
        }
    }

    /// <summary>
    /// Takes a picture of the state in, in its place among the updates: one that is ahead of them waits until they have come, for they
    /// are on their way, and a trader that follows the numbers is owed each of them.
    /// </summary>
    /// <param name="epoch">The picture's epoch.</param>
    /// <param name="seq">The last update that it has in it.</param>
    /// <param name="apply">Puts it into the state; called under the gate.</param>
    /// <returns>False when it is of another activation than the updates: the stream tells of the new one, and then it is asked for anew.</returns>
    protected bool TakePicture(long epoch, long seq, Action apply)
    {
        lock (Gate)
        {
            if (epoch != Epoch)
                return false;
            if (seq > LastSeq)
                _ahead = (seq, apply);
            else
                apply();
            return true;
        }
    }

    /// <summary>Asks for the state until it is there, the producer is lost or nobody wants it: a connection may not be ready yet, or just gone.</summary>
    private async Task LoadAsync()
    {
        var round = Interlocked.Increment(ref _loads);
        while (_isAttached && !IsProducerLost && round == Volatile.Read(ref _loads))
        {
            try
            {
                if (await LoadStateAsync().WaitAsync(_context.LoadTimeout, _context.Time))
                    return;
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                LogNotLoaded(_context.Logger, Topic, e.Message);
            }

            await Task.Delay(_context.RetryDelay, _context.Time);
        }
    }

    /// <summary>False while a state that has to be asked for was not had yet.</summary>
    protected virtual bool HasState => true;

    /// <summary>Sends the state as a snapshot; under the gate. The base sends the last update where that is the state.</summary>
    protected virtual void PublishState(StreamUpdate<T>? last)
    {
        if (Topic.IsComplete && last is not null)
            Publish(_format.Write, last.Data, last.Epoch, last.Seq, last.Time, UpdateKind.Snapshot);
    }

    /// <summary>Takes an update into the state; under the gate.</summary>
    protected virtual void Remember(StreamUpdate<T> update)
    {
    }

    /// <summary>Forgets the state; under the gate.</summary>
    protected virtual void ForgetState()
    {
    }

    /// <summary>Shows what stands for the topic while its producer is lost; under the gate.</summary>
    private void PublishLost(Exception reason)
    {
        var now = _context.Time.GetUtcNow();
        if (_format.WhenLost?.Invoke(Topic, _last?.Data, reason, now) is { } shown)
            Publish(_format.Write, shown, Epoch, LastSeq, _last?.Time ?? now, UpdateKind.Snapshot);
    }

    private async Task SubscribeAsync()
    {
        var stream = _context.Streams.GetStream<StreamUpdate<T>>(_stream);
        _handle = await stream.SubscribeAsync(this);
        if (_handle is IExchangeSubscription { Start: { } start })
        {
            lock (Gate)
            {
                if (Epoch < start.Epoch || (Epoch == start.Epoch && LastSeq < start.Seq))
                    (Epoch, LastSeq) = (start.Epoch, start.Seq);
            }

            _ = RunAsync(LoadAsync);
        }
    }

    private async Task ResubscribeAsync()
    {
        await _attaching.WaitAsync();
        try
        {
            if (!_isAttached)
                return;
            var before = GetPlace();
            await SubscribeAsync();
            if (_handle is IExchangeSubscription { Start: { } start })
                TellMissed(before, start);
        }
        finally
        {
            _attaching.Release();
        }
    }

    private void OnProducerLost(Exception reason)
    {
        lock (Gate)
        {
            if (IsProducerLost)
                return;
            IsProducerLost = true;
            _lostReason = reason;
        }

        _context.Counters.ProducersLost.Add();
        LogLost(_context.Logger, Topic, reason.Message);
        PublishSnapshot();
        _context.SubscriptionsForgotten(Topic.Producer!);
    }

    private void OnProducerBack()
    {
        lock (Gate)
        {
            if (!IsProducerLost)
                return;
            IsProducerLost = false;
            PublishState(_last);
        }

        if (!HasState)
            _ = RunAsync(LoadAsync);
    }

    private void OnSnapshotRequired(UpdatePosition position)
    {
        TopicPlace before;
        bool isNewEpoch;
        lock (Gate)
        {
            before = new TopicPlace(Epoch, LastSeq, IsProducerLost);
            isNewEpoch = Epoch != position.Epoch;
            // A standby may take over before anybody noticed the loss: what the trader has is old all the same.
            if (isNewEpoch && before is { Epoch: not 0, IsProducerLost: false })
                PublishLost(_tookOver);
            if (isNewEpoch || position.Seq > LastSeq)
                (Epoch, LastSeq) = (position.Epoch, position.Seq);
            if (isNewEpoch)
            {
                _last = null;
                ForgetState();
            }

            _ahead = null;
            IsProducerLost = false;
        }

        LogSnapshotRequired(_context.Logger, Topic, position.Epoch, position.Seq);
        TellMissed(before, position);
        if (isNewEpoch && before.Epoch != 0)
            TellReactivated();
        _ = RunAsync(LoadAsync);
    }

    /// <summary>A hole in a stream whose updates are not complete in themselves is told; a new epoch speaks for itself.</summary>
    private void TellMissed(TopicPlace before, UpdatePosition now)
    {
        if (!Topic.IsComplete && before.Epoch == now.Epoch && now.Seq > before.LastSeq)
            _context.Notices.PublishMissed(Topic, now.Epoch, before.LastSeq + 1, now.Seq);
    }

    private void TellReactivated()
    {
        _context.Counters.EpochChanges.Add();
        _context.SubscriptionsForgotten(Topic.Producer!);
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            _context.Counters.Failures.Add();
            LogFailed(_context.Logger, Topic, e);
        }
    }
}
