using Exchange.Simulator;
using Exchange.Simulator.Deribit;
using Xunit;

namespace Exchange.Tests.Interop;

/// <summary>ccxt, which was written without us, on the simulated Deribit.</summary>
public sealed class CcxtDeribitTests
{
    [Fact]
    public async Task Ccxt_trades_and_watches()
    {
        var options = new SimulatorOptions
        {
            Seed = 11,
            Venues = [DeribitVenue.VenueName],
            Deribit = new DeribitSimulatorOptions { MatchingRate = 30, MatchingBurst = 100 },
        };
        await using var host = await SimulatorHost.StartAsync(options, TestContext.Current.CancellationToken);
        var summary = await NodeScript.RunAsync(
            "ccxt-deribit.mjs", "ccxt", "--url", host.DeribitRestUri.ToString(), "--control", host.ControlUri.ToString());
        Assert.Empty(summary["errors"]!.AsArray());
        Assert.True(summary["books"]!.GetValue<int>() > 2, summary.ToJsonString());

        // What it did left the venue's own accounts in order.
        var trading = host.Deribit.Trading;
        var fills = trading.Fills();
        Assert.NotEmpty(fills);
        Assert.Empty(trading.OpenOrders());
        Assert.Empty(trading.Positions());
        foreach (var (currency, start) in ((string, decimal)[])[("BTC", 10), ("USDC", 1_000_000)])
        {
            var inIt = fills.Where(fill => fill.Instrument.Contains("USDC", StringComparison.Ordinal) == (currency == "USDC"));
            Assert.Equal(start + inIt.Sum(fill => fill.Profit - fill.Fee), trading.Balances()[currency]);
        }
    }
}
