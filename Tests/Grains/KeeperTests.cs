using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Tests.Support;
using Orleans;
using Xunit;

namespace Exchange.Tests.Grains;

public sealed class KeeperTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_starts_what_it_declares_without_being_called()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        Assert.Equal(TestCluster.MarketBinance, connector.Connection);
    }

    [Fact]
    public async Task A_grain_that_died_is_back_without_anyone_calling_it()
    {
        await using var cluster = await TestCluster.StartOne();
        var first = await cluster.Venue.NextConnected();
        await cluster.Cluster.DeactivateAsync(cluster.Market).Within("the grain's end");
        await first.Disposed.Task.Within("the first connector being disposed of");

        var second = await cluster.KeeperTicksUntil(cluster.Venue.NextConnected());
        Assert.NotSame(first, second);
    }

    [Fact]
    public async Task A_standby_takes_over_when_the_silo_is_killed()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], ["market/binance"]]);
        await cluster.Venue.NextConnected();
        var before = (await cluster.Market.GetStatus(Cancel)).OrThrow();
        await cluster.KillHome();

        await cluster.KeeperTicksUntil(cluster.Venue.NextConnected());
        var after = (await cluster.Market.GetStatus(Cancel)).OrThrow();
        Assert.NotEqual(before.Silo, after.Silo);
        Assert.True(after.Epoch > before.Epoch);
        Assert.Equal(ConnectionState.Ready, after.State);
    }

    [Fact]
    public async Task A_connector_that_stopped_by_itself_is_started_again()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        await connector.Connects.WaitAsync(Cancel).Within("the first start");
        connector.SetState(ConnectionState.Stopped);
        await cluster.KeeperTicksUntil(Waited(connector.Connects));
        Assert.Equal(1, cluster.Venue.Made);
    }

    [Fact]
    public async Task A_connector_that_is_broken_is_replaced()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        connector.Broken = new InvalidOperationException("broken");
        var second = await cluster.KeeperTicksUntil(cluster.Venue.NextConnected());
        Assert.NotSame(connector, second);
        await connector.Disposed.Task.Within("the broken connector being disposed of");
    }

    [Fact]
    public async Task What_was_disconnected_on_purpose_stays_so_until_it_is_connected_again()
    {
        await using var cluster = await TestCluster.StartOne();
        var connector = await cluster.Venue.NextConnected();
        await connector.Connects.WaitAsync(Cancel).Within("the first start");
        Assert.Equal(ConnectionState.Stopped, (await cluster.Market.Disconnect(Cancel)).OrThrow().State);

        var answer = await cluster.Market.AsReference<IConnectionControl>().Keep();
        Assert.Equal((ConnectionState.Stopped, false), (answer.State, answer.Restarted));
        Assert.Equal(0, connector.Connects.CurrentCount);
        Assert.Equal(ConnectionState.Ready, (await cluster.Market.Connect(Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task A_connector_that_cannot_be_made_is_tried_again()
    {
        var failures = 2;
        await using var cluster = await TestCluster.Start([["market/binance"]], prepare: _ =>
        {
            if (Interlocked.Decrement(ref failures) >= 0)
                throw new InvalidOperationException("no such host");
        });
        await cluster.KeeperTicksUntil(cluster.Venue.NextConnected());
        Assert.Equal(1, cluster.Venue.Made);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(4, 16)]
    [InlineData(5, 30)]
    [InlineData(1000, 30)]
    public void Failures_in_a_row_are_tried_again_ever_later_up_to_a_limit(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ConnectionKeeper.DelayAfter(failures, new KeeperOptions()));

    private static async Task<bool> Waited(SemaphoreSlim signal)
    {
        await signal.WaitAsync(Cancel);
        return true;
    }
}
