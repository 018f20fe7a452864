using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Exchange.Exchanges.Binance;
using Exchange.Exchanges.Common;
using Exchange.Exchanges.Common.Market;
using Exchange.Exchanges.Deribit;
using Exchange.Exchanges.Grvt;
using Exchange.Exchanges.Recording;
using Exchange.Grains.Interfaces;

namespace Exchange.Silo.Commands;

/// <summary><c>record --symbol S</c>: records a venue's public market data, every frame both ways, in one file a connection.</summary>
internal static class RecordCommand
{
    public static Command Create()
    {
        var symbols = new Option<string[]>("--symbol") { Description = "the venue's own symbol; may be given more than once", Required = true, AllowMultipleArgumentsPerToken = true };
        var exchange = new Option<string>("--exchange") { Description = "binance, grvt or deribit", DefaultValueFactory = _ => Venues.Binance };
        var environment = new Option<string>("--env") { Description = "sim, testnet or live", DefaultValueFactory = _ => "sim" };
        var seconds = new Option<int>("--seconds") { Description = "how long; 0 until Ctrl-C", DefaultValueFactory = _ => 0 };
        var folder = new Option<DirectoryInfo>("--out") { Description = "the folder of the file", DefaultValueFactory = _ => new DirectoryInfo("recordings") };
        var command = new Command("record", "Records a venue's public market data (books by changes, trades, best prices, mark prices).") { symbols, exchange, environment, seconds, folder };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(symbols)!, parsed.GetValue(exchange)!, parsed.GetValue(environment)!, parsed.GetValue(seconds), parsed.GetValue(folder)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] symbols, string exchange, string environment, int seconds, DirectoryInfo folder, CancellationToken cancellation)
    {
        var binance = new BinanceOptions { Environment = environment, BookSource = "diff" };
        var deribit = new DeribitOptions { Environment = environment, BookSource = "diff" };
        var grvt = new GrvtOptions { Environment = environment, BookSource = "diff" };
        if (exchange is not (Venues.Binance or Venues.Deribit or Venues.Grvt))
            return Fail($"--exchange: '{exchange}' cannot be recorded; legal are {Venues.Binance}, {Venues.Grvt} and {Venues.Deribit}");
        if ((exchange == Venues.Deribit ? deribit.Validate() : exchange == Venues.Grvt ? grvt.Validate() : binance.Validate()) is { Count: > 0 } errors)
            return Fail(string.Join("; ", errors));
        if (seconds is < 0 or > 604_800)
            return Fail($"--seconds: {seconds} is outside 0 to 604800");
        folder.Create();
        var path = Path.Combine(folder.FullName, $"market-{exchange}-{DateTimeOffset.UtcNow:yyyyMMddTHHmmss}.ndjson");
        await using var writer = new RecordingWriter(path);

        // Without credentials: a login would stand in the file. Books of Deribit come in changes of 100 ms then.
        await using MarketSubscriber subscriber = exchange switch
        {
            Venues.Deribit => new DeribitSubscriber(deribit, null, new Discard(), tap: writer),
            Venues.Grvt => new GrvtSubscriber(grvt, new Discard(), tap: writer),
            _ => new BinanceSubscriber(binance, new Discard(), tap: writer),
        };
        var connected = await subscriber.Connect(cancellation);
        if (!connected.IsSuccess)
            return Fail(connected.Error.Message);
        foreach (var symbol in symbols)
        {
            foreach (var subscribed in await SubscribeAsync(subscriber, symbol, exchange == Venues.Grvt ? 500 : 1000, cancellation))
            {
                if (!subscribed.IsSuccess)
                    return Fail(subscribed.Error.Message);
            }
        }

        Console.WriteLine($"recording {string.Join(", ", symbols)} to {path}{(seconds > 0 ? $" for {seconds} s" : "; Ctrl-C ends it")}");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndGracefully);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndGracefully);
        if (seconds > 0)
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        await TellProgressAsync(writer, ending.Token);
        await subscriber.Disconnect(CancellationToken.None);
        await writer.DisposeAsync();
        if (writer.Failure is { } failure)
            return Fail($"the file could not be written on: {failure.Message}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{writer.Written} lines, {writer.Dropped} dropped"));
        return writer.Written > 0 ? 0 : 1;

        // What was recorded is written out before the process ends.
        void EndGracefully(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    private static async Task<Result<MarketSubscription>[]> SubscribeAsync(MarketSubscriber subscriber, string symbol, int topN, CancellationToken cancellation) =>
    [
        await subscriber.SubscribeOrderBook(symbol, topN, 0, cancellationToken: cancellation),
        await subscriber.SubscribeTrades(symbol, cancellationToken: cancellation),
        await subscriber.SubscribeTopOfBook(symbol, cancellationToken: cancellation),
        await subscriber.SubscribeMarkPrice(symbol, cancellationToken: cancellation),
    ];

    private static async Task TellProgressAsync(RecordingWriter writer, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {writer.Written} lines, {writer.Dropped} dropped"));
        }
        catch (OperationCanceledException)
        {
            // The time is over, or Ctrl-C.
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"record: {message}");
        return 1;
    }

    /// <summary>Recording keeps frames; what they amount to is of no interest here.</summary>
    private sealed class Discard : IMarketDataSink
    {
        public void OnOrderBook(OrderBook book)
        {
        }

        public void OnTrade(Trade trade)
        {
        }

        public void OnTopOfBook(TopOfBook top)
        {
        }

        public void OnMarkPrice(MarkPrice mark)
        {
        }

        public void OnStatus(ConnectionStatus status)
        {
            if (status.Reason is not null)
                Console.WriteLine($"  {status.State}: {status.Reason}");
        }
    }
}
