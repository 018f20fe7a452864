using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Interop;

/// <summary>Runs one of this folder's Node scripts where Node and the packages that it needs are there; skips otherwise.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    /// <summary>The last line that the script prints, as JSON; a failure with all it printed when it ends with another code than 0.</summary>
    public static async Task<JsonNode> RunAsync(string script, string package, params string[] arguments)
    {
        var folder = Folder();
        Assert.SkipWhen(!HasNode(), "node is not installed");
        Assert.SkipWhen(!Directory.Exists(Path.Combine(folder, "node_modules", package)), $"{package} is not installed: npm ci in Tests/Interop");
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend(script))
        {
            start.ArgumentList.Add(argument);
        }

        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await node.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(_patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            node.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} did not end within {_patience.TotalSeconds} s");
        }

        Assert.True(node.ExitCode == 0, $"{await output}\n{await errors}");
        return JsonNode.Parse((await output).TrimEnd().Split('\n')[^1])!;
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
