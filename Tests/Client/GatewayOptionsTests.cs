using Exchange.Client.Gateway;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>The gateway's settings.</summary>
public sealed class GatewayOptionsTests
{
    [Theory]
    [InlineData("CommandEndpoint", "tcp://0.0.0.0:5555", "beyond loopback")]
    [InlineData("CommandEndpoint", "tcp://*:5555", "beyond loopback")]
    [InlineData("UpdateEndpoint", "tcp://192.168.1.5:5556", "beyond loopback")]
    [InlineData("UpdateEndpoint", "localhost:5556", "is not an endpoint")]
    [InlineData("UpdateEndpoint", "tcp://127.0.0.1:99999", "is not an endpoint")]
    [InlineData("UpdateEndpoint", "tcp://127.0.0.1:5555", "must differ")]
    [InlineData("MaxFrameBytes", "10", "is outside")]
    [InlineData("HardMaxFrameBytes", "2048", "is outside")]
    [InlineData("UpdateQueueLimit", "0", "is outside")]
    [InlineData("SubscriptionRenewal", "00:00:30", "below half the lifetime")]
    [InlineData("CommandTimeout", "00:00:00", "is outside")]
    [InlineData("Connections:0", "market/binnance", "is not a connection")]
    public void A_wrong_setting_is_refused_by_its_key(string key, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read((key, value)));
        Assert.Contains("Exchange:Gateway:" + key.Split(':')[0], failure.Message);
        Assert.Contains(message, failure.Message);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:0")]
    [InlineData("tcp://127.0.0.1:*")]
    [InlineData("tcp://[::1]:7000")]
    [InlineData("tcp://localhost:7000")]
    public void Loopback_is_legal(string endpoint) => Assert.Equal(endpoint, Read(("CommandEndpoint", endpoint)).CommandEndpoint);

    [Fact]
    public void Connections_default_to_what_the_silo_declares_and_then_to_everything()
    {
        Assert.Equal(12, Read().Connections.Count);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Exchange:Connections:0", "market/binance")]).Build();
        Assert.Equal(["market/binance"], Read(configuration).Connections);
        Assert.Equal(["oms/grvt"], Read(("Connections:0", "oms/grvt")).Connections);
    }

    private static GatewayOptions Read(params (string Key, string Value)[] settings) =>
        Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Exchange:Gateway:{s.Key}", (string?)s.Value))).Build());

    private static GatewayOptions Read(IConfiguration configuration)
    {
        using var services = new ServiceCollection().AddLogging().AddExchangeGateway(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<GatewayOptions>>().Value;
    }
}
