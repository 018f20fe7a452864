using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Tests.Grains;
using Exchange.Tests.Support;
using Orleans.Streams;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class StreamRecoveryTests
{
    private static readonly TimeSpan _renewal = new ExchangeStreamOptions().RenewalPeriod;

    [Fact]
    public async Task When_the_producers_silo_dies_the_subscription_goes_on_at_the_standby_in_a_new_epoch()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], ["market/binance"]]);
        var first = await cluster.Venue.NextConnected();
        var (observer, subscription) = await cluster.SubscribeTrades();
        first.Publish(1);
        first.Publish(2);
        var before = await observer.NextUpdate();
        Assert.Equal(2, (await observer.NextUpdate()).Seq);

        await cluster.KillHome();
        first.Publish(3);
        cluster.Clock.Advance(_renewal);
        var notice = await observer.NextNotice<StreamSnapshotRequiredException>();
        Assert.True(notice.Position.Epoch > before.Epoch);
        Assert.Equal(0, notice.Position.Seq);
        Assert.Equal(notice.Position, subscription.Start);

        var second = await cluster.Venue.NextMade();
        second.Publish(4);
        var after = await observer.NextUpdate();
        Assert.Equal((notice.Position.Epoch, 1L, "4"), (after.Epoch, after.Seq, after.Data.TradeId));
        Assert.True(observer.IsEmpty);
    }

    [Fact]
    public async Task A_lost_producer_is_told_once_and_the_subscription_keeps_trying()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], []]);
        await cluster.Venue.NextConnected();
        var (observer, subscription) = await cluster.SubscribeTrades();

        await cluster.KillHome();
        await subscription.Renew();
        var lost = await observer.NextNotice<StreamProducerLostException>();
        Assert.IsType<ConnectionNotDeclaredException>(lost.InnerException);
        Assert.False(lost.IsFinal);
        await subscription.Renew();
        Assert.True(observer.IsEmpty);
        Assert.True(subscription.IsActive);

        await cluster.Cluster.StartAdditionalSiloAsync().Within("a silo that declares the connection");
        // The others may learn of the new silo only after some renewals.
        var resumed = observer.NextNotice<StreamSnapshotRequiredException>();
        while (!resumed.IsCompleted)
            await subscription.Renew();
        var notice = await resumed;
        Assert.Contains("activated anew", notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_may_come_before_anyone_declares_its_producer()
    {
        await using var cluster = await TestCluster.Start([[], ["market/binance"]], silos: 1);
        var (observer, subscription) = await cluster.SubscribeTrades();
        Assert.IsType<ConnectionNotDeclaredException>((await observer.NextNotice<StreamProducerLostException>()).InnerException);
        Assert.Null(subscription.Start);

        await cluster.Cluster.StartAdditionalSiloAsync().Within("a silo that declares the connection");
        var connector = await cluster.Venue.NextConnected();
        connector.Publish(1);
        await subscription.Renew();
        Assert.Equal(1, (await observer.NextNotice<StreamSnapshotRequiredException>()).Position.Seq);
        connector.Publish(2);
        Assert.Equal(2, (await observer.NextUpdate()).Seq);
    }

    [Fact]
    public async Task A_role_without_a_grain_is_a_lost_producer_and_not_a_failure()
    {
        await using var cluster = await TestCluster.StartOne();
        var observer = new RecordingObserver<OrderUpdate>();
        var handle = await cluster.Streams.GetStream<StreamUpdate<OrderUpdate>>(StreamNames.Orders, Venues.Binance).SubscribeAsync(observer);
        await observer.NextNotice<StreamProducerLostException>();
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task A_subscription_that_its_producer_forgot_resumes_without_a_gap()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var (observer, subscription) = await cluster.SubscribeTrades();
        connector.Publish(1);
        await observer.NextUpdate();

        await Forget(cluster, subscription.HandleId);
        for (var n = 2; n <= 5; n++)
            connector.Publish(n);
        Assert.True(observer.IsEmpty);
        await subscription.Renew();
        for (var n = 2; n <= 5; n++)
            Assert.Equal(n, (await observer.NextUpdate()).Seq);
        Assert.True(observer.IsEmpty);
    }

    [Fact]
    public async Task Beyond_the_ring_a_forgotten_subscription_asks_for_a_snapshot()
    {
        await using var cluster = await TestCluster.StartOne(o => o.RingSizes[StreamNames.Trades] = 4);
        var connector = await cluster.Venue.NextConnected();
        var (observer, subscription) = await cluster.SubscribeTrades();
        connector.Publish(1);
        await observer.NextUpdate();

        await Forget(cluster, subscription.HandleId);
        for (var n = 2; n <= 10; n++)
            connector.Publish(n);
        await subscription.Renew();
        var notice = await observer.NextNotice<StreamSnapshotRequiredException>();
        Assert.Equal(10, notice.Position.Seq);
        connector.Publish(11);
        Assert.Equal(11, (await observer.NextUpdate()).Seq);
    }

    [Fact]
    public async Task Renewed_in_time_a_subscription_never_expires()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var (observer, subscription) = await cluster.SubscribeTrades();
        for (var i = 0; i < 20; i++)
        {
            cluster.Clock.Advance(_renewal);
            await subscription.Renew();
        }

        connector.Publish(1);
        Assert.Equal(1, (await observer.NextUpdate()).Seq);
        Assert.Equal((1, 0L), (cluster.Counters().Subscribers, cluster.Counters().Expired));
    }

    [Fact]
    public async Task A_client_that_was_killed_is_forgotten_and_others_go_on()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        await cluster.SubscribeTrades();
        var inSilo = new RecordingObserver<Trade>();
        var handle = await cluster.SiloStreams().GetStream<StreamUpdate<Trade>>(TestCluster.TradesStream).SubscribeAsync(inSilo);
        Assert.Equal(2, cluster.Counters().Subscribers);

        await cluster.Cluster.KillClientAsync().Within("the client's end");
        connector.Publish(1);
        Assert.Equal(1, (await inSilo.NextUpdate()).Seq);
        for (var i = 0; i < 10; i++)
        {
            cluster.Clock.Advance(_renewal);
            await ((Exchange.Streaming.Subscriptions.ISubscription)handle).Renew();
        }

        Assert.Equal(1, cluster.Counters().Subscribers);
        connector.Publish(2);
        Assert.Equal(2, (await inSilo.NextUpdate()).Seq);
    }

    private static Task Forget(TestCluster cluster, Guid subscription) =>
        cluster.Hub.Unsubscribe(StreamNames.Trades, StreamNames.SymbolKey(Venues.Binance, Trades.Symbol), subscription);
}
