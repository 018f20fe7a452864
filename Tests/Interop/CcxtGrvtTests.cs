using Exchange.Simulator;
using Xunit;

namespace Exchange.Tests.Interop;

/// <summary>A client of GRVT that was written without us, in Node, on the simulator.</summary>
public sealed class CcxtGrvtTests
{
    [Fact]
    public async Task A_foreign_client_logs_in_trades_and_watches()
    {
        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Venues = ["grvt"], Seed = 11 }, TestContext.Current.CancellationToken);
        var summary = await NodeScript.RunAsync(
            "ccxt-grvt.mjs", "ccxt", "--edge", host.GrvtEdgeUri.ToString(), "--trading", host.GrvtTradingUri.ToString(),
            "--market", host.GrvtMarketDataUri.ToString(), "--control", host.ControlUri.ToString());
        Assert.Empty(summary["errors"]!.AsArray());

        // What it did left the venue's own accounts in order.
        var venue = host.Grvt.Trading;
        var fills = venue.Fills();
        Assert.NotEmpty(fills);
        Assert.Equal(0, fills.Sum(fill => fill.SignedSize));
        Assert.Empty(venue.Positions());
        Assert.Empty(venue.OpenOrders());
    }
}
