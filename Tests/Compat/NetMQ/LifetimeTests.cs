using System.Diagnostics;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class LifetimeTests
{
    [Fact]
    public void A_closed_socket_is_of_no_more_use()
    {
        var dealer = new DealerSocket();

        dealer.Dispose();
        dealer.Dispose();
        dealer.Close();

        Assert.True(dealer.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => dealer.Options.Linger);
        Assert.Throws<ObjectDisposedException>(() => dealer.Connect("tcp://127.0.0.1:1"));
        using var poller = new NetMQPoller();
        Assert.Throws<ArgumentException>(() => poller.Add(dealer));
    }

    [Fact]
    public void What_is_queued_is_still_sent_while_the_closed_socket_lingers()
    {
        using var router = new RouterSocket();
        var address = router.BindLocal();
        using (var dealer = new DealerSocket())
        {
            dealer.Options.Linger = Sockets.Limit;
            dealer.Connect(address);
            dealer.SendFrame("last words");
        }

        Assert.Equal("last words", router.Message().Last.ConvertToString());
    }

    [Fact]
    public void A_receive_ends_in_time()
    {
        using var router = new RouterSocket();
        router.BindLocal();
        var started = Stopwatch.GetTimestamp();

        Assert.False(router.TryReceiveFrameBytes(TimeSpan.FromMilliseconds(60), out _));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(59), Sockets.Limit);
        Assert.False(router.HasIn);
    }

    [Fact]
    public void A_message_goes_from_owner_to_owner()
    {
        using var router = new RouterSocket();
        using var dealer = new DealerSocket(router.BindLocal());
        var msg = default(Msg);
        Assert.False(msg.IsInitialised);
        msg.InitPool(3);
        "abc"u8.CopyTo(msg.Slice());
        var second = default(Msg);
        second.Copy(ref msg);
        var third = default(Msg);
        third.Move(ref msg);

        Assert.Equal(0, msg.Size);
        Assert.True(dealer.TrySend(ref third, Sockets.Limit, more: true));
        Assert.Equal(0, third.Size);
        Assert.Equal("abc"u8.ToArray(), second.Slice().ToArray());
        Assert.Equal("bc"u8.ToArray(), second.Slice(1).ToArray());
        Assert.Equal("b"u8.ToArray(), second.SliceAsMemory().Slice(1, 1).ToArray());
        Assert.True(dealer.TrySend(ref second, Sockets.Limit, more: false));
        router.Receive(ref msg);
        Assert.True(msg.HasMore);
        router.Receive(ref msg);
        Assert.Equal("abc"u8.ToArray(), msg.Slice().ToArray());
        router.Receive(ref msg);
        Assert.False(msg.HasMore);

        msg.Close();
        Assert.Throws<FaultException>(() =>
        {
            var closed = default(Msg);
            dealer.TrySend(ref closed, TimeSpan.Zero, more: false);
        });
    }

    [Fact]
    public void Sending_and_receiving_allocate_nothing_for_each_message()
    {
        using var router = new DealerSocket();
        using var dealer = new DealerSocket(router.BindLocal());
        var data = new byte[500];
        var msg = default(Msg);
        msg.InitEmpty();

        Exchange(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(100);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        msg.Close();

        Assert.InRange(allocated, 0, 1000);

        void Exchange(int count)
        {
            for (var i = 0; i < count; i++)
            {
                dealer.SendFrame(data);
                router.Receive(ref msg);
            }
        }
    }

    /// <summary>In a process of its own, because the end of the context is the end of every socket of a process.</summary>
    [Fact]
    public async Task Cleanup_does_not_wait_for_open_sockets_unless_it_is_to()
    {
        var runner = typeof(LifetimeTests).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", runner, "-explicit", "only", "-class", typeof(CleanupAlone).FullName! },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        var told = await output + await errors;
        Assert.True(process.ExitCode == 0 && told.Contains("Total: 1", StringComparison.Ordinal), told);
    }
}

public sealed class CleanupAlone
{
    [Fact(Explicit = true)]
    public async Task Ends_blocked_calls_and_leaves_a_fresh_start()
    {
        var open = new RouterSocket();
        open.BindLocal();
        var blocking = new RouterSocket();
        blocking.BindLocal();
        var entering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = Task.Factory.StartNew(
            () =>
            {
                entering.SetResult();
                blocking.ReceiveFrameBytes();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await entering.Task;
        var unsent = new DealerSocket("tcp://127.0.0.1:9");
        unsent.Options.Linger = TimeSpan.FromHours(1);
        unsent.SendFrame("to nobody");
        unsent.Dispose();

        NetMQConfig.Cleanup(block: false);

        await Assert.ThrowsAsync<TerminatingException>(() => blocked.Within());
        Assert.Throws<TerminatingException>(() => blocking.SendFrame("x"));
        blocking.Dispose();

        using (var router = new RouterSocket())
        using (var dealer = new DealerSocket(router.BindLocal()))
        {
            dealer.SendFrame("hello");
            Assert.Equal("hello", router.Message().Last.ConvertToString());
        }

        await Task.Run(() => NetMQConfig.Cleanup(), TestContext.Current.CancellationToken).Within();
    }
}
