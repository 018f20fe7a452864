using Exchange.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<Guid> Activation();

    Task<string> Where();

    Task EndYourself();

    Task Hold();

    [ResponseTimeout("00:00:02")]
    Task HoldForTwoSeconds();

    Task Fail(string message);

    Task<string> WaitFor(CancellationToken token);
}

[GrainType("compat-life")]
public sealed class LifeGrain : Grain, ILifeGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    private Gate Shared => Gate.Of(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Shared.Events.Enqueue("activating");
        await Task.Yield();
        if (Shared.Failures > 0)
        {
            Shared.Failures--;
            throw new InvalidDataException("not today");
        }

        Shared.Events.Enqueue("activated");
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Shared.Events.Enqueue($"deactivated: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<Guid> Activation()
    {
        Shared.Events.Enqueue("called");
        return Task.FromResult(_activation);
    }

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public async Task EndYourself()
    {
        DeactivateOnIdle();
        await Task.Yield();
        Shared.Events.Enqueue("end of the last call");
    }

    public Task Hold() => Shared.PassAsync();

    public Task HoldForTwoSeconds() => Shared.PassAsync();

    public Task Fail(string message) => throw new FileNotFoundException(message);

    public async Task<string> WaitFor(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource<string>();
        using var registration = token.Register(() => cancelled.TrySetResult("cancelled"));
        _ = Shared.PassAsync();
        var result = await cancelled.Task;
        Shared.Events.Enqueue(result);
        return result;
    }
}

public interface IUnbuildableGrain : IGrainWithStringKey
{
    Task Call();
}

[GrainType("compat-unbuildable")]
public sealed class UnbuildableGrain : Grain, IUnbuildableGrain
{
    public UnbuildableGrain() => throw new InvalidDataException("no parts");

    public Task Call() => Task.CompletedTask;
}

public sealed class ActivationTests(OneSilo shared) : IClassFixture<OneSilo>
{
    [Fact]
    public async Task Activates_before_the_first_call_and_deactivates_after_the_last()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);

        await grain.Activation().Within("the first call");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        await grain.EndYourself().Within("the last call");
        await context.Deactivated.Within("the deactivation");

        Assert.Equal(
            ["activating", "activated", "called", "end of the last call", "deactivated: ApplicationRequested"],
            Gate.Of(key).Events);
    }

    [Fact]
    public async Task A_later_call_makes_a_new_activation()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey());

        var first = await grain.Activation().Within("the first call");
        Assert.Equal(first, await grain.Activation().Within("the second call"));
        await grain.EndYourself().Within("the request to end");

        Assert.NotEqual(first, await grain.Activation().Within("the call of the new activation"));
    }

    [Fact]
    public async Task Calls_that_wait_when_a_grain_ends_go_to_the_next_activation()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);
        var first = await grain.Activation().Within("the first call");

        var held = grain.Hold();
        await Gate.Of(key).Entered.Within("the held call to start");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "for the test"), TestContext.Current.CancellationToken);
        var waiting = grain.Activation();
        Assert.False(context.Deactivated.IsCompleted);
        Gate.Of(key).Release();

        await held.Within("the held call, which is let end");
        await context.Deactivated.Within("the deactivation");
        Assert.NotEqual(first, await waiting.Within("the waiting call"));
    }

    [Fact]
    public async Task Concurrent_first_calls_make_one_activation()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 3);
        var key = TestClusters.NewKey();
        var factories = cluster.Silos.Select(silo => (IGrainFactory)silo.ServiceProvider.GetService(typeof(IGrainFactory))!)
            .Append(cluster.Client).ToArray();

        var activations = await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            Task.Run(() => factories[i % factories.Length].GetGrain<ILifeGrain>(key).Activation()))).Within("400 first calls");

        Assert.Single(activations.Distinct());
        Assert.Single(Gate.Of(key).Events, "activated");
    }

    [Fact]
    public async Task A_failed_activation_reaches_the_caller_and_the_next_call_tries_anew()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        Gate.Of(key).Failures = 1;
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => grain.Activation().Within("the failure"));

        Assert.Equal("not today", failure.Message);
        await grain.Activation().Within("the second try");
        Assert.Equal(["activating", "activating", "activated", "called"], Gate.Of(key).Events);
    }

    [Fact]
    public async Task A_constructor_that_fails_is_told_to_the_caller()
    {
        var cluster = shared.Cluster;

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            cluster.Client.GetGrain<IUnbuildableGrain>("x").Call().Within("the failure"));

        Assert.StartsWith("Failed to create an instance of grain type", failure.Message, StringComparison.Ordinal);
        Assert.Equal("no parts", Assert.IsType<InvalidDataException>(failure.InnerException).Message);
    }

    [Fact]
    public async Task Exceptions_cross_with_their_type_message_and_stack()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey());

        var failure = await Assert.ThrowsAsync<FileNotFoundException>(() => grain.Fail("lost").Within("the failure"));

        Assert.Equal("lost", failure.Message);
        Assert.Contains($"{nameof(LifeGrain)}.{nameof(LifeGrain.Fail)}", failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_token_ends_the_callers_wait_and_is_seen_by_the_grain()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        using var cancellation = new CancellationTokenSource();
        var grain = cluster.Client.GetGrain<ILifeGrain>(key);

        var call = grain.WaitFor(cancellation.Token);
        await Gate.Of(key).Entered.Within("the call to start");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within("the cancelled call"));
        await grain.Activation().Within("a call behind the cancelled one");
        Assert.Equal(["activating", "activated", "cancelled", "called"], Gate.Of(key).Events);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.WaitFor(cancellation.Token).Within("a call cancelled beforehand"));
    }
}
