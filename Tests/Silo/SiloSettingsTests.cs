using Exchange.Grains.Interfaces;
using Exchange.Silo.Configuration;
using Exchange.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Exchange.Tests.Silo;

public sealed class SiloSettingsTests
{
    [Fact]
    public void Without_settings_the_simulators_and_all_that_is_implemented_are_served()
    {
        var settings = Read(new());
        Assert.Equal("sim", settings.Environment);
        Assert.Equal(VenueConnectors.Implemented, settings.Connections);
        Assert.Equal("exchange", settings.SiloName);
        Assert.Equal("sim", settings.Binance.Environment);
        Assert.True(settings.RunsGateway);
        Assert.Equal("local", settings.Cluster.Mode);
    }

    [Theory]
    [InlineData("market/binance, market/binance:second")]
    [InlineData("MARKET/BINANCE,market/binance:second,market/binance")]
    public void Connections_may_be_one_line(string line) =>
        Assert.Equal(["market/binance", "market/binance:second"], Read(new() { ["Exchange:Connections"] = line }).Connections.Select(c => c.ToString()));

    [Fact]
    public void Connections_may_be_a_list() =>
        Assert.Equal(
            ["market/binance:a", "market/binance:b"],
            Read(new() { ["Exchange:Connections:0"] = "market/binance:a", ["Exchange:Connections:1"] = "market/binance:b" }).Connections.Select(c => c.ToString()));

    [Fact]
    public void The_command_line_comes_before_a_longer_list() =>
        Assert.Equal(
            "market/binance",
            Assert.Single(Read(
                new() { ["Exchange:Connections:0"] = "market/binance:a", ["Exchange:Connections:1"] = "market/binance:b" },
                new CommandLineSettings { Connections = "market/binance" }).Connections).ToString());

    [Fact]
    public void An_empty_line_serves_nothing() => Assert.Empty(Read(new() { ["Exchange:Connections"] = "" }).Connections);

    [Fact]
    public void One_switch_sets_the_environment_of_every_venue() =>
        Assert.Equal("testnet", Read(new() { ["Exchange:Environment"] = "testnet" }).Binance.Environment);

    [Fact]
    public void A_silo_of_one_connection_is_named_after_it() =>
        Assert.Equal("trading_engine_binance", Read(new() { ["Exchange:Connections"] = "oms/binance" }).SiloName);

    [Fact]
    public void Limits_are_an_exchanges_own_and_keep_what_is_not_said()
    {
        var settings = Read(new()
        {
            ["Exchange:Limits:binance:MaxOpenOrders"] = "20",
            ["Exchange:Limits:binance:MaxPosition:BTCUSDT"] = "0.5",
            ["Exchange:Limits:binance:MaxOrderNotional:*"] = "10000",
        });
        var limits = settings.LimitsOf("binance");
        Assert.Equal((20, 0.5m, 10_000m, 10m), (limits.MaxOpenOrders, limits.MaxPosition["BTCUSDT"], limits.MaxOrderNotional["*"], limits.PriceCollarPercent));
        Assert.Equal((null, 10m), (settings.LimitsOf("deribit").MaxOpenOrders, settings.LimitsOf("deribit").PriceCollarPercent));
    }

    [Fact]
    public void Live_is_taken_from_the_command_line() =>
        Assert.Equal("live", Read(new(), new CommandLineSettings { Environment = "live" }).Binance.Environment);

    [Theory]
    [InlineData("Exchange:Environment", "live", "Exchange:Environment: 'live' is the real venue and real money; it must be said on the command line: --env live")]
    [InlineData("Exchange:Binance:Environment", "live", "Exchange:Binance:Environment: 'live' is the real venue and real money; it must be said on the command line: --env live")]
    [InlineData("Exchange:Environment", "prod", "Exchange:Environment: 'prod' is not an environment; legal are sim, testnet, live")]
    [InlineData("Exchange:Limits:binance:PriceCollar", "5", "Exchange:Limits:binance:PriceCollar: there is no such setting; legal under Exchange:Limits:binance are PriceCollarPercent, AllowUnknownMarkPrice, OrdersPerSecond, MaxOpenOrders, MaxPosition, AllowUnknownPosition, MaxOrderNotional")]
    [InlineData("Exchange:Limits:bitmex:PriceCollarPercent", "5", "Exchange:Limits:bitmex: no such exchange; legal are binance, deribit, grvt")]
    [InlineData("Exchange:Limits:binance:MaxOpenOrders", "0", "Exchange:Limits:binance:MaxOpenOrders is 0: give a whole number from 1, or leave it out for no limit")]
    [InlineData("Exchange:Journal:KeepEnded", "00:00:00", "Exchange:Journal:KeepEnded: 00:00:00 is outside 00:01:00 to 365.00:00:00")]
    [InlineData("Exchange:Conections", "oms/binance", "Exchange:Conections: there is no such setting; legal under Exchange are Environment, Connections, SiloName, Data, Credentials, Journal, Limits, Cluster, Streams, Keeper, Gateway, Binance, Deribit, Grvt")]
    [InlineData("Exchange:Cluster:Mod", "local", "Exchange:Cluster:Mod: there is no such setting; legal under Exchange:Cluster are Mode, SiloPort, GatewayPort, ClusterId")]
    [InlineData("Exchange:Cluster:SiloPort", "0", "Exchange:Cluster:SiloPort: 0 is not a port; legal are 1 to 65535")]
    [InlineData("Exchange:Cluster:SiloPort", "30000", "Exchange:Cluster:GatewayPort: must differ from Exchange:Cluster:SiloPort, 30000")]
    [InlineData("Exchange:Streams:QueueLimit", "many", "Failed to convert configuration value 'many' at 'Exchange:Streams:QueueLimit' to type 'System.Int32'.")]
    [InlineData("Exchange:Binance:BookSource", "magic", "Exchange:Binance:BookSource: 'magic' is none of auto, diff, partial")]
    public void What_is_wrong_names_its_key_and_the_legal_values(string key, string value, string expected) =>
        Assert.Equal([expected], Assert.Throws<SettingsException>(() => Read(new() { [key] = value })).Errors);

    [Fact]
    public void All_errors_are_told_at_once() =>
        Assert.Equal(3, Assert.Throws<SettingsException>(() => Read(new()
        {
            ["Exchange:Environment"] = "prod",
            ["Exchange:Connections"] = "market",
            ["Exchange:Cluster:GatewayPort"] = "-1",
        })).Errors.Count);

    [Fact]
    public void A_cluster_without_the_packages_for_it_is_refused_with_the_reason()
    {
        var error = Assert.Single(Assert.Throws<SettingsException>(() => Read(new() { ["Exchange:Cluster:Mode"] = "redis" })).Errors);
        Assert.Contains(PackageChoice.UsesStandIns ? "'redis' needs the genuine Orleans packages" : "'redis' is not implemented", error, StringComparison.Ordinal);
        Assert.EndsWith("egal is local", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_the_command_line_override_the_environment()
    {
        const string Variable = "Exchange__SiloName";
        Environment.SetEnvironmentVariable(Variable, "from_the_environment");
        try
        {
            var fromEnvironment = new CommandLineSettings();
            Assert.Equal("from_the_environment", SiloSettings.Read(SiloConfiguration.Read(fromEnvironment), fromEnvironment).SiloName);
            var fromCommandLine = new CommandLineSettings { Set = ["Exchange__SiloName=said"] };
            Assert.Equal("said", SiloSettings.Read(SiloConfiguration.Read(fromCommandLine), fromCommandLine).SiloName);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    [Fact]
    public void Everything_implemented_has_a_connector()
    {
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();
        VenueConnectors.AddTo(services, Read(new()));
        var registered = services.Select(s => s.ImplementationInstance).OfType<Exchange.Grains.Connectors.ConnectorRegistration>()
            .Select(r => new ConnectionId(r.Role, r.Venue));
        Assert.Equivalent(VenueConnectors.Implemented, registered, strict: true);
    }

    private static SiloSettings Read(Dictionary<string, string?> settings, CommandLineSettings? commandLine = null)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings);
        commandLine ??= new CommandLineSettings();
        if (commandLine.Environment is not null)
            configuration["Exchange:Environment"] = commandLine.Environment;
        if (commandLine.Connections is not null)
            configuration["Exchange:Connections"] = commandLine.Connections;
        return SiloSettings.Read(configuration, commandLine);
    }
}
