using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class EndpointTests
{
    [Fact]
    public void Sockets_bind_or_connect_by_default_as_their_type_says()
    {
        using var router = new RouterSocket("tcp://127.0.0.1:0");
        using var dealer = new DealerSocket(router.Options.LastEndpoint);

        dealer.SendFrame("hello");

        Assert.Equal("hello", router.Message().Last.ConvertToString());
    }

    [Fact]
    public void A_prefix_says_to_bind_or_to_connect_and_a_comma_separates()
    {
        using var dealer = new DealerSocket("@tcp://127.0.0.1:0");
        var first = dealer.Options.LastEndpoint;
        using var other = new DealerSocket("@tcp://127.0.0.1:0");
        using var router = new RouterSocket($">{first}, >{other.Options.LastEndpoint}");

        dealer.SendFrame("one");
        Assert.Equal("one", router.Message().Last.ConvertToString());
        other.SendFrame("two");
        Assert.Equal("two", router.Message().Last.ConvertToString());
    }

    [Fact]
    public void A_random_port_is_told_and_can_be_connected_to_by_host_name()
    {
        using var router = new RouterSocket();
        var port = router.BindRandomPort("tcp://localhost");
        using var dealer = new DealerSocket($"tcp://localhost:{port}");

        dealer.SendFrame("hello");

        Assert.InRange(port, 1, 65535);
        Assert.Equal($"tcp://127.0.0.1:{port}", router.Options.LastEndpoint);
        Assert.Equal("hello", router.Message().Last.ConvertToString());
    }

    [Fact]
    public void An_address_in_use_is_refused()
    {
        using var router = new RouterSocket();
        var address = router.BindLocal();
        using var second = new RouterSocket();

        Assert.Throws<AddressAlreadyInUseException>(() => second.Bind(address));
        Assert.Throws<AddressAlreadyInUseException>(() => new RouterSocket(address));
    }

    [Fact]
    public void An_address_ends_by_the_words_that_began_it_and_the_port_that_was_chosen()
    {
        using var router = new RouterSocket();
        var address = $"tcp://localhost:{router.BindRandomPort("tcp://localhost")}";
        using var dealer = new DealerSocket();
        dealer.Connect(address);

        Assert.Throws<EndpointNotFoundException>(() => router.Unbind("tcp://localhost:0"));
        Assert.Throws<EndpointNotFoundException>(() => router.Unbind(router.Options.LastEndpoint!));
        router.Unbind(address);
        dealer.Disconnect(address);

        Assert.Throws<EndpointNotFoundException>(() => router.Unbind(address));
        Assert.Throws<EndpointNotFoundException>(() => dealer.Disconnect(address));
    }

    [Fact]
    public void An_inproc_address_is_bound_before_it_is_connected_to()
    {
        var address = $"inproc://{Guid.NewGuid()}";
        using var dealer = new DealerSocket();

        Assert.Throws<EndpointNotFoundException>(() => dealer.Connect(address));
        using var router = new RouterSocket(address);
        dealer.Connect(address);
        dealer.SendFrame("hello");

        Assert.Equal("hello", router.Message().Last.ConvertToString());
    }

    [Theory]
    [InlineData("nonsense://127.0.0.1:1")]
    public void An_unknown_transport_is_refused(string address)
    {
        using var dealer = new DealerSocket();

        Assert.Throws<ProtocolNotSupportedException>(() => dealer.Connect(address));
        Assert.Throws<ProtocolNotSupportedException>(() => dealer.BindRandomPort(address));
    }

    [Fact]
    public void Options_are_what_was_set()
    {
        using var dealer = new DealerSocket();

        Assert.Equal(TimeSpan.Zero, dealer.Options.Linger);
        Assert.Equal(1000, dealer.Options.SendHighWatermark);
        Assert.Equal(1000, dealer.Options.ReceiveHighWatermark);
        Assert.Equal(-1, dealer.Options.MaxMsgSize);
        dealer.Options.Linger = TimeSpan.FromSeconds(3);
        dealer.Options.SendHighWatermark = 5;
        dealer.Options.ReceiveHighWatermark = 6;
        dealer.Options.ReconnectInterval = TimeSpan.FromMilliseconds(70);
        dealer.Options.TcpKeepalive = true;

        Assert.Equal(TimeSpan.FromSeconds(3), dealer.Options.Linger);
        Assert.Equal(5, dealer.Options.SendHighWatermark);
        Assert.Equal(6, dealer.Options.ReceiveHighWatermark);
        Assert.Equal(TimeSpan.FromMilliseconds(70), dealer.Options.ReconnectInterval);
        Assert.True(dealer.Options.TcpKeepalive);
    }
}
