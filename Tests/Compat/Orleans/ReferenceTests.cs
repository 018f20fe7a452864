using Exchange.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Exchange.Tests.Compat.Orleans;

public interface IKeyedByGuid : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public interface IKeyedByNumber : IGrainWithIntegerKey
{
    Task<long> Key();
}

[GrainType("compat-guid-key")]
public sealed class GuidKeyGrain : Grain, IKeyedByGuid
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

[GrainType("compat-number-key")]
public sealed class NumberKeyGrain : Grain, IKeyedByNumber
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public interface ITwoClasses : IGrainWithStringKey;

[GrainType("compat-two-classes-a")]
public sealed class OneOfTwoGrain : Grain, ITwoClasses;

[GrainType("compat-two-classes-b")]
public sealed class OtherOfTwoGrain : Grain, ITwoClasses;

public interface INoClass : IGrainWithStringKey;

/// <summary>The contract's shape: a plain interface, and a grain interface that adds a key.</summary>
public interface IPlainContract
{
    ValueTask<string> Greet(string name);
}

public interface IContractGrain : IPlainContract, IGrainWithStringKey
{
    Task<IContractGrain> Self();

    Task<IContractGrain[]> Both(IContractGrain other);
}

[GrainType("compat-contract")]
public sealed class ContractGrain : Grain, IContractGrain
{
    public ValueTask<string> Greet(string name) => ValueTask.FromResult($"{this.GetPrimaryKeyString()} greets {name}");

    public Task<IContractGrain> Self() => Task.FromResult<IContractGrain>(this);

    public Task<IContractGrain[]> Both(IContractGrain other) => Task.FromResult<IContractGrain[]>([this.AsReference<IContractGrain>(), other]);
}

public sealed class ReferenceTests(OneSilo shared) : IClassFixture<OneSilo>
{
    [Fact]
    public async Task References_of_one_grain_are_equal_and_tell_its_key()
    {
        var cluster = shared.Cluster;
        var client = cluster.Client;
        var grain = client.GetGrain<IContractGrain>("a");

        Assert.Equal(grain, client.GetGrain<IContractGrain>("a"));
        Assert.Equal(grain.GetHashCode(), client.GetGrain<IContractGrain>("a").GetHashCode());
        Assert.NotEqual(grain, client.GetGrain<IContractGrain>("b"));
        Assert.Equal("a", grain.GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("compat-contract", "a"), grain.GetGrainId());
        Assert.Equal(grain, client.GetGrain<IContractGrain>(grain.GetGrainId()));
        Assert.Equal("a greets x", await client.GetGrain(grain.GetGrainId()).Cast<IContractGrain>().Greet("x"));
        Assert.Equal("a greets y", await ((IContractGrain)client.GetGrain(typeof(IContractGrain), "a")).Greet("y"));
    }

    [Fact]
    public async Task Keys_may_be_guids_and_numbers()
    {
        var cluster = shared.Cluster;
        var key = Guid.NewGuid();

        Assert.Equal(key, await cluster.Client.GetGrain<IKeyedByGuid>(key).Key());
        Assert.Equal(-17, await cluster.Client.GetGrain<IKeyedByNumber>(-17).Key());
    }

    [Fact]
    public async Task Methods_of_a_plain_interface_are_called_through_it_too()
    {
        var cluster = shared.Cluster;
        IPlainContract plain = cluster.Client.GetGrain<IContractGrain>("plain");

        Assert.Equal("plain greets you", await plain.Greet("you"));
    }

    [Fact]
    public async Task References_travel_and_can_be_used_from_any_thread_where_they_arrive()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var grain = cluster.Client.GetGrain<IContractGrain>(TestClusters.NewKey());
        var other = cluster.Client.GetGrain<IContractGrain>(TestClusters.NewKey());

        Assert.Equal(grain, await grain.Self().Within("a grain that returns itself"));
        var both = await grain.Both(other).Within("references in an array");
        Assert.Equal([grain, other], both);

        foreach (var silo in cluster.Silos)
        {
            await cluster.KillSiloAsync(silo).Within("the kill");
            await cluster.StartAdditionalSiloAsync().Within("another silo");
        }

        await cluster.WaitForLivenessToStabilizeAsync().Within("the client's knowledge of the new silos");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await both[i % 2].Greet("all")))).Within("20 calls");
        Assert.All(answers, answer => Assert.EndsWith(" greets all", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_classes_for_an_interface_cannot_be_told_apart()
    {
        var cluster = shared.Cluster;

        var failure = Assert.Throws<ArgumentException>(() => cluster.Client.GetGrain<ITwoClasses>("x"));

        Assert.StartsWith("Unable to identify a single appropriate grain type for interface", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "Could not find an implementation for interface",
            Assert.Throws<ArgumentException>(() => cluster.Client.GetGrain<INoClass>("x")).Message,
            StringComparison.Ordinal);
    }
}
