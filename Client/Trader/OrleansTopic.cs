using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Orleans.Runtime;
using Orleans.Streams;

namespace Exchange.Client.Trader;

/// <summary>One stream that an <see cref="OrleansTrader"/> listens to.</summary>
internal abstract class OrleansTopic
{
    public abstract Task StartAsync();

    public abstract Task StopAsync();
}

/// <inheritdoc/>
/// <param name="topic">The topic.</param>
/// <param name="streams">The provider.</param>
/// <param name="tell">Where events go.</param>
/// <param name="forgotten">Asks for the market data again, when the producer was activated anew.</param>
/// <param name="time">The clock.</param>
internal sealed class OrleansTopic<T>(
    TopicName topic, IExchangeStreamProvider streams, Action<TraderEvent> tell, Func<Task> forgotten, TimeProvider time)
    : OrleansTopic, IAsyncObserver<StreamUpdate<T>>
{
    private readonly StreamId _stream = StreamId.Create(topic.StreamNamespace!, topic.StreamKey);
    private StreamSubscriptionHandle<StreamUpdate<T>>? _handle;
    private StreamUpdate<T>? _last;

    public override async Task StartAsync()
    {
        _handle = await streams.GetStream<StreamUpdate<T>>(_stream).SubscribeAsync(this);
        if (topic.IsComplete)
            await TellLatestAsync();
    }

    public override Task StopAsync() => _handle?.UnsubscribeAsync() ?? Task.CompletedTask;

    public Task OnNextAsync(StreamUpdate<T> item, StreamSequenceToken? token = null)
    {
        // A snapshot may have overtaken it.
        if (_last is { } last && last.Epoch == item.Epoch && item.Seq <= last.Seq)
            return Task.CompletedTask;
        _last = item;
        TellUpdate(item, item.Data, UpdateKind.Live);
        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public async Task OnErrorAsync(Exception ex)
    {
        switch (ex)
        {
            case StreamSnapshotRequiredException required:
                var before = _last;
                if (before is not null && before.Epoch == required.Position.Epoch && required.Position.Seq > before.Seq)
                    TellGap(before.Epoch, before.Seq + 1, required.Position.Seq);
                _ = forgotten();
                if (topic.IsComplete)
                    await TellLatestAsync();
                break;
            case StreamDroppedException:
                await StartAsync();
                break;
            case StreamProducerLostException when _last is { Data: OrderBook book } last:
                // Shown once more as what it is from now on: old.
                TellUpdate(last, (T)(object)(book with { State = BookState.Stale, Reason = "the silo that served the connection does not answer" }), UpdateKind.Snapshot);
                break;
            case StreamResumedException when _last is { Data: OrderBook } last:
                TellUpdate(last, last.Data, UpdateKind.Snapshot);
                break;
        }
    }

    private async Task TellLatestAsync()
    {
        var latest = await streams.GetLatest<T>(_stream);
        if (!latest.IsSuccess || latest.Value.Updates is not [.., var newest])
            return;
        if (_last is { } last && (newest.Epoch < last.Epoch || (newest.Epoch == last.Epoch && newest.Seq <= last.Seq)))
            return;
        _last = newest;
        TellUpdate(newest, newest.Data, UpdateKind.Snapshot);
    }

    private void TellUpdate(StreamUpdate<T> place, T data, UpdateKind kind) => tell(new TraderUpdate<T>
    {
        Topic = topic,
        Kind = kind,
        Epoch = place.Epoch,
        Seq = place.Seq,
        Time = place.Time,
        Arrived = time.GetUtcNow(),
        Data = data,
    });

    private void TellGap(long epoch, long from, long to) => tell(new TraderGap
    {
        Topic = topic,
        Epoch = epoch,
        FromSeq = from,
        ToSeq = to,
        IsHealed = topic.IsComplete,
        Error = topic.IsComplete ? null : new ExchangeError { Code = ExchangeErrorCode.SnapshotRequired, Message = $"{topic}: what was missed is not kept any more" },
        Arrived = time.GetUtcNow(),
    });
}
