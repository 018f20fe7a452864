using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Exchange.Benchmarks.Market;

namespace Exchange.Benchmarks.Ccxt;

/// <summary>ccxt in a Node of its own, driven line by line.</summary>
internal sealed class CcxtProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private CcxtProcess(Process process) => _process = process;

    /// <summary>Starts it against a simulator; null when node or ccxt is not there.</summary>
    public static CcxtProcess? Start(Uri rest)
    {
        var root = FindRoot();
        if (root is null || !Directory.Exists(Path.Combine(root, "Tests", "Interop", "node_modules", "ccxt")))
            return null;
        try
        {
            var process = Process.Start(new ProcessStartInfo("node")
            {
                ArgumentList = { Path.Combine(root, "Benchmarks", "Ccxt", "ccxt-feed.mjs"), rest.ToString() },
                WorkingDirectory = Path.Combine(root, "Tests", "Interop"),
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            });
            return process is null ? null : new CcxtProcess(process);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Until its first book; frames are sent meanwhile, or it would wait for ever.</summary>
    public async Task ReadyAsync(Feed feed)
    {
        var ready = ReadLineAsync();
        while (!ready.IsCompleted)
        {
            feed.SendDelta();
            await Task.WhenAny(ready, Task.Delay(50));
        }

        if (await ready != "ready")
            throw new InvalidOperationException("ccxt did not start");
    }

    public async Task<Latencies> MeasureAsync(Feed feed, int rate, int seconds)
    {
        feed.Reader = null;
        await _process.StandardInput.WriteLineAsync("dump");
        await ReadLineAsync();
        await Task.Run(() => feed.SendDeltas(rate, TimeSpan.FromSeconds(seconds)));
        await _process.StandardInput.WriteLineAsync("until " + feed.LastSent.ToString(CultureInfo.InvariantCulture));
        await ReadLineAsync();
        await _process.StandardInput.WriteLineAsync("dump");
        using var dump = JsonDocument.Parse(await ReadLineAsync() ?? "[]");
        var latencies = new Latencies();
        foreach (var entry in dump.RootElement.EnumerateArray())
        {
            if (feed.TryGetSentMicroseconds(entry[0].GetInt64(), out var sentAt))
                latencies.Add((long)((entry[1].GetInt64() - sentAt) * (Stopwatch.Frequency / 1_000_000.0)));
        }

        return latencies;
    }

    /// <summary>Frames a second that it works off when all are there at once.</summary>
    public async Task<double> FloodAsync(Feed feed, int frames)
    {
        var watch = Stopwatch.StartNew();
        var last = await Task.Run(() => feed.FloodDeltas(frames));
        await _process.StandardInput.WriteLineAsync("until " + last.ToString(CultureInfo.InvariantCulture));
        if (await ReadLineAsync() != "done")
            throw new InvalidOperationException("ccxt ended in the flood");
        return frames / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Ends it, so that it takes no processor time from what is measured next.</summary>
    public void Stop()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience);

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
                return folder.FullName;
        }

        return null;
    }
}
