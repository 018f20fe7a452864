using Exchange.Grains.Interfaces;
using Exchange.Streaming;
using Exchange.Streaming.Subscriptions;
using Exchange.Tests.Grains;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Xunit;

namespace Exchange.Tests.Streaming;

public sealed class GrainConsumerTests
{
    private static readonly string _key = StreamNames.SymbolKey(Venues.Binance, Trades.Symbol);

    [Fact]
    public async Task A_grain_gets_updates_in_its_own_turns_and_in_order()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var (observer, grain) = NewConsumer(cluster);
        await grain.Subscribe(_key).Within("the grain's subscription");

        for (var n = 1; n <= 1000; n++)
            connector.Publish(n);
        for (var n = 1; n <= 1000; n++)
            Assert.Equal(n, (await observer.NextUpdate()).Seq);
        Assert.False(observer.Overlapped);
    }

    [Fact]
    public async Task A_grain_on_another_silo_follows_the_producer_to_its_standby()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], ["market/binance"]]);
        var connector = await cluster.Venue.NextConnected();
        var home = await cluster.Home();
        var (observer, grain) = NewConsumer(cluster);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, cluster.Cluster.Silos.Single(s => s != home).SiloAddress);
        await grain.Subscribe(_key).Within("the grain's subscription");
        RequestContext.Clear();
        connector.Publish(1);
        await observer.NextUpdate();

        await cluster.KillHome();
        cluster.Clock.Advance(new ExchangeStreamOptions().RenewalPeriod);
        await observer.NextNotice<StreamSnapshotRequiredException>();
        (await cluster.Venue.NextMade()).Publish(2);
        Assert.Equal("2", (await observer.NextUpdate()).Data.TradeId);
    }

    [Fact]
    public async Task A_grains_subscription_ends_with_its_activation()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        var (observer, grain) = NewConsumer(cluster);
        await grain.Subscribe(_key).Within("the grain's subscription");
        var subscription = Assert.Single(cluster.Cluster.Silos[0].ServiceProvider.GetRequiredService<ExchangeStreamProvider>().Subscriptions);
        Assert.Equal(1, cluster.Counters().Subscribers);

        await cluster.Cluster.DeactivateAsync(grain).Within("the grain's deactivation");
        await subscription.Ended.Within("the subscription's end");
        Assert.Equal(0, cluster.Counters().Subscribers);
        connector.Publish(1);
        Assert.True(observer.IsEmpty);
    }

    private static (RecordingObserver<Trade> Observer, IConsumerGrain Grain) NewConsumer(TestCluster cluster)
    {
        var key = Guid.NewGuid().ToString();
        var observer = ConsumerGrain.Observers.GetOrAdd(key, _ => new RecordingObserver<Trade>());
        return (observer, cluster.Client.GetGrain<IConsumerGrain>(key));
    }
}
