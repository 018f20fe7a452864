using Exchange.Tests.Support;
using NetMQ;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class QueueTests
{
    [Fact]
    public async Task Nothing_of_many_threads_is_lost_and_each_threads_order_is_kept()
    {
        const int Threads = 4;
        const int Each = 50_000;
        using var queue = new NetMQQueue<(int Thread, int Number)>();
        var seen = Enumerable.Range(0, Threads).Select(_ => new List<int>(Each)).ToArray();
        var all = new TaskCompletionSource();
        var count = 0;
        queue.ReceiveReady += (_, e) =>
        {
            while (e.Queue.TryDequeue(out var item, TimeSpan.Zero))
            {
                seen[item.Thread].Add(item.Number);
                if (++count == Threads * Each)
                {
                    all.SetResult();
                }
            }
        };
        using var poller = new NetMQPoller { queue };
        poller.RunAsync();

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                queue.Enqueue((thread, i));
            }
        }))).Within();
        await all.Task.Within();

        Assert.All(seen, mine => Assert.Equal(Enumerable.Range(0, Each), mine));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task One_item_may_be_taken_at_each_event()
    {
        const int Items = 5000;
        using var queue = new NetMQQueue<int>();
        var seen = new List<int>();
        var all = new TaskCompletionSource();
        queue.ReceiveReady += (_, e) =>
        {
            seen.Add(e.Queue.Dequeue());
            if (seen.Count == Items)
            {
                all.SetResult();
            }
        };
        using var poller = new NetMQPoller { queue };
        poller.RunAsync();

        await Task.Run(() =>
        {
            for (var i = 0; i < Items; i++)
            {
                queue.Enqueue(i);
            }
        }, TestContext.Current.CancellationToken).Within();
        await all.Task.Within();

        Assert.Equal(Enumerable.Range(0, Items), seen);
    }

    [Fact]
    public async Task What_was_put_in_before_the_poller_runs_is_taken_too()
    {
        using var queue = new NetMQQueue<string>();
        queue.Enqueue("early");
        var taken = new TaskCompletionSource<string>();
        queue.ReceiveReady += (_, e) => taken.SetResult(e.Queue.Dequeue()!);
        using var poller = new NetMQPoller { queue };

        poller.RunAsync();

        Assert.Equal("early", await taken.Task.Within());
    }

    [Fact]
    public async Task A_thread_may_wait_for_an_item()
    {
        using var queue = new NetMQQueue<int>();
        Assert.False(queue.TryDequeue(out _, TimeSpan.Zero));
        Assert.False(queue.TryDequeue(out _, TimeSpan.FromMilliseconds(20)));

        var waiting = Task.Run(() => (queue.Dequeue(), queue.TryDequeue(out var next, Sockets.Limit) ? next : -1), TestContext.Current.CancellationToken);
        queue.Enqueue(1);
        queue.Enqueue(2);

        Assert.Equal((1, 2), await waiting.Within());
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_full_queue_blocks_until_there_is_room()
    {
        using var queue = new NetMQQueue<int>(capacity: 4);
        for (var i = 0; i < 4; i++)
        {
            queue.Enqueue(i);
        }

        var blocked = Task.Run(() => queue.Enqueue(4), TestContext.Current.CancellationToken);
        var taken = Enumerable.Range(0, 5).Select(_ => queue.Dequeue()).ToList();
        await blocked.Within();

        Assert.Equal(Enumerable.Range(0, 5), taken);
    }

    [Fact]
    public void A_queue_can_be_looked_through_and_closed()
    {
        var queue = new NetMQQueue<int>();
        queue.Enqueue(1);
        Assert.Equal([1], queue);

        queue.Dispose();

        Assert.True(queue.IsDisposed);
    }
}
