using Exchange.Tests.Support;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Hosting;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Yields within itself, and counts requests that run at the same time.</summary>
    Task<int> Work();

    /// <summary>The same, once the gate of that name is open.</summary>
    Task<int> WorkAfter(string gate);

    /// <summary>Waits at the gate of that name.</summary>
    Task Hold(string gate);

    [ResponseTimeout("00:00:00.200")]
    Task HoldShortly(string gate);

    Task<string> Note(string text);

    [ReadOnly]
    Task HoldReading(string gate);

    [ReadOnly]
    Task<string> Read();

    [AlwaysInterleave]
    Task<string[]> Noted();

    /// <summary>Calls the other grain, which is to call this one.</summary>
    Task<string> CallBackFrom(ITurnGrain other);

    Task<bool> StaysOnItsScheduler();

    /// <summary>The most turns ever seen at one moment.</summary>
    Task<int> MostTurnsAtOnce();
}

[GrainType("compat-turns")]
public sealed class TurnGrain : TurnGrainBase, ITurnGrain;

public interface IReentrantTurnGrain : ITurnGrain;

[Reentrant]
[GrainType("compat-reentrant-turns")]
public sealed class ReentrantTurnGrain : TurnGrainBase, IReentrantTurnGrain;

public abstract class TurnGrainBase : Grain
{
    private readonly List<string> _noted = [];
    private int _requests;
    private int _turns;
    private int _mostTurns;

    public async Task<int> Work()
    {
        var most = ++_requests;
        for (var i = 0; i < 5; i++)
        {
            Turn();
            await Task.Yield();
            most = Math.Max(most, _requests);
        }

        _requests--;
        return most;
    }

    public async Task<int> WorkAfter(string gate)
    {
        await Gate.Of(gate).PassAsync();
        return await Work();
    }

    public Task Hold(string gate) => Gate.Of(gate).PassAsync();

    public Task HoldShortly(string gate) => Gate.Of(gate).PassAsync();

    public Task HoldReading(string gate) => Gate.Of(gate).PassAsync();

    public Task<string> Note(string text)
    {
        _noted.Add(text);
        return Task.FromResult(text);
    }

    public Task<string> Read() => Task.FromResult("read");

    public Task<string[]> Noted() => Task.FromResult(_noted.ToArray());

    public Task<string> CallBackFrom(ITurnGrain other) => other.Note(this.GetPrimaryKeyString());

    public async Task<bool> StaysOnItsScheduler()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        await Task.Run(() => { });
        await Task.Run(() => { }).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.ForceYielding);
        return before != TaskScheduler.Default && before == TaskScheduler.Current;
    }

    public Task<int> MostTurnsAtOnce() => Task.FromResult(_mostTurns);

    private void Turn()
    {
        _mostTurns = Math.Max(_mostTurns, Interlocked.Increment(ref _turns));
        Thread.SpinWait(200);
        Interlocked.Decrement(ref _turns);
    }
}

public sealed class TurnTests(OneSilo shared) : IClassFixture<OneSilo>
{
    [Fact]
    public async Task Requests_of_a_grain_run_one_after_the_other()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ITurnGrain>(TestClusters.NewKey());

        var most = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(grain.Work))).Within("200 requests");

        Assert.All(most, requests => Assert.Equal(1, requests));
        Assert.Equal(1, await grain.MostTurnsAtOnce());
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_interleave_but_never_two_turns_at_once()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<IReentrantTurnGrain>(key);

        var work = Enumerable.Range(0, 100).Select(_ => Task.Run(() => grain.WorkAfter(key))).ToArray();
        await Gate.Of(key).Crowded.Within("100 requests to start");
        Gate.Of(key).Release();

        Assert.Contains(await Task.WhenAll(work).Within("100 requests"), requests => requests > 1);
        Assert.Equal(1, await grain.MostTurnsAtOnce());
    }

    [Fact]
    public async Task A_waiting_request_holds_up_the_others_except_those_that_always_interleave()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ITurnGrain>(key);

        var held = grain.Hold(key);
        await Gate.Of(key).Entered.Within("the first request to start");
        var note = grain.Note("second");

        Assert.Empty(await grain.Noted().Within("an interleaving request"));
        Assert.False(note.IsCompleted);

        Gate.Of(key).Release();
        await held.Within("the first request");
        Assert.Equal("second", await note.Within("the second request"));
        Assert.Equal(["second"], await grain.Noted());
    }

    [Fact]
    public async Task A_reentrant_grain_answers_while_a_request_waits()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<IReentrantTurnGrain>(key);

        var held = grain.Hold(key);
        await Gate.Of(key).Entered.Within("the first request to start");

        Assert.Equal("second", await grain.Note("second").Within("the second request"));
        Gate.Of(key).Release();
        await held.Within("the first request");
    }

    [Fact]
    public async Task Reading_requests_interleave_with_reading_ones_only()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ITurnGrain>(key);

        var held = grain.HoldReading(key);
        await Gate.Of(key).Entered.Within("the reading request to start");
        var note = grain.Note("written");

        Assert.Equal("read", await grain.Read().Within("another reading request"));
        Assert.False(note.IsCompleted);

        Gate.Of(key).Release();
        await held.Within("the reading request");
        await note.Within("the writing request");
    }

    [Fact]
    public async Task A_call_that_comes_back_to_its_caller_times_out_unless_the_grain_is_reentrant()
    {
        var timeout = TimeSpan.FromMilliseconds(300);
        await using var cluster = await TestClusters.StartAsync(
            configure: silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = timeout));
        var client = cluster.Client;

        var reentrant = client.GetGrain<IReentrantTurnGrain>(TestClusters.NewKey());
        Assert.Equal(reentrant.GetPrimaryKeyString(), await reentrant.CallBackFrom(reentrant).Within("a call of a reentrant grain to itself"));

        var grain = client.GetGrain<ITurnGrain>(TestClusters.NewKey());
        await Assert.ThrowsAsync<TimeoutException>(() => grain.CallBackFrom(grain).Within("the time-out of a grain that waits for itself"));
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_in_a_time_out()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ITurnGrain>(key);

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => grain.HoldShortly(key).Within("the time-out"));

        Assert.Contains("Response did not arrive on time in 00:00:00.2", failure.Message, StringComparison.Ordinal);
        Gate.Of(key).Release();
        Assert.Equal("after", await grain.Note("after").Within("a later request"));
    }

    [Fact]
    public async Task Code_of_a_grain_stays_on_the_grains_scheduler()
    {
        var cluster = shared.Cluster;

        Assert.True(await cluster.Client.GetGrain<ITurnGrain>(TestClusters.NewKey()).StaysOnItsScheduler().Within("the grain"));
    }

    [Fact]
    public async Task Ten_thousand_short_requests_in_a_queue_do_not_deepen_the_stack()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ITurnGrain>(key);
        var held = grain.Hold(key);
        await Gate.Of(key).Entered.Within("the first request to start");

        var queued = Enumerable.Range(0, 10_000).Select(_ => grain.Read()).ToArray();
        Gate.Of(key).Release();

        await held.Within("the first request");
        await Task.WhenAll(queued).Within("the queued requests");
    }
}
