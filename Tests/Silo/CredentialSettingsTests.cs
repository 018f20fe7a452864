using Exchange.Grains.Interfaces;
using Exchange.Silo.Configuration;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Exchange.Tests.Silo;

public sealed class CredentialSettingsTests : IDisposable
{
    private static readonly ConnectionId _oms = new(ConnectionRole.Oms, Venues.Binance);
    private readonly string _folder = Directory.CreateTempSubdirectory("exchange-credentials-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("binance", "demo-key", "demo-secret")]
    [InlineData("deribit", "demo-id", "demo-secret")]
    [InlineData("grvt", "demo-key", null)]
    public void The_simulators_get_their_demo_keys_and_never_those_of_the_environment(string venue, string key, string? secret)
    {
        var found = Read(new() { ["BINANCE_API_KEY"] = "real", ["BINANCE_API_SECRET"] = "real" }, new ConnectionId(ConnectionRole.Oms, venue), "sim");
        Assert.Equal((key, secret), (found!.Key, found.Secret));
    }

    [Fact]
    public void Beyond_the_simulator_the_variables_that_traders_know_are_read()
    {
        var found = Read(new() { ["BINANCE_API_KEY"] = "k", ["BINANCE_API_SECRET"] = "s" });
        Assert.Equal(("k", "s"), (found!.Key, found.Secret));
        var grvt = Read(new() { ["GRVT_API_KEY"] = "k", ["GRVT_PRIVATE_KEY"] = "p", ["GRVT_SUB_ACCOUNT_ID"] = "7" }, new ConnectionId(ConnectionRole.Pms, Venues.Grvt));
        Assert.Equal(("k", "p", "7"), (grvt!.Key, grvt.PrivateKey, grvt.SubAccountId));
        Assert.Null(Read([]));
    }

    [Fact]
    public void A_secret_may_be_a_file()
    {
        var file = Path.Combine(_folder, "secret");
        File.WriteAllText(file, "s\n");
        Assert.Equal("s", Read(new() { ["BINANCE_API_KEY"] = "k", ["BINANCE_API_SECRET_FILE"] = file })!.Secret);
        Assert.Equal("s", Read(new() { ["Exchange:Credentials:binance:Key"] = "k", ["Exchange:Credentials:binance:SecretFile"] = file })!.Secret);
    }

    [Fact]
    public void A_role_may_have_its_own_pair()
    {
        Dictionary<string, string?> settings = new()
        {
            ["Exchange:Credentials:binance:Key"] = "all",
            ["Exchange:Credentials:binance:Secret"] = "s",
            ["Exchange:Credentials:binance:pms:Key"] = "pms",
            ["Exchange:Credentials:binance:account2:Key"] = "second",
        };
        Assert.Equal("all", Read(settings)!.Key);
        Assert.Equal(("pms", "s"), Read(settings, new ConnectionId(ConnectionRole.Pms, Venues.Binance)) is { } pms ? (pms.Key, pms.Secret) : default);
        Assert.Equal("second", Read(settings, new ConnectionId(ConnectionRole.Oms, "binance:account2"))!.Key);
    }

    [Theory]
    [InlineData("Exchange:Credentials:binance:Secert", "hunter2", "Exchange:Credentials:binance:Secert: no such setting")]
    [InlineData("Exchange:Credentials:binance:Secret", "hunter2", "a secret without its key")]
    [InlineData("Exchange:Credentials:bitmex:Key", "hunter2", "Exchange:Credentials:bitmex: no such exchange; legal are binance, deribit, grvt")]
    [InlineData("BINANCE_API_SECRET_FILE", "/does/not/exist", "BINANCE_API_SECRET_FILE: /does/not/exist cannot be read")]
    public void What_is_wrong_is_named_without_the_secret(string key, string value, string message)
    {
        var errors = new List<string>();
        Read(new() { [key] = value }, errors: errors);
        Assert.Contains(message, string.Join('\n', errors), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join('\n', errors), StringComparison.Ordinal);
    }

    private static AuthCredentials? Read(
        Dictionary<string, string?> settings, ConnectionId? connection = null, string environment = "testnet", List<string>? errors = null)
    {
        var told = errors ?? [];
        var reader = new CredentialSettings(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        reader.Check(told);
        var found = reader.Read(connection ?? _oms, environment, told);
        Assert.True(errors is not null || told.Count == 0, string.Join('\n', told));
        return found;
    }
}
