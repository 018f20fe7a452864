using System.Diagnostics;
using System.Globalization;
using System.Text;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Grvt;
using Exchange.Grains.Interfaces;

namespace Exchange.Benchmarks.Orders;

/// <summary>
/// Trader's command sent → its bytes at the venue, and the venue's fill event sent → at the trader, through the gateway and through the floor
/// relay, by turns in one process, each alone; with the journal flushed to the disk and not; the orders a second that are sustained; signing.
/// </summary>
internal static class OrderBenchmark
{
    private const int Rate = 100;
    private const int Rounds = 3;
    private static readonly int[] _rates = [250, 500, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000];
    private static int _next;

    public static async Task RunAsync(int seconds)
    {
        Sign();
        Console.WriteLine($"== orders: {Rate} a second, {Rounds} rounds of {seconds} s by turns");
        await using var venue = await OrderVenue.StartAsync();
        List<(Latencies Commands, Latencies Events)> floor = [], path = [], flushed = [];
        for (var round = 0; round < Rounds; round++)
        {
            await using (var relay = await OrderFloor.StartAsync(venue))
                floor.Add(await MeasureAsync(venue, relay.Commands, relay.Updates, seconds, placesItself: false));
            await using (var gateway = await OrderPath.StartAsync(venue, flushToDisk: false))
                path.Add(await MeasureAsync(venue, gateway.Commands, gateway.Updates, seconds, placesItself: true));
            await using (var gateway = await OrderPath.StartAsync(venue, flushToDisk: true))
                flushed.Add(await MeasureAsync(venue, gateway.Commands, gateway.Updates, seconds, placesItself: true));
        }

        Print("command → venue", floor, path, flushed, static r => r.Commands);
        Print("event → trader", floor, path, flushed, static r => r.Events);
        await using var sustained = await OrderPath.StartAsync(venue, flushToDisk: false);
        Console.WriteLine($"  orders sustained: {await SustainedAsync(venue, sustained)}");
    }

    private static async Task<(Latencies Commands, Latencies Events)> MeasureAsync(OrderVenue venue, string commands, string updates, int seconds, bool placesItself)
    {
        using var trader = new OrderTrader(commands, updates);
        await Task.Delay(300); // a ZeroMQ subscription takes a moment
        await RoundAsync(venue, trader, 2, placesItself);
        return await RoundAsync(venue, trader, seconds, placesItself);
    }

    private static async Task<(Latencies Commands, Latencies Events)> RoundAsync(OrderVenue venue, OrderTrader trader, int seconds, bool placesItself)
    {
        var first = _next;
        var total = Rate * seconds;
        _next += total;
        var sentAt = new long[total];
        await Task.Factory.StartNew(() => SendEvenly(total, Rate, i =>
        {
            sentAt[i] = trader.Send(first + i);
            trader.Drain();
            // The order before the last is in the book by now: it is filled, and its event measured.
            if (i >= 2)
                Fill(venue, first + i - 2, placesItself);
        }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await SettleAsync(() => trader.Received);
        trader.Drain();
        var (ofCommands, ofEvents) = (new Latencies(), new Latencies());
        for (var i = 0; i < total; i++)
        {
            if (venue.Arrived(first + i) is > 0 and var arrived)
                ofCommands.Add(arrived - sentAt[i]);
            if (trader.Seen(first + i) is > 0 and var seen && venue.EventSent(first + i) is > 0 and var sent)
                ofEvents.Add(seen - sent);
        }

        if (ofCommands.Count < total)
            Console.WriteLine($"  {total - ofCommands.Count} of {total} commands did not arrive; {trader.LastError}");
        if (ofEvents.Count < total * 9 / 10)
            Console.WriteLine($"  {total - ofEvents.Count} of {total} fills were not seen; {trader.LastError}");
        return (ofCommands, ofEvents);
    }

    private static void Fill(OrderVenue venue, int number, bool placesItself)
    {
        var name = OrderVenue.NameOf(number);
        // The floor's commands mean nothing to the venue: there the order is placed by hand.
        if (!placesItself)
        {
            venue.Host.Trading.PlaceManually(new Dictionary<string, string>
            {
                ["symbol"] = OrderVenue.Symbol,
                ["side"] = "BUY",
                ["type"] = "LIMIT",
                ["timeInForce"] = "GTC",
                ["quantity"] = "0.010",
                ["price"] = "60000.0",
                ["newClientOrderId"] = name,
            });
        }

        if (venue.Host.Trading.Order(name)?.Status == "NEW")
            venue.Host.Trading.Fill(name);
    }

    private static async Task<string> SustainedAsync(OrderVenue venue, OrderPath path)
    {
        using var trader = new OrderTrader(path.Commands, path.Updates);
        await Task.Delay(300);
        var best = 0;
        foreach (var rate in _rates)
        {
            var (first, total) = (_next, rate * 2);
            _next += total;
            var (errors, commands) = (trader.Errors, venue.Commands);
            var watch = Stopwatch.StartNew();
            await Task.Factory.StartNew(() => SendEvenly(total, rate, i =>
            {
                trader.Send(first + i);
                trader.Drain();
                // The venue allows 200 open orders: each is filled soon after it came.
                if (i >= 50)
                    Fill(venue, first + i - 50, placesItself: true);
            }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await SettleAsync(() => venue.Commands);
            trader.Drain();
            var taken = venue.Commands - commands;
            if (taken < total || trader.Errors > errors || watch.Elapsed > TimeSpan.FromSeconds(4.5))
                return string.Create(CultureInfo.InvariantCulture, $"{best}/s (at {rate}/s: {taken} of {total} arrived in {watch.Elapsed.TotalSeconds:0.0} s, {trader.Errors - errors} refused; {Shorten(trader.LastError)})");
            best = rate;
            foreach (var order in venue.Host.Trading.OpenOrders())
                venue.Host.Trading.Cancel(order.ClientOrderId);
            await Task.Delay(500);
        }

        return $"{best}/s or more";
    }

    private static void SendEvenly(int total, int rate, Action<int> send)
    {
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < total;)
        {
            var due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
                send(sent);
            Thread.Sleep(TimeSpan.FromMicroseconds(300));
        }
    }

    /// <summary>Until nothing more comes for half a second.</summary>
    private static async Task SettleAsync(Func<long> count)
    {
        for (var last = -1L; count() != last;)
        {
            last = count();
            await Task.Delay(500);
        }
    }

    private static void Sign()
    {
        const int Iterations = 50_000;
        var text = Encoding.UTF8.GetBytes("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943");
        Console.WriteLine($"== signing: {text.Length} bytes, median of 5 rounds of {Iterations}");
        Measure("HMAC-SHA256", new AuthCredentials { Key = "k", Secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9" }, Iterations, 20);
        Measure("Ed25519", new AuthCredentials { Key = "k", Secret = "MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u" }, Iterations / 50, null);

        var grvt = GrvtSigner.Create(new AuthCredentials { Key = "k", PrivateKey = new string('1', 64), SubAccountId = "8289849667772468" }, 326).OrThrow();
        var terms = new GrvtOrderTerms
        {
            SubAccountId = grvt.SubAccountId,
            TimeInForce = GrvtTimeInForce.GoodTillTime,
            AssetId = [3, 5, 1],
            ContractSize = 1_013_000_000,
            LimitPrice = 68_900_500_000_000,
            IsBuying = true,
            Nonce = 828700936,
            Expiration = 1730800479321350000,
        };
        Time("EIP-712", Iterations / 25, 250, () => grvt.Sign(terms));

        void Measure(string name, AuthCredentials credentials, int iterations, double? goal)
        {
            var signer = BinanceSigner.Create(credentials).OrThrow();
            var signature = new byte[BinanceSigner.MaxSignatureLength];
            Time(name, iterations, goal, () => signer.Sign(text, signature));
        }
    }

    private static void Time(string name, int iterations, double? goal, Action sign)
    {
        var times = new List<double>();
        long bytes = 0;
        for (var round = 0; round <= 5; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < iterations; i++)
                sign();
            if (round > 0)
                times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / iterations);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / iterations;
        }

        var median = times.Order().ElementAt(times.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-12} {median,7:0.00} µs   {bytes} bytes allocated{(goal is { } most ? $"   (goal: under {most} µs, {(median < most ? "met" : "missed")})" : "")}"));
    }

    private static void Print(
        string what, List<(Latencies, Latencies)> floor, List<(Latencies, Latencies)> path, List<(Latencies, Latencies)> flushed, Func<(Latencies Commands, Latencies Events), Latencies> pick)
    {
        Line("floor relay", floor);
        Line("gateway", path);
        Line("gateway, fsync", flushed);
        foreach (var (name, part, goal) in new[] { ("p50", 0.5, 2), ("p99", 0.99, 3) })
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-16} ratio {name} {Median(path, part) / Median(floor, part),6:0.00}  (goal: at most {goal})"));

        void Line(string name, List<(Latencies, Latencies)> rounds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {what,-16} {name,-14} p50 {Median(rounds, 0.5),7:0} µs   p99 {Median(rounds, 0.99),7:0} µs   p99.9 {Median(rounds, 0.999),7:0} µs   ({rounds.Sum(r => pick(r).Count)}; medians of the rounds)"));

        double Median(List<(Latencies, Latencies)> rounds, double part) => rounds.Select(r => pick(r).Percentile(part)).Order().ElementAt(rounds.Count / 2);
    }

    private static string Shorten(string? text) => text is { Length: > 160 } ? text[..160] : text ?? "no error";
}
