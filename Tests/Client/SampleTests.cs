using System.Diagnostics;
using System.Text.Json;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Client;

/// <summary>The sample traders of other languages, as a user starts them, against a gateway with real sockets.</summary>
public sealed class SampleTests
{
    [Fact]
    public Task The_Python_trader_receives_books_and_trades()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python) && Succeeds(Python, "-c", "import zmq"), "python3-zmq is not installed: apt install python3-zmq");
        return Receives(Python, Path.Combine(Root, "samples", "python", "trader.py"));
    }

    [Fact]
    public Task The_Node_trader_receives_books_and_trades()
    {
        var folder = new[] { Path.Combine(Root, "samples", "node"), Path.Combine(Root, "Tests", "Interop") }
            .FirstOrDefault(f => Directory.Exists(Path.Combine(f, "node_modules", "zeromq")));
        Assert.SkipWhen(folder is null || !Succeeds("node", "--version"), "zeromq is not installed for Node: npm install in samples/node or Tests/Interop");
        // A module is resolved beside the file that imports it.
        var script = Path.Combine(Root, "samples", "node", "trader.mjs");
        if (!folder!.EndsWith("node", StringComparison.Ordinal))
        {
            var copies = Directory.CreateDirectory(Path.Combine(folder, "node_modules", ".cache")).FullName;
            foreach (var name in new[] { "trader.mjs", "gateway.mjs" })
                File.Copy(Path.Combine(Root, "samples", "node", name), Path.Combine(copies, name), overwrite: true);
            script = Path.Combine(copies, "trader.mjs");
        }

        return Receives("node", script);
    }

    [Fact]
    public async Task The_CSharp_trader_receives_books_and_trades()
    {
        var program = Path.Combine(Root, "samples", "csharp", "bin", Configuration, "net10.0", "Exchange.TraderSample.dll");
        Assert.SkipUnless(File.Exists(program), "the sample is not built: dotnet build");
        await using var test = await GatewayUnderTest.Start();
        using var trader = Start("dotnet", program, test, "--json", "--seconds", "3");
        var output = trader.StandardOutput.ReadToEndAsync();
        while (!(await test.Connector.NextAsked()).StartsWith("trades", StringComparison.Ordinal))
        {
        }

        for (var n = 1; n <= 10; n++)
        {
            test.Connector.PublishBook("BTCUSDT", n);
            test.Connector.PublishTrade("BTCUSDT", n);
        }

        var summary = JsonElement.Parse((await output.Within("the sample's summary")).Trim());
        await trader.WaitForExitAsync().Within("the sample's end");
        Assert.Equal(0, trader.ExitCode);
        Assert.Equal(10, summary.GetProperty("trades").GetInt32());
        Assert.True(summary.GetProperty("synced_books").GetInt32() > 0);
        Assert.Equal(0, summary.GetProperty("gaps").GetInt32());
        Assert.Equal(0, summary.GetProperty("out_of_order").GetInt32());
    }

    [Fact]
    public async Task A_trader_that_asks_for_what_is_not_there_says_so()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python) && Succeeds(Python, "-c", "import zmq"), "python3-zmq is not installed: apt install python3-zmq");
        await using var test = await GatewayUnderTest.Start();
        using var trader = Start(Python, Path.Combine(Root, "samples", "python", "trader.py"), test, "--exchange", "deribit", "--symbol", "X");
        var error = await trader.StandardError.ReadToEndAsync().Within("the sample's words");
        await trader.WaitForExitAsync().Within("the sample's end");
        Assert.Contains("connection_not_declared", error);
        Assert.Equal(2, trader.ExitCode);
    }

    /// <summary>Debug or Release, as these tests were built.</summary>
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException("the tests run outside of the repository");
        }
    }

    private static async Task Receives(string program, string script)
    {
        const int Wanted = 25;
        await using var test = await GatewayUnderTest.Start();
        using var trader = Start(program, script, test, "--json", "--updates-wanted", Wanted.ToString(System.Globalization.CultureInfo.InvariantCulture), "--seconds", "60");
        var output = trader.StandardOutput.ReadToEndAsync();
        // It subscribes to trades last; from then on it hears everything.
        while (!(await test.Connector.NextAsked()).StartsWith("trades", StringComparison.Ordinal))
        {
        }

        for (var n = 1; n <= Wanted; n++)
        {
            test.Connector.PublishBook("BTCUSDT", n);
            test.Connector.PublishTrade("BTCUSDT", n);
        }

        var text = await output.Within("the sample's summary");
        await trader.WaitForExitAsync().Within("the sample's end");
        var summary = JsonElement.Parse(text.Trim());
        Assert.True(trader.ExitCode == 0, text + await trader.StandardError.ReadToEndAsync());
        Assert.True(summary.GetProperty("ok").GetBoolean(), text);
        Assert.Equal(Wanted, summary.GetProperty("trades").GetInt32());
        Assert.Equal($"t{Wanted}", summary.GetProperty("last_trade_id").GetString());
        Assert.Equal(Wanted, summary.GetProperty("last_book_seq").GetInt32());
        Assert.Equal(0, summary.GetProperty("missing").GetInt32());
        Assert.Equal(0, summary.GetProperty("out_of_order").GetInt32());
    }

    private static Process Start(string program, string script, GatewayUnderTest test, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        foreach (var argument in (string[])[.. arguments, "--commands", test.Gateway.CommandEndpoint, "--updates", test.Gateway.UpdateEndpoint])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
