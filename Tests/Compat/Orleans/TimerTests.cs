using Exchange.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Ticks at once and then after each period, until so many were counted.</summary>
    Task TickUntil(int ticks);

    /// <summary>
    /// Waits until an interleaving timer has ticked a few times.
    /// </summary>
    /// <returns>Whether another, which does not interleave and was due before, ticked meanwhile; it opens the gate when it does.</returns>
    Task<bool> TicksWhileWaiting();

    Task<(int Most, bool OnScheduler)> SlowTicks(int ticks);

    Task<int> ChangeOnce();

    Task TickForever();

    Task EndYourself();
}

[GrainType("compat-timers")]
public sealed class TimerGrain : Grain, ITimerGrain
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(1);
    private readonly TaskCompletionSource _done = new();
    private IGrainTimer? _timer;
    private int _ticks;

    public Task TickUntil(int ticks)
    {
        _timer = this.RegisterGrainTimer(
            wanted =>
            {
                if (++_ticks == wanted)
                {
                    _timer!.Dispose();
                    Gate.Of(this.GetPrimaryKeyString()).Release();
                }

                return Task.CompletedTask;
            },
            ticks,
            TimeSpan.Zero,
            _soon);
        return Task.CompletedTask;
    }

    public async Task<bool> TicksWhileWaiting()
    {
        var ticked = false;
        this.RegisterGrainTimer(
            () =>
            {
                ticked = true;
                Gate.Of(this.GetPrimaryKeyString()).Release();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        using var metronome = new Metronome(this);
        await metronome.Ticks(3);
        return ticked;
    }

    public async Task<(int Most, bool OnScheduler)> SlowTicks(int ticks)
    {
        var result = new TaskCompletionSource<(int, bool)>();
        var scheduler = TaskScheduler.Current;
        var running = 0;
        var most = 0;
        var onScheduler = true;
        using var metronome = new Metronome(this);
        using var timer = this.RegisterGrainTimer(
            async () =>
            {
                most = Math.Max(most, ++running);
                await metronome.Ticks(3);
                onScheduler &= TaskScheduler.Current == scheduler;
                running--;
                if (++_ticks == ticks)
                {
                    result.TrySetResult((most, onScheduler));
                }
            },
            new GrainTimerCreationOptions(_soon, _soon) { Interleave = true });
        return await result.Task;
    }

    public async Task<int> ChangeOnce()
    {
        using var timer = this.RegisterGrainTimer(
            () =>
            {
                _ticks++;
                _done.TrySetResult();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { Interleave = true });
        timer.Change(_soon, Timeout.InfiniteTimeSpan);
        await _done.Task;
        return _ticks;
    }

    public Task TickForever()
    {
        var gate = Gate.Of(this.GetPrimaryKeyString());
        this.RegisterGrainTimer(
            () =>
            {
                gate.Events.Enqueue("tick");
                _ = gate.PassAsync();
                return Task.CompletedTask;
            },
            _soon,
            _soon);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Gate.Of(this.GetPrimaryKeyString()).Events.Enqueue("deactivated");
        return Task.CompletedTask;
    }

    public Task EndYourself()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <summary>Ticks again and again, whatever the grain does: for waiting as long as other timers have long been due.</summary>
    private sealed class Metronome : IDisposable
    {
        private readonly IGrainTimer _timer;
        private TaskCompletionSource _next = new();

        public Metronome(Grain grain) => _timer = grain.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(_soon, _soon) { Interleave = true });

        public async Task Ticks(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await _next.Task;
            }
        }

        public void Dispose() => _timer.Dispose();

        private Task Tick()
        {
            var next = _next;
            _next = new TaskCompletionSource();
            next.SetResult();
            return Task.CompletedTask;
        }
    }
}

public sealed class TimerTests(OneSilo shared) : IClassFixture<OneSilo>
{
    [Fact]
    public async Task A_timer_ticks_again_and_again_until_it_is_disposed()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();

        await cluster.Client.GetGrain<ITimerGrain>(key).TickUntil(5).Within("the registration");

        await Gate.Of(key).PassAsync().Within("five ticks");
    }

    [Fact]
    public async Task Ticks_wait_for_requests_unless_they_interleave()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();

        Assert.False(await cluster.Client.GetGrain<ITimerGrain>(key).TicksWhileWaiting().Within("three interleaving ticks"));

        await Gate.Of(key).PassAsync().Within("the tick that waited");
    }

    [Fact]
    public async Task A_timer_rearms_after_its_callback_has_ended()
    {
        var cluster = shared.Cluster;

        Assert.Equal((1, true), await cluster.Client.GetGrain<ITimerGrain>(TestClusters.NewKey()).SlowTicks(4).Within("four slow ticks"));
    }

    [Fact]
    public async Task A_timer_can_be_changed()
    {
        var cluster = shared.Cluster;

        Assert.Equal(1, await cluster.Client.GetGrain<ITimerGrain>(TestClusters.NewKey()).ChangeOnce().Within("the tick"));
    }

    [Fact]
    public async Task Timers_end_with_the_activation()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ITimerGrain>(key);
        await grain.TickForever().Within("the registration");
        await Gate.Of(key).Entered.Within("a tick");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));

        await grain.EndYourself().Within("the request to end");
        await context.Deactivated.Within("the deactivation");

        Assert.Equal("deactivated", Gate.Of(key).Events.Last());
        Assert.Contains("tick", Gate.Of(key).Events);
    }
}
