using Exchange.Simulator;
using Xunit;

namespace Exchange.Tests.Interop;

/// <summary>Clients that were written without us, in Node, on the simulator.</summary>
public sealed class CcxtBinanceTests
{
    [Fact]
    public async Task Ccxt_watches_books_and_trades_without_an_error()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Seed = 11 }, TestContext.Current.CancellationToken);
        var summary = await NodeScript.RunAsync(
            "ccxt-binance.mjs", "ccxt", "--url", host.BinanceRestUri.ToString(), "--seconds", "60", "--updates", "10");
        Assert.Empty(summary["errors"]!.AsArray());
        Assert.True(summary["books"]!["BTC/USDT:USDT"]!["updates"]!.GetValue<int>() >= 10, summary.ToJsonString());
        Assert.True(summary["trades"]!["ETH/USDT:USDT"]!["count"]!.GetValue<int>() >= 10, summary.ToJsonString());
    }

    [Theory]
    [InlineData("ccxt-binance-trading.mjs", "ccxt")]
    [InlineData("npm-binance.mjs", "binance")]
    public async Task A_foreign_client_trades(string script, string package)
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Seed = 11 }, TestContext.Current.CancellationToken);
        var summary = await NodeScript.RunAsync(
            script, package, "--url", host.BinanceRestUri.ToString(), "--control", host.ControlUri.ToString());
        Assert.Empty(summary["errors"]!.AsArray());

        // What it did left the venue's own accounts in order.
        var fills = host.Trading.Fills();
        Assert.NotEmpty(fills);
        Assert.Equal(fills.Sum(fill => fill.SignedQuantity), host.Trading.Positions().Sum(position => position.Amount));
        Assert.Equal(100_000m + fills.Sum(fill => fill.Realised - fill.Commission), host.Trading.Wallets()["USDT"]);
        Assert.Empty(host.Trading.OpenOrders());
    }
}
