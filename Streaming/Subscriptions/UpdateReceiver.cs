using System.Collections.Immutable;
using Exchange.Grains.Interfaces;
using Orleans.Streams;

namespace Exchange.Streaming.Subscriptions;

/// <summary>The consumer's observer, of either kind.</summary>
internal abstract class UpdateReceiver<T>
{
    /// <summary>Hands over updates in order. The observer's exceptions go to <paramref name="onFailed"/> and stop nothing.</summary>
    public abstract ValueTask OnNext(ImmutableArray<StreamUpdate<T>> updates, int start, int count, Action<Exception> onFailed);

    public abstract Task OnError(Exception notice);
}

internal sealed class ObserverReceiver<T>(IAsyncObserver<StreamUpdate<T>> observer) : UpdateReceiver<T>
{
    public override async ValueTask OnNext(ImmutableArray<StreamUpdate<T>> updates, int start, int count, Action<Exception> onFailed)
    {
        for (var i = start; i < start + count; i++)
        {
            var update = updates[i];
            try
            {
                await observer.OnNextAsync(update, new ExchangeStreamToken(update.Epoch, update.Seq));
            }
            catch (Exception exception)
            {
                onFailed(exception);
            }
        }
    }

    public override Task OnError(Exception notice) => observer.OnErrorAsync(notice);
}

internal sealed class BatchObserverReceiver<T>(IAsyncBatchObserver<StreamUpdate<T>> observer) : UpdateReceiver<T>
{
    public override async ValueTask OnNext(ImmutableArray<StreamUpdate<T>> updates, int start, int count, Action<Exception> onFailed)
    {
        var items = new List<SequentialItem<StreamUpdate<T>>>(count);
        for (var i = start; i < start + count; i++)
            items.Add(new SequentialItem<StreamUpdate<T>>(updates[i], new ExchangeStreamToken(updates[i].Epoch, updates[i].Seq)));
        try
        {
            await observer.OnNextAsync(items);
        }
        catch (Exception exception)
        {
            onFailed(exception);
        }
    }

    public override Task OnError(Exception notice) => observer.OnErrorAsync(notice);
}
