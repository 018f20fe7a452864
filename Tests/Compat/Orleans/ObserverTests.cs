using System.Runtime.CompilerServices;
using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Utilities;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface IHeard : IGrainObserver
{
    void Told(string text);

    [OneWay]
    Task ToldOneWay(int number);

    [ResponseTimeout("00:00:00.500")]
    Task<int> Ask(int number);
}

public interface IGenericHeard<T> : IGrainObserver
{
    Task Deliver(T[] batch);
}

public interface ITellerGrain : IGrainWithStringKey
{
    Task Subscribe(IHeard observer);

    Task Tell(string text);

    Task TellOneWay(int count);

    Task<int> AskAll(int number);

    Task<int> Subscribers();

    Task DeliverTo(IGenericHeard<string> observer, string[] batch);

    Task<string> TryToMakeAReference();
}

[GrainType("compat-teller")]
public sealed class TellerGrain : Grain, ITellerGrain
{
    private readonly ObserverManager<IHeard> _observers = new(TimeSpan.FromMinutes(1), NullLogger.Instance);

    public Task Subscribe(IHeard observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task Tell(string text)
    {
        _observers.Notify(observer => observer.Told(text));
        return Task.CompletedTask;
    }

    public async Task TellOneWay(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = i;
            await _observers.Notify(observer => observer.ToldOneWay(number));
        }
    }

    public async Task<int> AskAll(int number)
    {
        var sum = 0;
        await _observers.Notify(async observer => sum += await observer.Ask(number));
        return sum;
    }

    public Task<int> Subscribers() => Task.FromResult(_observers.Count);

    public Task DeliverTo(IGenericHeard<string> observer, string[] batch) => observer.Deliver(batch);

    public Task<string> TryToMakeAReference()
    {
        try
        {
            GrainFactory.CreateObjectReference<IHeard>(new Heard());
            return Task.FromResult("made");
        }
        catch (InvalidOperationException refused)
        {
            return Task.FromResult(refused.Message);
        }
    }
}

public sealed class Heard : IHeard, IGenericHeard<string>
{
    private readonly List<object> _heard = [];
    private readonly int _expected;
    private readonly TaskCompletionSource<object[]> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Heard(int expected = 1) => _expected = expected;

    public Task<object[]> All => _all.Task;

    public TaskScheduler? Scheduler { get; private set; }

    public void Told(string text) => Add(text);

    public Task ToldOneWay(int number)
    {
        Add(number);
        return Task.CompletedTask;
    }

    public async Task<int> Ask(int number)
    {
        await Task.Yield();
        Add(number);
        return number * 2;
    }

    public Task Deliver(string[] batch)
    {
        Add(batch);
        return Task.CompletedTask;
    }

    private void Add(object heard)
    {
        Scheduler = TaskScheduler.Current;
        _heard.Add(heard);
        if (_heard.Count == _expected)
        {
            _all.TrySetResult([.. _heard]);
        }
    }
}

public sealed class ObserverTests(TwoSilos shared) : IClassFixture<TwoSilos>
{
    [Fact]
    public async Task A_client_hears_a_grain_on_its_own_scheduler()
    {
        var cluster = shared.Cluster;
        await Hears(cluster.Client, cluster.Client);
    }

    [Fact]
    public async Task Code_of_a_silo_outside_grains_hears_a_grain_of_another_silo()
    {
        var cluster = shared.Cluster;
        foreach (var silo in cluster.Silos)
        {
            await Hears(silo.ServiceProvider.GetRequiredService<IClusterClient>(), cluster.Client);
        }
    }

    [Fact]
    public async Task A_grain_cannot_make_an_object_reference()
    {
        var cluster = shared.Cluster;

        Assert.Equal(
            "Cannot create a local object reference from a grain.",
            await cluster.Client.GetGrain<ITellerGrain>(TestClusters.NewKey()).TryToMakeAReference());
    }

    [Fact]
    public async Task An_observer_itself_is_not_an_argument()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ITellerGrain>(TestClusters.NewKey());

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => grain.Subscribe(new Heard()));

        Assert.Contains("CreateObjectReference", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_of_a_deleted_reference_have_no_answer()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ITellerGrain>(TestClusters.NewKey());
        var heard = new Heard();
        var reference = cluster.Client.CreateObjectReference<IHeard>(heard);
        await grain.Subscribe(reference);
        cluster.Client.DeleteObjectReference<IHeard>(reference);

        Assert.Equal(0, await grain.AskAll(1).Within("the time-out of the deleted observer"));

        Assert.Equal(0, await grain.Subscribers());
        Assert.False(heard.All.IsCompleted);
    }

    [Fact]
    public async Task Objects_are_held_weakly()
    {
        var cluster = shared.Cluster;
        var (reference, weak) = MakeReference(cluster.Client);

        for (var i = 0; i < 10 && weak.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(weak.IsAlive);
        Assert.NotNull(reference);
    }

    [Fact]
    public async Task One_way_calls_can_be_had_out_of_order()
    {
        Assert.SkipUnless(TestClusters.AreStandIns, "The genuine runtime keeps the order more often than not.");
        await using var cluster = await TestClusters.StartAsync(configureHost: host => host.Configuration["StandIn:OneWayOutOfOrder"] = "true");
        var grain = cluster.Client.GetGrain<ITellerGrain>(TestClusters.NewKey());
        var heard = new Heard(expected: 101);
        await grain.Subscribe(cluster.Client.CreateObjectReference<IHeard>(heard));

        await grain.TellOneWay(101).Within("the teller");
        var numbers = (await heard.All.Within("101 one-way calls")).Cast<int>().ToArray();

        Assert.Equal(Enumerable.Range(0, 101), numbers.Order());
        Assert.NotEqual(numbers.Order(), numbers);
        GC.KeepAlive(heard);
    }

    [Fact]
    public async Task The_observer_of_a_client_that_is_gone_fails_its_caller()
    {
        await using var cluster = await TestClusters.StartAsync();
        var key = TestClusters.NewKey();
        var heard = new Heard();
        await cluster.Client.GetGrain<ITellerGrain>(key).Subscribe(cluster.Client.CreateObjectReference<IHeard>(heard));

        await cluster.KillClientAsync().Within("the kill of the client");
        await cluster.InitializeClientAsync().Within("another client");

        var grain = cluster.Client.GetGrain<ITellerGrain>(key);
        Assert.Equal(0, await grain.AskAll(1).Within("the failure of the observer"));
        Assert.Equal(0, await grain.Subscribers());
    }

    private static async Task Hears(IClusterClient listener, IClusterClient client)
    {
        var grain = client.GetGrain<ITellerGrain>(TestClusters.NewKey());
        var heard = new Heard(expected: 3);
        await grain.Subscribe(listener.CreateObjectReference<IHeard>(heard));

        await grain.Tell("hello").Within("the teller");
        Assert.Equal(42, await grain.AskAll(21).Within("the answer of the observer"));
        await grain.DeliverTo(listener.CreateObjectReference<IGenericHeard<string>>(heard), ["a", "b"]).Within("the delivery");

        var all = await heard.All.Within("three calls");
        Assert.Contains("hello", all);
        Assert.Contains(21, all);
        Assert.Equal(["a", "b"], Assert.Single(all.OfType<string[]>()));
        Assert.Equal(TaskScheduler.Default, heard.Scheduler);
        GC.KeepAlive(heard);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (IHeard Reference, WeakReference Object) MakeReference(IClusterClient client)
    {
        var heard = new Heard();
        return (client.CreateObjectReference<IHeard>(heard), new WeakReference(heard));
    }
}
