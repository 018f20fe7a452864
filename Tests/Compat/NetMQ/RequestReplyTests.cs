using System.Text;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class RequestReplyTests
{
    [Fact]
    public void A_router_answers_the_dealer_that_asked()
    {
        using var router = new RouterSocket();
        var address = router.BindLocal();
        using var first = new DealerSocket(address);
        using var second = new DealerSocket(address);

        first.SendMoreFrame("one").SendFrame("1");
        var request = router.Message();
        second.SendFrame("2");
        var other = router.Message();
        router.SendMoreFrame(other.First.ToByteArray()).SendFrame("for the second");
        router.SendMoreFrame(request.First.ToByteArray()).SendFrame("for the first");

        Assert.Equal(3, request.FrameCount);
        Assert.Equal("one", request[1].ConvertToString());
        Assert.Equal("1", request[2].ConvertToString());
        Assert.Equal("for the first", first.Text());
        Assert.Equal("for the second", second.Text());
    }

    [Fact]
    public void A_router_sees_the_empty_frame_of_a_request_socket()
    {
        using var router = new RouterSocket();
        using var client = new RequestSocket(router.BindLocal());

        client.SendFrame("ping");
        var request = router.Message();
        router.SendMoreFrame(request[0].ToByteArray());
        router.SendMoreFrameEmpty().SendFrame("pong");

        Assert.Equal(3, request.FrameCount);
        Assert.True(request[1].IsEmpty);
        Assert.Equal("ping", request.Last.ConvertToString());
        Assert.Equal("pong", client.Text());
    }

    [Fact]
    public void A_second_request_before_the_reply_is_refused()
    {
        using var router = new RouterSocket();
        using var client = new RequestSocket(router.BindLocal());

        client.SendFrame("one");

        var error = Assert.Throws<FiniteStateMachineException>(() => client.SendFrame("two"));
        Assert.Equal(global::NetMQ.ErrorCode.FiniteStateMachine, error.ErrorCode);
        Assert.IsAssignableFrom<NetMQException>(error);
    }

    [Fact]
    public void A_request_with_retry_gets_the_answer_or_null()
    {
        using var server = new RouterSocket();
        var address = server.BindLocal();
        server.ReceiveReady += (_, e) =>
        {
            var message = e.Socket.ReceiveMultipartMessage();
            if (message.Last.ConvertToString() == "answer me")
            {
                e.Socket.SendMultipartMessage(message);
            }
        };
        using var poller = new NetMQPoller { server };
        poller.RunAsync();

        Assert.Equal("answer me", RequestSocket.RequestResponseStringWithRetry(address, "answer me", 1, Sockets.Limit));
        Assert.Null(RequestSocket.RequestResponseStringWithRetry(address, "ignore me", 2, TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public void An_identity_is_the_first_frame_that_the_router_sees()
    {
        using var router = new RouterSocket();
        using var dealer = new DealerSocket();
        dealer.Options.Identity = Encoding.ASCII.GetBytes("trader-7");
        dealer.Connect(router.BindLocal());

        dealer.SendFrame("hello");

        Assert.Equal("trader-7", router.Message().First.ConvertToString());
        Assert.Equal("trader-7", Encoding.ASCII.GetString(dealer.Options.Identity!));
    }

    [Fact]
    public void A_mandatory_router_throws_for_a_peer_it_does_not_know()
    {
        using var router = new RouterSocket();
        router.BindLocal();

        Assert.True(router.TrySendFrame("nobody", more: true));
        Assert.True(router.TrySendFrame("dropped in silence"));
        router.Options.RouterMandatory = true;

        Assert.Throws<HostUnreachableException>(() => router.SendMoreFrame(new RoutingKey(17)));
    }

    [Fact]
    public void Frames_keep_their_bounds_and_their_bytes()
    {
        using var router = new RouterSocket();
        using var dealer = new DealerSocket(router.BindLocal());
        var message = new NetMQMessage();
        message.Append("text");
        message.AppendEmptyFrame();
        message.Append(0x01020304);
        message.Append(0x0102030405060708L);
        message.Append("Grüße", Encoding.UTF8);
        message.Append(new byte[] { 0, 255, 0 });
        message.Push("first");

        dealer.SendMultipartMessage(message);
        var received = router.Message();
        received.Pop();

        Assert.Equal(message.Select(frame => frame.ToByteArray(copy: true)), received.Select(frame => frame.ToByteArray(copy: true)));
        Assert.Equal(message.ToList(), received.ToList());
        Assert.Equal([1, 2, 3, 4], received[3].ToByteArray());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], received[4].ToByteArray());
        Assert.Equal("Grüße", received[5].ConvertToString(Encoding.UTF8));
    }

    [Fact]
    public void A_frame_of_ten_megabytes_arrives_whole()
    {
        using var router = new RouterSocket();
        using var dealer = new DealerSocket(router.BindLocal());
        var bytes = new byte[10 * 1024 * 1024];
        new Random(7).NextBytes(bytes);

        dealer.SendFrame(bytes);
        var received = router.Message();

        Assert.Equal(bytes.Length, received.Last.MessageSize);
        Assert.True(bytes.AsSpan().SequenceEqual(received.Last.Buffer.AsSpan(0, received.Last.MessageSize)));
    }

    [Fact]
    public void A_curve_server_talks_to_a_client_that_knows_its_key()
    {
        var server = new NetMQCertificate();
        using var router = new RouterSocket();
        router.Options.CurveServer = true;
        router.Options.CurveCertificate = server;
        using var dealer = new DealerSocket();
        dealer.Options.CurveCertificate = new NetMQCertificate();
        dealer.Options.CurveServerKey = NetMQCertificate.FromPublicKey(server.PublicKeyZ85).PublicKey;
        dealer.Connect(router.BindLocal());

        dealer.SendFrame("secret");

        Assert.Equal("secret", router.Message().Last.ConvertToString());
        Assert.Equal(server.PublicKey, NetMQCertificate.CreateFromSecretKey(server.SecretKey!).PublicKey);
    }
}
