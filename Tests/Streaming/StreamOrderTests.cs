using System.Diagnostics;
using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Grains;
using Exchange.Tests.Support;
using Orleans.Streams;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class StreamOrderTests
{
    [Fact]
    public async Task A_client_gets_every_update_in_order_with_its_place()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        connector.Publish(1);
        var observer = new RecordingObserver<Trade>();
        var handle = await cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync(observer);

        var start = ((IExchangeSubscription)handle).Start;
        Assert.Equal(1, start?.Seq);
        for (var n = 2; n <= 500; n++)
            connector.Publish(n);
        for (var n = 2; n <= 500; n++)
        {
            var update = await observer.NextUpdate();
            Assert.Equal(start?.Epoch, update.Epoch);
            Assert.Equal(n, update.Seq);
            Assert.Equal(Trades.Make(n), update.Data);
            Assert.Equal(cluster.Clock.GetUtcNow(), update.Time);
        }

        Assert.False(observer.Overlapped);
    }

    [Fact]
    public async Task Updates_published_from_several_threads_have_contiguous_numbers()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var observer = new RecordingObserver<Trade>();
        await cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync(observer);

        var threads = Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (var n = 0; n < 1000; n++)
                connector.Publish((t * 1000) + n);
        }));
        await Task.WhenAll(threads).Within("the publishers");
        var seen = new List<string>();
        for (var n = 1; n <= 4000; n++)
        {
            var update = await observer.NextUpdate();
            Assert.Equal(n, update.Seq);
            seen.Add(update.Data.TradeId);
        }

        Assert.Equal(4000, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_batch_observer_gets_the_same()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var observer = new BatchObserver(last: 300);
        await cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync(observer);

        for (var n = 1; n <= 300; n++)
            connector.Publish(n);
        await observer.Last.Task.Within("update 300");
        Assert.Equal(Enumerable.Range(1, 300).Select(n => (long)n), observer.Seqs);
    }

    [Fact]
    public async Task An_update_whose_consumer_throws_does_not_stop_the_next()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync((update, _) =>
        {
            if (update.Seq == 1)
                throw new InvalidOperationException("the consumer's own");
            got.TrySetResult();
            return Task.CompletedTask;
        });

        connector.Publish(1);
        connector.Publish(2);
        await got.Task.Within("update 2");
    }

    [Fact]
    public async Task Unsubscribing_ends_the_updates_and_frees_the_hub()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var left = new RecordingObserver<Trade>();
        var stays = new RecordingObserver<Trade>();
        var stream = cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream);
        var handle = await stream.SubscribeAsync(left);
        await stream.SubscribeAsync(stays);
        Assert.Equal(2, (await stream.GetAllSubscriptionHandles()).Count);

        await handle.UnsubscribeAsync();
        connector.Publish(1);
        Assert.Equal(1, (await stays.NextUpdate()).Seq);
        Assert.True(left.IsEmpty);
        Assert.Equal(1, cluster.Counters().Subscribers);
        Assert.Single(await stream.GetAllSubscriptionHandles());
        Assert.False(((IExchangeSubscription)handle).IsActive);
    }

    [Fact]
    public async Task A_flood_reaches_one_subscriber_whole_and_in_order()
    {
        const int Count = 300_000;
        await using var cluster = await TestCluster.StartOne(o => o.QueueLimit = Count);
        var connector = await cluster.Venue.NextConnected();
        var observer = new BatchObserver(last: Count);
        await cluster.Streams.GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync(observer);
        var trade = Trades.Make(1);

        var watch = Stopwatch.StartNew();
        for (var n = 0; n < Count; n++)
            connector.Sink.OnTrade(trade);
        await observer.Last.Task.Within($"update {Count}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{Count / watch.Elapsed.TotalSeconds:N0} updates a second");

        Assert.Equal(Enumerable.Range(1, Count).Select(n => (long)n), observer.Seqs);
        Assert.Equal(0, cluster.Counters().Dropped);
    }

    private sealed class BatchObserver(long last) : IAsyncBatchObserver<StreamUpdate<Trade>>
    {
        public List<long> Seqs { get; } = [];

        public TaskCompletionSource Last { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task OnNextAsync(IList<SequentialItem<StreamUpdate<Trade>>> items)
        {
            foreach (var item in items)
            {
                Seqs.Add(item.Item.Seq);
                if (item.Item.Seq == last)
                    Last.TrySetResult();
            }

            return Task.CompletedTask;
        }

        public Task OnErrorAsync(Exception ex)
        {
            Last.TrySetException(ex);
            return Task.CompletedTask;
        }
    }
}
