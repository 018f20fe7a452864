using Exchange.Grains.Connectors;
using Exchange.Grains.Interfaces;
using Exchange.Grains.Keeping;
using Exchange.Streaming;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Exchange.Tests.Grains;

public sealed class PlacementTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_connection_lives_on_the_silo_that_declares_it(int declaring)
    {
        string[][] declared = [[], [], []];
        declared[declaring] = ["market/binance"];
        await using var cluster = await TestCluster.Start(declared);
        var home = await cluster.Home();
        Assert.Equal([TestCluster.MarketBinance], home.ServiceProvider.GetRequiredService<IOptions<KeeperOptions>>().Value.Connections);
    }

    [Fact]
    public async Task Of_two_silos_that_declare_it_one_serves_and_the_other_stands_by()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], ["market/binance"]]);
        var home = await cluster.Home();
        // Which one is open when both start at once: neither may know the other yet.
        await cluster.Venue.NextConnected();

        // Both keepers look again and again; nothing moves and nothing is made twice.
        for (var i = 0; i < 5; i++)
        {
            await cluster.Clock.WhenArmed(TestCluster.KeeperInterval).Within("a keeper waiting for its next look");
            cluster.Clock.Advance(TestCluster.KeeperInterval);
        }

        Assert.Equal(home.SiloAddress, (await cluster.Home()).SiloAddress);
        Assert.Equal(1, cluster.Venue.Made);
    }

    [Fact]
    public async Task When_nobody_declares_a_connection_its_caller_is_told_at_once()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], []]);
        var grain = cluster.Client.GetGrain<IExchangeSubscriberGrain>(Venues.Deribit);
        var thrown = await Assert.ThrowsAsync<ConnectionNotDeclaredException>(() => grain.GetStatus(Cancel)).Within("the error");
        Assert.Equal("No silo declares the connection 'market/deribit'. Start one whose Exchange:Connections contains it.", thrown.Message);
        var error = ConnectionErrors.From(thrown, new ConnectionId(ConnectionRole.Market, Venues.Deribit));
        Assert.Equal((ExchangeErrorCode.ConnectionNotDeclared, true), (error.Code, error.Retryable));
    }

    [Fact]
    public async Task When_the_only_silo_that_declared_it_dies_its_caller_is_told_and_a_new_silo_serves_it()
    {
        await using var cluster = await TestCluster.Start([["market/binance"], []]);
        await cluster.Venue.NextConnected();
        await cluster.KillHome();
        await Assert.ThrowsAsync<ConnectionNotDeclaredException>(() => cluster.Market.GetStatus(Cancel)).Within("the error");

        var silo = await cluster.Cluster.StartAdditionalSiloAsync().Within("a silo that declares the connection");
        await cluster.Venue.NextConnected();
        Assert.Equal(silo.SiloAddress, (await cluster.Home()).SiloAddress);
    }

    [Fact]
    public async Task A_connection_without_a_connector_is_refused_at_start_with_the_legal_values()
    {
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => TestCluster.Start([["market/deribit", "oms/binance"]]));
        Assert.Equal(
            [
                "Exchange:Connections: 'market/deribit' is not implemented in this version; legal are market/binance",
                "Exchange:Connections: 'oms/binance' is not implemented in this version; legal are market/binance",
            ],
            thrown.Failures);
    }

    [Fact]
    public void What_is_not_implemented_says_so()
    {
        var factory = new ConnectorFactory(null!, [new MarketConnectorRegistration(Venues.Binance, (_, _, _) => null!)]);
        var oms = new ConnectionId(ConnectionRole.Oms, "binance:account2");
        Assert.False(factory.IsImplemented(oms));
        Assert.True(factory.IsImplemented(new ConnectionId(ConnectionRole.Market, "binance:account2")));
        Assert.Equal("oms at binance is not implemented in this version", ConnectionErrors.NotImplemented(oms).Message);
    }
}
