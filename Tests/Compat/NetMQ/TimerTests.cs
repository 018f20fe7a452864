using System.Diagnostics;
using Exchange.Tests.Support;
using NetMQ;
using Xunit;

namespace Exchange.Tests.Compat.NetMQ;

public sealed class TimerTests
{
    [Fact]
    public async Task A_timer_elapses_again_and_again_on_the_pollers_thread()
    {
        var timer = new NetMQTimer(TimeSpan.FromMilliseconds(20));
        using var poller = new NetMQPoller { timer };
        var times = new List<long>();
        var third = new TaskCompletionSource<bool>();
        timer.Elapsed += (sender, e) =>
        {
            times.Add(Stopwatch.GetTimestamp());
            if (times.Count == 3)
            {
                e.Timer.Enable = false;
                third.SetResult(sender == poller && poller.CanExecuteTaskInline);
            }
        };
        var started = Stopwatch.GetTimestamp();
        poller.RunAsync();

        Assert.True(await third.Task.Within());
        Assert.True(Stopwatch.GetElapsedTime(started, times[2]) >= TimeSpan.FromMilliseconds(50));
        Assert.Equal(20, timer.Interval);
    }

    [Fact]
    public async Task A_disabled_timer_is_silent_until_it_is_enabled()
    {
        var silent = new NetMQTimer(TimeSpan.FromMilliseconds(5)) { Enable = false };
        var other = new NetMQTimer(TimeSpan.FromMilliseconds(40));
        using var poller = new NetMQPoller { silent, other };
        var order = new List<string>();
        var done = new TaskCompletionSource();
        silent.Elapsed += (_, _) =>
        {
            order.Add("silent");
            done.TrySetResult();
        };
        other.Elapsed += (_, _) =>
        {
            order.Add("other");
            other.Enable = false;
            silent.EnableAndReset();
        };
        poller.RunAsync();

        await done.Task.Within();
        poller.Stop();

        Assert.Equal(["other", "silent"], order.Take(2));
    }

    [Fact]
    public async Task Timers_may_be_added_and_removed_from_any_thread_while_others_elapse()
    {
        var first = new NetMQTimer(1);
        var second = new NetMQTimer(1);
        using var poller = new NetMQPoller { first };
        var firstElapsed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var secondElapsed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Elapsed += (_, _) => firstElapsed.TrySetResult();
        second.Elapsed += (_, _) => secondElapsed.TrySetResult();
        poller.RunAsync();
        await firstElapsed.Task.Within();

        poller.Add(second);
        poller.Remove(first);
        await secondElapsed.Task.Within();

        Assert.False(await poller.ContainsAsync(first).Within());
        Assert.True(await poller.ContainsAsync(second).Within());
    }
}
