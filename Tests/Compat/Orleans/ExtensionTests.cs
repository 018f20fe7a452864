using Exchange.Tests.Support;
using Orleans;
using Orleans.Concurrency;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface ITagExtension : IGrainExtension
{
    Task<string> Tag(string text);

    [AlwaysInterleave]
    Task<string> TagAtOnce(string text);

    Task<T[]> Twice<T>(T value);

    ValueTask<string> NameOf<TKey, TValue>(Dictionary<TKey, TValue> values)
        where TKey : notnull;

    Task<bool> IsOnGrainsScheduler();
}

public sealed class TagExtension(IGrainContextAccessor accessor) : ITagExtension
{
    private readonly IGrainContext _context = accessor.GrainContext;
    private int _calls;

    public Task<string> Tag(string text) => Task.FromResult($"{_context.GrainId.Key}:{text}:{++_calls}");

    public Task<string> TagAtOnce(string text) => Tag(text);

    public Task<T[]> Twice<T>(T value) => Task.FromResult<T[]>([value, value]);

    public ValueTask<string> NameOf<TKey, TValue>(Dictionary<TKey, TValue> values)
        where TKey : notnull => ValueTask.FromResult($"{typeof(TKey).Name} to {typeof(TValue).Name}: {values.Count}");

    public async Task<bool> IsOnGrainsScheduler()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        return before != TaskScheduler.Default && before == TaskScheduler.Current && ReferenceEquals(accessor.GrainContext, _context);
    }
}

public interface ICountExtension : IGrainExtension
{
    Task<int> Count();
}

public sealed class CountExtension(int start) : ICountExtension
{
    private int _count = start;

    public Task<int> Count() => Task.FromResult(_count++);
}

public interface IExtendedGrain : IGrainWithStringKey
{
    Task<ICountExtension> Install(int start);

    Task<string> TagYourself(string text);

    Task Hold();
}

[GrainType("compat-extended")]
public sealed class ExtendedGrain : Grain, IExtendedGrain
{
    public Task<ICountExtension> Install(int start) =>
        Task.FromResult(((IGrainExtensionBinder)GrainContext.GetComponent(typeof(IGrainExtensionBinder))!).GetOrSetExtension<CountExtension, ICountExtension>(() => new CountExtension(start)).Item2);

    public Task<string> TagYourself(string text) => GrainContext.GetGrainExtension<ITagExtension>().Tag(text);

    public Task Hold() => Gate.Of(this.GetPrimaryKeyString()).PassAsync();
}

public sealed class ExtendedSilo() : SharedCluster(1, silo => silo.AddGrainExtension<ITagExtension, TagExtension>());

public sealed class ExtensionTests(ExtendedSilo shared) : IClassFixture<ExtendedSilo>
{
    [Fact]
    public async Task Every_grain_of_the_silo_has_a_registered_extension_from_its_first_call()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<IExtendedGrain>("one");
        var extension = grain.AsReference<ITagExtension>();

        Assert.Equal("one:a:1", await extension.Tag("a").Within("the extension"));
        Assert.Equal("one:b:2", await grain.TagYourself("b").Within("the grain's own use of it"));
        Assert.Equal("two:c:1", await cluster.Client.GetGrain<IExtendedGrain>("two").AsReference<ITagExtension>().Tag("c").Within("another grain's"));
        Assert.True(await extension.IsOnGrainsScheduler());
    }

    [Fact]
    public async Task Generic_methods_of_extensions_work()
    {
        var cluster = shared.Cluster;
        var extension = cluster.Client.GetGrain<IExtendedGrain>("generic").AsReference<ITagExtension>();

        Assert.Equal([1.5m, 1.5m], await extension.Twice(1.5m).Within("decimals"));
        Assert.Equal(["x", "x"], await extension.Twice("x").Within("strings"));
        Assert.Equal("String to Int32: 1", await extension.NameOf(new Dictionary<string, int> { ["a"] = 1 }).AsTask().Within("two type parameters"));
    }

    [Fact]
    public async Task Calls_of_an_extension_keep_the_grains_turns()
    {
        var cluster = shared.Cluster;
        var key = TestClusters.NewKey();
        var grain = cluster.Client.GetGrain<IExtendedGrain>(key);
        var extension = grain.AsReference<ITagExtension>();
        var held = grain.Hold();
        await Gate.Of(key).Entered.Within("the held call to start");

        var waiting = extension.Tag("waiting");
        Assert.Equal($"{key}:at once:1", await extension.TagAtOnce("at once").Within("an interleaving call"));
        Assert.False(waiting.IsCompleted);

        Gate.Of(key).Release();
        await held.Within("the held call");
        Assert.Equal($"{key}:waiting:2", await waiting.Within("the waiting call"));
    }

    [Fact]
    public async Task A_grain_installs_an_extension_of_its_own()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<IExtendedGrain>(TestClusters.NewKey());

        var extension = await grain.Install(7).Within("the installation");
        Assert.Equal(7, await extension.Count());
        Assert.Equal(8, await (await grain.Install(100)).Count());
        Assert.Equal(9, await grain.AsReference<ICountExtension>().Count());
    }

    [Fact]
    public async Task An_extension_that_nobody_installed_is_refused()
    {
        var cluster = shared.Cluster;
        var extension = cluster.Client.GetGrain<IExtendedGrain>(TestClusters.NewKey()).AsReference<ICountExtension>();

        await Assert.ThrowsAsync<GrainExtensionNotInstalledException>(() => extension.Count().Within("the refusal"));
    }
}
