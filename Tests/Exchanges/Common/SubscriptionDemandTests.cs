using Exchange.Exchanges.Common.Books;
using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

public sealed class SubscriptionDemandTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void The_deepest_and_the_most_frequent_win()
    {
        var demand = new SubscriptionDemand(_time);
        demand.Set("BTCUSDT", "a", 5, 500);
        demand.Set("BTCUSDT", "b", 50, 1000);
        Assert.Equal((50, 500), (demand.Get("BTCUSDT")!.Value.TopN, demand.Get("BTCUSDT")!.Value.FrequencyMs));
        demand.Set("BTCUSDT", "c", 10, 0);
        Assert.Equal((50, 0), (demand.Get("BTCUSDT")!.Value.TopN, demand.Get("BTCUSDT")!.Value.FrequencyMs));
        demand.Set("BTCUSDT", "b", 1, 1000);
        Assert.True(demand.Remove("BTCUSDT", "c"));
        Assert.False(demand.Remove("BTCUSDT", "c"));
        Assert.Equal((5, 500), (demand.Get("BTCUSDT")!.Value.TopN, demand.Get("BTCUSDT")!.Value.FrequencyMs));
        Assert.Null(demand.Get("ETHUSDT"));
    }

    [Fact]
    public void A_named_subscriber_lapses_and_the_unnamed_one_stays()
    {
        var demand = new SubscriptionDemand(_time);
        Assert.Null(demand.Set("BTCUSDT", null, 5, 100));
        Assert.Equal(_time.GetUtcNow() + MarketSubscription.Lifetime, demand.Set("BTCUSDT", "a", 20, 100));
        demand.Set("ETHUSDT", "a", 20, 100);
        Assert.Null(demand.Get("BTCUSDT")!.Value.ExpiresAt);
        Assert.NotNull(demand.Get("ETHUSDT")!.Value.ExpiresAt);

        _time.Advance(MarketSubscription.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Empty(demand.DropLapsed());
        demand.Set("ETHUSDT", "a", 20, 100);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["BTCUSDT"], demand.DropLapsed());
        Assert.Equal(5, demand.Get("BTCUSDT")!.Value.TopN);
        _time.Advance(MarketSubscription.Lifetime);
        Assert.Equal(["ETHUSDT"], demand.DropLapsed());
        Assert.Equal(["BTCUSDT"], demand.All().Select(s => s.Key));
    }
}
