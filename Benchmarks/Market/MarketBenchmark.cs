using System.Globalization;

namespace Exchange.Benchmarks.Market;

/// <summary>
/// Frame sent by the simulator → update received by the trader, through the gateway and through the floor relay, by turns in
/// one process, each alone; then the highest rate at which no update is lost.
/// </summary>
internal static class MarketBenchmark
{
    private const int Rate = 1_000;
    private const int Rounds = 3;
    private static readonly int[] _rates = [2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 60_000];

    public static async Task RunAsync(int seconds)
    {
        Console.WriteLine($"== market data: 20-level depth frame sent → update received, {Rate} a second, {Rounds} rounds of {seconds} s by turns");
        await using var feed = await Feed.StartAsync();
        var floorRounds = new List<Latencies>();
        var pathRounds = new List<Latencies>();
        for (var round = 0; round < Rounds; round++)
        {
            await WithFloorAsync(feed, async trader => floorRounds.Add(await MeasureAsync(feed, trader, seconds)));
            await WithGatewayAsync(feed, async trader => pathRounds.Add(await MeasureAsync(feed, trader, seconds)));
        }

        Print("floor relay", floorRounds);
        Print("gateway", pathRounds);
        foreach (var (name, part, goal) in new[] { ("p50", 0.50, 2.0), ("p99", 0.99, 3.0), ("p99.9", 0.999, double.NaN) })
        {
            var ratio = Median(pathRounds, part) / Median(floorRounds, part);
            var verdict = double.IsNaN(goal) ? "" : $"  (goal: at most {goal.ToString(CultureInfo.InvariantCulture)})";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio {name,-6} {ratio,6:0.00}{verdict}"));
        }

        await WithFloorAsync(feed, async trader => Console.WriteLine($"  sustained without loss: floor {await SustainedAsync(feed, trader)}"));
        await WithGatewayAsync(feed, async trader => Console.WriteLine($"  sustained without loss: gateway {await SustainedAsync(feed, trader)}"));
    }

    /// <summary>Each side runs alone, or the one would be measured under the other's load.</summary>
    private static async Task WithFloorAsync(Feed feed, Func<UpdateReceiver, Task> measure)
    {
        await using var floor = await FloorRelay.StartAsync(feed);
        using var trader = new UpdateReceiver(feed, floor.Endpoint, "\"u\":");
        await WarmUpAsync(feed, trader);
        await measure(trader);
    }

    private static async Task WithGatewayAsync(Feed feed, Func<UpdateReceiver, Task> measure)
    {
        await using var path = await GatewayPath.StartAsync(feed, "partial");
        using var trader = new UpdateReceiver(feed, path.UpdateEndpoint, "\"last_update_id\":");
        await WarmUpAsync(feed, trader);
        await measure(trader);
    }

    private static async Task<Latencies> MeasureAsync(Feed feed, UpdateReceiver trader, int seconds)
    {
        feed.Reader = trader;
        var latencies = trader.StartRound();
        var sent = await Task.Factory.StartNew(
            () => feed.Send(Rate, TimeSpan.FromSeconds(seconds)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await trader.WaitForAsync(sent);
        if (latencies.Count < sent)
            Console.WriteLine($"  {sent - latencies.Count} of {sent} did not arrive");
        return latencies;
    }

    private static async Task<string> SustainedAsync(Feed feed, UpdateReceiver trader)
    {
        var best = 0;
        foreach (var rate in _rates)
        {
            feed.Reader = trader;
            trader.StartRound();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var sent = await Task.Factory.StartNew(
                () => feed.Send(rate, TimeSpan.FromSeconds(2)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var sending = watch.Elapsed;
            await trader.WaitForAsync(sent);
            var reached = sent / sending.TotalSeconds;
            if (trader.Received < sent || reached < rate * 0.9)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"{best}/s (at {rate}/s: {sent - trader.Received} of {sent} not received, {reached:0}/s reached by the sender)");
            }

            best = rate;
        }

        return $"{best}/s or more";
    }

    private static async Task WarmUpAsync(Feed feed, UpdateReceiver trader)
    {
        feed.Reader = trader;
        trader.StartRound();
        for (var i = 0; i < 100 && !trader.First.IsCompleted; i++)
        {
            feed.SendOne();
            await Task.Delay(50);
        }

        if (!trader.First.IsCompleted)
            throw new InvalidOperationException("no update arrived while warming up");
        await MeasureAsync(feed, trader, 3);
    }

    private static double Median(List<Latencies> rounds, double part) => rounds.Select(r => r.Percentile(part)).Order().ElementAt(rounds.Count / 2);

    private static void Print(string name, List<Latencies> rounds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-12} p50 {Median(rounds, 0.5),7:0} µs   p99 {Median(rounds, 0.99),7:0} µs   p99.9 {Median(rounds, 0.999),7:0} µs   ({rounds.Sum(r => r.Count)} updates; medians of the rounds)"));
}
