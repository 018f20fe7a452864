using Exchange.Tests.Support;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class PollerTests
{
    [Fact]
    public async Task Sockets_may_be_added_from_any_thread_while_it_runs()
    {
        using var router = new RouterSocket();
        var address = router.BindLocal();
        var received = new TaskCompletionSource<string>();
        router.ReceiveReady += (_, e) => received.TrySetResult(e.Socket.ReceiveMultipartMessage().Last.ConvertToString());
        using var poller = new NetMQPoller();
        poller.RunAsync();
        using var dealer = new DealerSocket(address);

        Assert.False(await poller.ContainsAsync(router).Within());
        poller.Add(router);
        Assert.True(await poller.ContainsAsync(router).Within());
        dealer.SendFrame("hello");

        Assert.Equal("hello", await received.Task.Within());
    }

    [Fact]
    public async Task A_removed_socket_is_closed_on_the_pollers_thread()
    {
        var router = new RouterSocket();
        router.ReceiveReady += (_, _) => { };
        using var poller = new NetMQPoller { router };
        poller.RunAsync();

        poller.RemoveAndDispose(router);
        var isDisposed = await poller.OnPoller(() => router.IsDisposed).Within();

        Assert.True(isDisposed);
    }

    [Fact(Skip = "The genuine package wants it removed first.", SkipUnless = nameof(CleanupTests.IsStandIn), SkipType = typeof(CleanupTests))]
    public async Task A_socket_that_another_thread_closes_leaves_the_poller()
    {
        var router = new RouterSocket();
        router.BindLocal();
        router.ReceiveReady += (_, _) => { };
        using var poller = new NetMQPoller { router };
        poller.RunAsync();
        await poller.UntilRunning();

        router.Dispose();

        Assert.True(router.IsDisposed);
        Assert.False(await poller.ContainsAsync(router).Within());
        poller.Stop();
    }

    [Fact]
    public async Task A_removed_socket_raises_nothing_more()
    {
        using var publisher = new XPublisherSocket();
        using var subscriber = new SubscriberSocket(publisher.BindLocal());
        var events = 0;
        subscriber.ReceiveReady += (_, e) =>
        {
            e.Socket.SkipOne();
            Interlocked.Increment(ref events);
        };
        using var poller = new NetMQPoller { subscriber };
        subscriber.Subscribe("a");
        publisher.Wish();
        poller.RunAsync();

        poller.Remove(subscriber);
        Assert.False(await poller.ContainsAsync(subscriber).Within());
        publisher.SendFrame("a");

        Assert.Equal("a", subscriber.Text());
        Assert.Equal(0, Volatile.Read(ref events));
    }

    [Fact]
    public async Task A_busy_socket_does_not_starve_another()
    {
        using var busy = new DealerSocket();
        using var busyPeer = new DealerSocket(busy.BindLocal());
        using var quiet = new DealerSocket();
        using var quietPeer = new DealerSocket(quiet.BindLocal());
        var seen = new TaskCompletionSource();

        // Each message that the busy one receives is the next that it will receive, so it is always ready.
        busy.ReceiveReady += (_, e) => e.Socket.SendFrame(e.Socket.ReceiveFrameBytes());
        busyPeer.ReceiveReady += (_, e) => e.Socket.SendFrame(e.Socket.ReceiveFrameBytes());
        quiet.ReceiveReady += (_, e) =>
        {
            e.Socket.SkipOne();
            seen.TrySetResult();
        };
        using var poller = new NetMQPoller { busy, busyPeer, quiet };
        for (var i = 0; i < 100; i++)
        {
            busyPeer.SendFrame("again");
        }

        poller.RunAsync();
        quietPeer.SendFrame("me too");

        await seen.Task.Within();
    }

    [Fact]
    public async Task A_socket_that_can_send_says_so()
    {
        using var router = new RouterSocket();
        using var dealer = new DealerSocket(router.BindLocal());
        var ready = new TaskCompletionSource<bool>();
        EventHandler<NetMQSocketEventArgs>? handler = null;
        handler = (_, e) =>
        {
            ready.TrySetResult(e.IsReadyToSend);
            e.Socket.SendReady -= handler;
        };
        dealer.SendReady += handler;
        using var poller = new NetMQPoller { dealer };
        poller.RunAsync();

        Assert.True(await ready.Task.Within());
    }

    [Fact]
    public async Task Tasks_and_what_they_await_run_on_its_thread()
    {
        using var poller = new NetMQPoller();
        poller.RunAsync("the poller", isBackgroundThread: true);
        var outside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var names = Task.Factory.StartNew(
            async () =>
            {
                var before = (Thread.CurrentThread.Name, poller.CanExecuteTaskInline);
                await outside.Task;
                return (before, (Thread.CurrentThread.Name, poller.CanExecuteTaskInline));
            },
            CancellationToken.None,
            TaskCreationOptions.None,
            poller).Unwrap();
        outside.SetResult();

        Assert.Equal((("the poller", true), ("the poller", true)), await names.Within());
        Assert.False(poller.CanExecuteTaskInline);
    }

    [Fact]
    public async Task Actions_of_many_threads_all_run_in_each_threads_order()
    {
        const int Threads = 4;
        const int Each = 2000;
        using var poller = new NetMQPoller();
        poller.RunAsync();
        var seen = new List<int>[Threads];

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var mine = seen[thread] = [];
            for (var i = 0; i < Each; i++)
            {
                var number = i;
                poller.Run(() => mine.Add(number));
            }
        }))).Within();
        await poller.OnPoller(() => true).Within();

        Assert.All(seen, mine => Assert.Equal(Enumerable.Range(0, Each), mine));
    }

    [Fact]
    public async Task It_stops_from_its_own_thread_and_runs_actions_where_they_are_from_then_on()
    {
        using var poller = new NetMQPoller();
        Assert.Throws<InvalidOperationException>(poller.StopAsync);
        var running = Task.Run(poller.Run, TestContext.Current.CancellationToken);
        await poller.UntilRunning();
        Assert.Throws<InvalidOperationException>(poller.RunAsync);

        poller.Run(poller.Stop);
        await running.Within();

        Assert.False(poller.IsRunning);
        var ran = false;
        poller.Run(() => ran = true);
        Assert.True(ran);
    }

    [Fact]
    public void Who_stops_it_from_another_thread_waits_until_it_has_stopped()
    {
        using var poller = new NetMQPoller();
        poller.RunAsync();
        Assert.True(poller.IsRunning);

        poller.Stop();

        Assert.False(poller.IsRunning);
    }

    [Fact]
    public async Task It_is_disposed_of_from_other_threads_only()
    {
        var poller = new NetMQPoller();
        poller.RunAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => poller.OnPoller(() =>
        {
            poller.Dispose();
            return true;
        }));
        await Task.Run(poller.Dispose, TestContext.Current.CancellationToken).Within();

        Assert.True(poller.IsDisposed);
        Assert.Throws<ObjectDisposedException>(poller.RunAsync);
    }

    [Fact]
    public async Task A_plain_socket_is_watched_too()
    {
        using var receiver = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        using var sender = new System.Net.Sockets.UdpClient();
        var received = new TaskCompletionSource<int>();
        using var poller = new NetMQPoller();
        poller.Add(receiver.Client, socket => received.TrySetResult(socket.Receive(new byte[10])));
        poller.RunAsync();

        await sender.SendAsync(new byte[] { 1, 2, 3 }, (System.Net.IPEndPoint)receiver.Client.LocalEndPoint!, TestContext.Current.CancellationToken);

        Assert.Equal(3, await received.Task.Within());
        poller.Remove(receiver.Client);
        Assert.False(await poller.ContainsAsync(receiver.Client).Within());
    }
}
