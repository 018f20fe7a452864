using System.Globalization;
using Exchange.Tests.Support;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class PublishSubscribeTests
{
    [Fact]
    public void A_subscriber_gets_what_begins_with_its_topic()
    {
        using var publisher = new XPublisherSocket();
        using var subscriber = new SubscriberSocket(publisher.BindLocal());
        subscriber.Subscribe("book.BTC");
        Assert.Equal("+book.BTC", publisher.Wish());

        publisher.SendMoreFrame("trade.BTC").SendFrame("no");
        publisher.SendMoreFrame("book.BTC").SendFrame("yes");
        publisher.SendMoreFrame("book.BTC-100000-C").SendFrame("also");

        Assert.Equal("yes", subscriber.Message().Last.ConvertToString());
        Assert.Equal("also", subscriber.Message().Last.ConvertToString());
    }

    [Fact]
    public void An_unsubscribed_topic_is_silent()
    {
        using var publisher = new XPublisherSocket();
        using var subscriber = new SubscriberSocket(publisher.BindLocal());
        subscriber.Subscribe("a");
        subscriber.Subscribe("b");
        Assert.Equal("+a", publisher.Wish());
        Assert.Equal("+b", publisher.Wish());

        subscriber.Unsubscribe("a");
        Assert.Equal("-a", publisher.Wish());
        publisher.SendFrame("a");
        publisher.SendFrame("b");

        Assert.Equal("b", subscriber.Text());
    }

    [Fact]
    public void A_second_subscriber_of_a_topic_is_not_seen_by_default()
    {
        using var publisher = new XPublisherSocket();
        var address = publisher.BindLocal();
        using var first = new SubscriberSocket(address);
        first.Subscribe("a");
        Assert.Equal("+a", publisher.Wish());
        using var second = new SubscriberSocket(address);

        second.Subscribe("a");
        second.Subscribe("b");

        Assert.Equal("+b", publisher.Wish());
    }

    [Fact]
    public void A_verbose_publisher_sees_every_subscriber_and_who_leaves_by_word()
    {
        using var publisher = new XPublisherSocket();
        publisher.Options.XPubVerbose = true;
        var address = publisher.BindLocal();
        using var first = new SubscriberSocket(address);
        using var second = new SubscriberSocket(address);

        first.Subscribe("a");
        Assert.Equal("+a", publisher.Wish());
        second.Subscribe("a");
        Assert.Equal("+a", publisher.Wish());
        first.Unsubscribe("a");
        Assert.Equal("-a", publisher.Wish());

        publisher.SendFrame("a1");
        Assert.Equal("a1", second.Text());
    }

    [Fact]
    public void A_verbose_publisher_sees_those_who_just_go_only_when_the_last_went()
    {
        using var publisher = new XPublisherSocket();
        publisher.Options.XPubVerbose = true;
        var address = publisher.BindLocal();
        var first = new SubscriberSocket(address);
        using var second = new SubscriberSocket(address);
        first.Subscribe("shared");
        Assert.Equal("+shared", publisher.Wish());
        first.Subscribe("own");
        Assert.Equal("+own", publisher.Wish());
        second.Subscribe("shared");
        Assert.Equal("+shared", publisher.Wish());

        first.Dispose();
        Assert.Equal("-own", publisher.Wish());
        second.Unsubscribe("shared");

        Assert.Equal("-shared", publisher.Wish());
        Assert.False(publisher.TryReceiveFrameBytes(out _));
    }

    [Fact]
    public void What_exceeds_the_high_watermark_is_lost_in_silence()
    {
        var address = $"inproc://{Guid.NewGuid()}";
        using var publisher = new PublisherSocket();
        publisher.Options.SendHighWatermark = 5;
        publisher.Bind(address);
        using var subscriber = new SubscriberSocket();
        subscriber.Options.ReceiveHighWatermark = 5;
        subscriber.Connect(address);
        subscriber.Subscribe("n");
        Assert.True(publisher.HasOut);

        for (var i = 0; i < 100; i++)
        {
            Assert.True(publisher.TrySendFrame($"n{i}"));
        }

        var received = new List<int>();
        while (subscriber.TryReceiveFrameString(out var text))
        {
            received.Add(int.Parse(text.AsSpan(1), CultureInfo.InvariantCulture));
        }

        Assert.Equal(Enumerable.Range(0, 10), received);
    }

    [Fact]
    public void Newcomers_are_sent_the_welcome()
    {
        using var publisher = new XPublisherSocket();
        publisher.SetWelcomeMessage("welcome");
        using var subscriber = new SubscriberSocket(publisher.BindLocal());

        subscriber.Subscribe("w");
        Assert.Equal("+w", publisher.Wish());

        Assert.Equal("welcome", subscriber.Text());
    }

    [Fact]
    public void A_manual_publisher_decides_what_its_peer_gets()
    {
        using var publisher = new XPublisherSocket();
        publisher.Options.ManualPublisher = true;
        using var subscriber = new XSubscriberSocket(publisher.BindLocal());
        subscriber.SendFrame("\u0001asked");

        Assert.Equal("+asked", publisher.Wish());
        publisher.Subscribe("granted");
        publisher.SendFrame("asked");
        publisher.SendFrame("granted");

        Assert.Equal("granted", subscriber.Text());
    }

    [Fact]
    public async Task Who_sends_more_than_the_longest_frame_is_dropped_and_may_come_back()
    {
        using var publisher = new XPublisherSocket();
        publisher.Options.MaxMsgSize = 1000;
        using var subscriber = new XSubscriberSocket(publisher.BindLocal());
        subscriber.SendFrame("\u0001topic");
        Assert.Equal("+topic", publisher.Wish());
        var tooLong = new byte[1001];
        tooLong[0] = 2;

        subscriber.SendFrame(tooLong);

        Assert.Equal("-topic", publisher.Wish());
        var back = Task.Run(subscriber.Text, TestContext.Current.CancellationToken);
        Assert.Equal("+topic", publisher.Wish());
        publisher.SendFrame("topic");
        Assert.Equal("topic", await back.Within());
        Assert.Equal(1000, publisher.Options.MaxMsgSize);
    }

    [Fact]
    public void Publishers_do_not_receive_and_subscribers_do_not_send()
    {
        using var publisher = new PublisherSocket();
        using var subscriber = new SubscriberSocket();

        Assert.Throws<NotSupportedException>(() => publisher.TryReceiveFrameString(out _));
        Assert.Throws<NotSupportedException>(() => subscriber.TrySendFrame("x"));
    }
}
