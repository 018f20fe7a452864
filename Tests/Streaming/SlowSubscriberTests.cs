using Exchange.Streaming;
using Exchange.Tests.Grains;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class SlowSubscriberTests
{
    [Fact]
    public async Task A_subscriber_whose_queue_is_full_is_dropped_and_told_while_others_go_on()
    {
        await using var cluster = await TestCluster.StartOne(o => o.QueueLimit = 10);
        var connector = await cluster.Venue.NextConnected();
        var (fast, _) = await cluster.SubscribeTrades();
        var (slow, subscription) = await cluster.SubscribeTrades();
        var release = new TaskCompletionSource();
        slow.Busy = release.Task;

        for (var n = 1; n <= 20; n++)
        {
            connector.Publish(n);
            Assert.Equal(n, (await fast.NextUpdate()).Seq);
            if (n == 1)
                Assert.Equal(1, (await slow.NextUpdate()).Seq);
        }

        Assert.Equal((1, 1L), (cluster.Counters().Subscribers, cluster.Counters().Dropped));
        release.SetResult();
        var dropped = await slow.NextNotice<StreamDroppedException>();
        Assert.True(dropped.IsFinal);
        Assert.Contains("10 updates", dropped.Message, StringComparison.Ordinal);
        Assert.False(subscription.IsActive);
        Assert.True(slow.IsEmpty);
    }

    [Fact]
    public async Task A_drop_is_for_good_until_the_consumer_subscribes_anew()
    {
        await using var cluster = await TestCluster.StartOne(o => o.QueueLimit = 1);
        var connector = await cluster.Venue.NextConnected();
        var (slow, subscription) = await cluster.SubscribeTrades();
        var release = new TaskCompletionSource();
        slow.Busy = release.Task;
        connector.Publish(1);
        await slow.NextUpdate();
        connector.Publish(2);
        connector.Publish(3);

        var renewal = subscription.Renew();
        release.SetResult();
        await renewal.Within("the renewal that hears of the drop");
        await slow.NextNotice<StreamDroppedException>();
        await subscription.Renew();
        connector.Publish(4);
        Assert.Equal(0, cluster.Counters().Subscribers);
        Assert.True(slow.IsEmpty);

        var (again, _) = await cluster.SubscribeTrades();
        connector.Publish(5);
        Assert.Equal(5, (await again.NextUpdate()).Seq);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_acknowledge_is_dropped()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var (stuck, _) = await cluster.SubscribeTrades();
        var release = new TaskCompletionSource();
        stuck.Busy = release.Task;
        connector.Publish(1);
        await stuck.NextUpdate();

        for (var i = 0; i < 7; i++)
            cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1L), (cluster.Counters().Subscribers, cluster.Counters().Dropped));
        release.SetResult();
        Assert.Contains("acknowledged", (await stuck.NextNotice<StreamDroppedException>()).Message, StringComparison.Ordinal);
        Assert.True(stuck.IsEmpty);
    }
}
