using System.Diagnostics;
using Exchange.Tests.Support;
using NetMQ;
using NetMQ.Sockets;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

/// <summary>Each in a process of its own, because the end of the context is the end of every socket of a process.</summary>
public sealed class CleanupTests
{
    public static bool IsStandIn => typeof(NetMQSocket).Assembly.GetName().Name == "Compat.NetMQ";

    [Fact]
    public Task Cleanup_ends_blocked_calls_and_leaves_a_fresh_start() =>
        RunAlone(nameof(CleanupAlone.Ends_blocked_calls_and_leaves_a_fresh_start));

    [Fact(Skip = "The genuine package does not say what becomes of a poller.", SkipUnless = nameof(IsStandIn))]
    public Task Cleanup_ends_a_running_poller() => RunAlone(nameof(CleanupAlone.Ends_a_running_poller));

    [Fact]
    public Task A_process_ends_though_nothing_was_closed() => RunAlone(nameof(CleanupAlone.Leaves_everything_open));

    private static async Task RunAlone(string test)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", typeof(CleanupTests).Assembly.Location, "-explicit", "only", "-method", $"{typeof(CleanupAlone).FullName}.{test}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var ended = true;
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            ended = false;
            process.Kill(entireProcessTree: true);
        }

        var told = await output + await errors;
        Assert.True(ended, $"The process had not ended after a minute: {told}");
        Assert.True(process.ExitCode == 0 && told.Contains("Total: 1", StringComparison.Ordinal), told);
    }
}

/// <summary>What <see cref="CleanupTests"/> runs.</summary>
public sealed class CleanupAlone
{
    [Fact(Explicit = true)]
    public async Task Ends_blocked_calls_and_leaves_a_fresh_start()
    {
        var open = new RouterSocket();
        open.BindLocal();
        var blocking = new RouterSocket();
        blocking.BindLocal();
        var blocked = Task.Factory.StartNew(
            () => blocking.ReceiveFrameBytes(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Unsent().Dispose();

        NetMQConfig.Cleanup(block: false);

        await Assert.ThrowsAsync<TerminatingException>(() => blocked.Within());
        Assert.Throws<TerminatingException>(() => blocking.SendFrame("x"));
        using (var router = new RouterSocket())
        using (var dealer = new DealerSocket(router.BindLocal()))
        {
            dealer.SendFrame("hello");
            Assert.Equal("hello", router.Message().Last.ConvertToString());
        }

        await Task.Run(() => NetMQConfig.Cleanup(), TestContext.Current.CancellationToken).Within();
    }

    [Fact(Explicit = true)]
    public async Task Ends_a_running_poller()
    {
        var router = new RouterSocket();
        router.BindLocal();
        router.ReceiveReady += (_, _) => { };
        using var poller = new NetMQPoller { router };
        var running = Task.Run(poller.Run, TestContext.Current.CancellationToken);
        await poller.UntilRunning();

        NetMQConfig.Cleanup(block: false);

        await running.Within();
        Assert.False(poller.IsRunning);
        router.Dispose();
    }

    [Fact(Explicit = true)]
    public void Leaves_everything_open()
    {
        var router = new RouterSocket();
        router.BindLocal();
        var poller = new NetMQPoller { router, new NetMQQueue<int>() };
        poller.RunAsync("left running", isBackgroundThread: true);
        var unsent = Unsent();

        Assert.True(poller.IsRunning);
        Assert.False(unsent.IsDisposed);
    }

    private static DealerSocket Unsent()
    {
        var unsent = new DealerSocket();
        unsent.Options.Linger = TimeSpan.FromHours(1);
        unsent.Connect("tcp://127.0.0.1:9");
        unsent.SendFrame("to nobody");
        return unsent;
    }
}
