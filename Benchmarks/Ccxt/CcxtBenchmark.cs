using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Exchange.Benchmarks.Market;

namespace Exchange.Benchmarks.Ccxt;

/// <summary>
/// The same feed of book changes through ccxt in Node and through the gateway: latency at a gentle rate, and how fast a
/// flood is worked off (first frame sent → last one's state at the user).
/// </summary>
internal static class CcxtBenchmark
{
    private const int GentleRate = 200;
    private const int Flood = 20_000;
    private const int CcxtFlood = 5_000;

    public static async Task RunAsync(int seconds)
    {
        Console.WriteLine($"== ccxt: changes of a book (@depth@100ms frames), {GentleRate} a second for {seconds} s, then a flood");
        await using var feed = await Feed.StartAsync();
        using var ccxt = CcxtProcess.Start(feed.Host.BinanceRestUri);
        if (ccxt is null)
        {
            Console.WriteLine("  left out: node, or Tests/Interop/node_modules with ccxt, is not there (npm ci in Tests/Interop)");
            return;
        }

        await ccxt.ReadyAsync(feed);
        var ccxtLatency = await ccxt.MeasureAsync(feed, GentleRate, seconds);
        var ccxtRate = await ccxt.FloodAsync(feed, CcxtFlood);
        ccxt.Stop();

        await using var path = await GatewayPath.StartAsync(feed, "diff");
        using var trader = new UpdateReceiver(feed, path.UpdateEndpoint, "\"last_update_id\":");
        feed.Reader = trader;
        for (var i = 0; i < 100 && !trader.First.IsCompleted; i++)
        {
            feed.SendDelta();
            await Task.Delay(50);
        }

        var latencies = trader.StartRound();
        var sent = await Task.Run(() => feed.SendDeltas(GentleRate, TimeSpan.FromSeconds(seconds)));
        await trader.WaitForAsync(sent);
        trader.StartRound();
        var watch = Stopwatch.StartNew();
        var last = await Task.Run(() => feed.FloodDeltas(Flood));
        await trader.WaitForIdAsync(last);
        var rate = Flood / watch.Elapsed.TotalSeconds;
        Print("ccxt", ccxtLatency, ccxtRate);
        Print("gateway", latencies, rate);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  the gateway works a flood off {rate / ccxtRate:0.0} times as fast (goal: at least 10); {trader.Received} of {Flood} states reached the trader one by one"));
    }

    private static void Print(string name, Latencies latencies, double rate) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-8} p50 {latencies.Percentile(0.5),7:0} µs   p99 {latencies.Percentile(0.99),7:0} µs   ({latencies.Count} updates)   flood {rate,9:0}/s"));
}
