using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

[GenerateSerializer]
public sealed class Notebook
{
    [Id(0)]
    public List<string> Lines { get; set; } = [];
}

public interface INotebookGrain : IGrainWithStringKey
{
    Task Add(string line);

    Task<(string[] Lines, string? Etag, bool Exists)> Read();

    Task Clear();

    Task EndYourself();
}

[GrainType("compat-notebook")]
public sealed class NotebookGrain([PersistentState("notes", "notebooks")] IPersistentState<Notebook> notes) : Grain, INotebookGrain
{
    public Task Add(string line)
    {
        notes.State.Lines.Add(line);
        return notes.WriteStateAsync();
    }

    public Task<(string[] Lines, string? Etag, bool Exists)> Read() =>
        Task.FromResult((notes.State.Lines.ToArray(), notes.Etag, notes.RecordExists));

    public Task Clear() => notes.ClearStateAsync();

    public Task EndYourself()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface ITallyGrain : IGrainWithStringKey
{
    Task<int> Add();

    Task EndYourself();
}

[GenerateSerializer]
public sealed class Tally
{
    [Id(0)]
    public int Count { get; set; }
}

[GrainType("compat-tally")]
public sealed class TallyGrain : Grain<Tally>, ITallyGrain
{
    public async Task<int> Add()
    {
        State.Count++;
        await WriteStateAsync();
        return State.Count;
    }

    public Task EndYourself()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface INoStorageGrain : IGrainWithStringKey
{
    Task Call();
}

[GrainType("compat-no-storage")]
public sealed class NoStorageGrain([PersistentState("state", "nowhere")] IPersistentState<Notebook> state) : Grain, INoStorageGrain
{
    public Task Call() => state.ReadStateAsync();
}

public sealed class StoringSilo() : SharedCluster(1, silo => silo.AddMemoryGrainStorage("notebooks").AddMemoryGrainStorageAsDefault());

public sealed class StorageTests(StoringSilo shared) : IClassFixture<StoringSilo>
{
    [Fact]
    public async Task State_outlives_the_activation_that_wrote_it()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<INotebookGrain>(TestClusters.NewKey());

        var before = await grain.Read().Within("the empty state");
        Assert.Equal((0, null, false), (before.Lines.Length, before.Etag, before.Exists));
        await grain.Add("one").Within("the first write");
        await grain.EndYourself();
        await grain.Add("two").Within("the write of the next activation");

        var after = await grain.Read();
        Assert.Equal(["one", "two"], after.Lines);
        Assert.NotNull(after.Etag);
        Assert.True(after.Exists);

        await grain.Clear().Within("the clearing");
        var cleared = await grain.Read();
        Assert.Equal((0, null, false), (cleared.Lines.Length, cleared.Etag, cleared.Exists));
    }

    [Fact]
    public async Task A_grain_with_state_uses_the_default_storage()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<ITallyGrain>(TestClusters.NewKey());

        Assert.Equal(1, await grain.Add().Within("the first write"));
        await grain.EndYourself();
        Assert.Equal(2, await grain.Add().Within("the second write"));
    }

    [Fact]
    public async Task A_write_over_a_newer_version_is_refused_and_ends_the_activation()
    {
        var cluster = shared.Cluster;
        var grain = cluster.Client.GetGrain<INotebookGrain>(TestClusters.NewKey());
        await grain.Add("mine").Within("the first write");
        Assert.True(cluster.TryGetGrainContext(grain.GetGrainId(), out var context));
        await WriteBehindItsBack(cluster.GetSiloServiceProvider(), grain.GetGrainId());

        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Add("lost").Within("the conflict"));

        Assert.NotEqual(conflict.StoredEtag, conflict.CurrentEtag);
        await context.Deactivated.Within("the end of the activation");
        Assert.Equal(["theirs"], (await grain.Read().Within("the next activation")).Lines);
    }

    [Fact]
    public async Task A_storage_of_ones_own_is_found_by_its_name()
    {
        var storage = new CountingStorage();
        await using var cluster = await TestClusters.StartAsync(configure: silo => silo.Services.AddKeyedSingleton<IGrainStorage>("notebooks", storage));
        var grain = cluster.Client.GetGrain<INotebookGrain>(TestClusters.NewKey());

        await grain.Add("one").Within("the write");

        Assert.Equal((1, 1), (storage.Reads, storage.Writes));
        Assert.Equal("written 1", (await grain.Read()).Etag);
    }

    [Fact]
    public async Task A_storage_that_the_silo_lacks_is_named()
    {
        var cluster = shared.Cluster;

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.GetGrain<INoStorageGrain>("x").Call().Within("the failure"));

        Assert.Contains("No storage provider named \"nowhere\" found", failure.ToString(), StringComparison.Ordinal);
    }

    private static async Task WriteBehindItsBack(IServiceProvider services, GrainId grain)
    {
        var storage = services.GetRequiredKeyedService<IGrainStorage>("notebooks");
        var state = new Written { State = new Notebook() };
        await storage.ReadStateAsync("notes", grain, state);
        state.State = new Notebook { Lines = ["theirs"] };
        await storage.WriteStateAsync("notes", grain, state);
    }

    private sealed class Written : IGrainState<Notebook>
    {
        // The genuine interface allows null here, the stand-in does not.
#pragma warning disable CS8766, CS8767
        public Notebook State { get; set; } = null!;
#pragma warning restore CS8766, CS8767

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }

    private sealed class CountingStorage : IGrainStorage
    {
        public int Reads { get; private set; }

        public int Writes { get; private set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            Reads++;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.ETag = $"written {++Writes}";
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;
    }
}
