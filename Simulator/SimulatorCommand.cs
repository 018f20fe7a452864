using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exchange.Simulator.Binance;
using Exchange.Simulator.Deribit;
using Exchange.Simulator.Grvt;

namespace Exchange.Simulator;

/// <summary>The command line: <c>./exchange sim</c> passes its arguments here.</summary>
internal static class SimulatorCommand
{
    public static RootCommand Create()
    {
        var seed = new Option<int>("--seed") { Description = "fixes every decision of the order flow", DefaultValueFactory = _ => 1 };
        var rate = new Option<int>("--rate") { Description = "decisions of the order flow a second", DefaultValueFactory = _ => 400 };
        var venues = new Option<string[]>("--venues")
        {
            Description = "of " + string.Join(", ", VenueList.Names),
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. VenueList.Names],
        };
        var symbols = new Option<string[]>("--symbols")
        {
            Description = "the Binance symbols to trade",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. new SimulatorOptions().Symbols],
        };
        var replay = new Option<FileInfo?>("--replay") { Description = "plays a recording in place of the order flow" };
        var speed = new Option<string>("--speed") { Description = "of the replay: a factor, or max", DefaultValueFactory = _ => "1" };
        var startOnSubscribe = new Option<bool>("--start-on-subscribe")
        {
            Description = "the replay begins with the first subscription",
            DefaultValueFactory = _ => true,
        };
        var controlPort = new Option<int>("--control-port") { Description = "0: any", DefaultValueFactory = _ => 9400 };
        var binancePort = new Option<int>("--binance-port") { Description = "0: any", DefaultValueFactory = _ => 9401 };
        var deribitPort = new Option<int>("--deribit-port") { Description = "0: any", DefaultValueFactory = _ => 9402 };
        var grvtEdgePort = new Option<int>("--grvt-edge-port") { Description = "0: any", DefaultValueFactory = _ => 9403 };
        var grvtTradingPort = new Option<int>("--grvt-trading-port") { Description = "0: any", DefaultValueFactory = _ => 9404 };
        var grvtMarketDataPort = new Option<int>("--grvt-market-data-port") { Description = "0: any", DefaultValueFactory = _ => 9405 };
        var portsFile = new Option<FileInfo?>("--ports-file") { Description = "is written the addresses, as JSON, once they listen" };
        var command = new RootCommand("Wire-level simulators of the venues, on loopback.")
        {
            seed, rate, venues, symbols, replay, speed, startOnSubscribe, controlPort, binancePort, deribitPort, grvtEdgePort,
            grvtTradingPort, grvtMarketDataPort, portsFile,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!TrySpeed(parsed.GetValue(speed)!, out var factor))
            {
                await Console.Error.WriteLineAsync("--speed: a positive number, or max");
                return 2;
            }

            var recording = parsed.GetValue(replay)?.FullName;
            var options = new SimulatorOptions
            {
                Venues = parsed.GetValue(venues)!,
                Seed = parsed.GetValue(seed),
                Rate = parsed.GetValue(rate),
                Symbols = parsed.GetValue(symbols)!,
                Replay = recording,
                ReplayVenue = recording is not null && File.Exists(recording) ? VenueList.OfRecording(recording) : BinanceVenue.VenueName,
                ReplaySpeed = factor,
                StartOnSubscribe = parsed.GetValue(startOnSubscribe),
                ControlPort = parsed.GetValue(controlPort),
                BinancePort = parsed.GetValue(binancePort),
                Deribit = new DeribitSimulatorOptions { Port = parsed.GetValue(deribitPort) },
                Grvt = new GrvtSimulatorOptions
                {
                    EdgePort = parsed.GetValue(grvtEdgePort),
                    TradingPort = parsed.GetValue(grvtTradingPort),
                    MarketDataPort = parsed.GetValue(grvtMarketDataPort),

                    // What the venue does to orders that are not post-only.
                    SpeedBump = TimeSpan.FromMilliseconds(25),
                },
            };
            try
            {
                return await RunAsync(options, parsed.GetValue(portsFile), cancellation);
            }
            catch (Exception told) when (told is IOException or ArgumentException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync($"simulator: {told.Message}");
                return 1;
            }
        });
        return command;
    }

    private static bool TrySpeed(string text, out double factor)
    {
        if (text == "max")
        {
            factor = double.PositiveInfinity;
            return true;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out factor) && factor > 0;
    }

    private static async Task<int> RunAsync(SimulatorOptions options, FileInfo? portsFile, CancellationToken cancellation)
    {
        await using var host = await SimulatorHost.StartAsync(options, cancellation);
        host.Told = Console.WriteLine;
        Console.WriteLine($"control  {host.ControlUri}");
        foreach (var venue in host.Venues)
        {
            foreach (var port in venue.Ports)
            {
                Console.WriteLine($"{port.Name,-8} {port.Uri}  ({venue.Credentials})");
            }

            Console.WriteLine(options.ReplayOf(venue.Name) is { } file
                ? $"{venue.Name,-8} plays {Path.GetFileName(file)}"
                : $"{venue.Name,-8} seed {options.Seed}, {options.Rate} decisions a second on {string.Join(", ", venue.Symbols)}");
        }

        if (portsFile is not null)
        {
            await WritePortsAsync(portsFile, host);
        }

        // The line that the launcher and other programs wait for.
        Console.WriteLine("simulator ready");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C or SIGTERM.
        }

        return 0;
    }

    /// <summary>Written beside and moved, so that whoever waits for the file never reads half of it.</summary>
    private static async Task WritePortsAsync(FileInfo file, SimulatorHost host)
    {
        var unfinished = file.FullName + ".tmp";
        var ports = host.Venues.SelectMany(venue => venue.Ports).ToDictionary(port => port.Name, port => port.Uri.ToString().TrimEnd('/'));
        ports["control"] = host.ControlUri.ToString().TrimEnd('/');
        await File.WriteAllTextAsync(unfinished, JsonSerializer.Serialize(ports));
        File.Move(unfinished, file.FullName, overwrite: true);
    }
}
