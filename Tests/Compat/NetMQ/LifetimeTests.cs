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

    [Fact(Skip = "The genuine package allocates.", SkipUnless = nameof(CleanupTests.IsStandIn), SkipType = typeof(CleanupTests))]
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
}
