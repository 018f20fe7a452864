using System.Diagnostics;
using System.Text.Json.Nodes;
using Exchange.Simulator;
using Xunit;

namespace Exchange.Tests.Interop;

/// <summary>A client that was written without us: ccxt.pro, in Node, watching the simulator.</summary>
public sealed class CcxtBinanceTests
{
    [Fact]
    public async Task Ccxt_watches_books_and_trades_without_an_error()
    {
        var folder = Folder();
        Assert.SkipWhen(!HasNode(), "node is not installed");
        Assert.SkipWhen(!Directory.Exists(Path.Combine(folder, "node_modules", "ccxt")), "ccxt is not installed: npm ci in Tests/Interop");

        await using var host = await SimulatorHost.StartAsync(new SimulatorOptions { Seed = 11 }, TestContext.Current.CancellationToken);
        using var node = Process.Start(new ProcessStartInfo("node")
        {
            WorkingDirectory = folder,
            ArgumentList = { "ccxt-binance.mjs", "--url", host.BinanceRestUri.ToString(), "--seconds", "60", "--updates", "10" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await node.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            node.Kill(entireProcessTree: true);
            throw new TimeoutException("ccxt-binance.mjs, asked for ten updates within 60 s, did not end within 90 s");
        }

        Assert.True(node.ExitCode == 0, $"{await output}\n{await errors}");
        var summary = JsonNode.Parse(await output)!;
        Assert.Empty(summary["errors"]!.AsArray());
        Assert.True(summary["books"]!["BTC/USDT:USDT"]!["updates"]!.GetValue<int>() >= 10, summary.ToJsonString());
        Assert.True(summary["trades"]!["ETH/USDT:USDT"]!["count"]!.GetValue<int>() >= 10, summary.ToJsonString());
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
            {
                return Path.Combine(folder.FullName, "Tests", "Interop");
            }
        }

        throw new DirectoryNotFoundException("the repository's root is not above the tests");
    }

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe")));
}
