using Exchange.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Xunit;

#pragma warning disable ORLEANSEXP004 // silo metadata is marked as experimental

namespace Exchange.Tests.Compat.Orleans;

public sealed class DeclaredPlacement : PlacementStrategy;

[AttributeUsage(AttributeTargets.Class)]
public sealed class DeclaredPlacementAttribute() : PlacementAttribute(new DeclaredPlacement());

/// <summary>Puts a grain on the silo whose metadata names the grain's key.</summary>
public sealed class DeclaredPlacementDirector(ISiloMetadataCache metadata) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString();
        var silo = context.GetCompatibleSilos(target).FirstOrDefault(s => metadata.GetSiloMetadata(s).Metadata.GetValueOrDefault("serves") == key);
        return silo is not null
            ? Task.FromResult(silo)
            : throw new InvalidDataException($"No silo serves {key}.");
    }
}

public sealed class OddSilosOnly : PlacementFilterStrategy
{
    public OddSilosOnly() : base(order: 1)
    {
    }
}

[AttributeUsage(AttributeTargets.Class)]
public sealed class OddSilosOnlyAttribute() : PlacementFilterAttribute(new OddSilosOnly());

public sealed class OddSilosDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos) =>
        silos.Where(s => metadata.GetSiloMetadata(s).Metadata.GetValueOrDefault("parity") == "odd");
}

public interface IPlacedGrain : IGrainWithStringKey
{
    Task<string> Where();
}

[DeclaredPlacement]
[GrainType("compat-declared")]
public sealed class DeclaredGrain : Grain, IDeclaredGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

public interface IDeclaredGrain : IPlacedGrain;

[OddSilosOnly]
[GrainType("compat-odd")]
public sealed class OddGrain : Grain, IOddGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

public interface IOddGrain : IPlacedGrain;

[PreferLocalPlacement]
[GrainType("compat-local")]
public sealed class LocalGrain : Grain, ILocalGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

public interface ILocalGrain : IPlacedGrain;

public sealed class PlacementTests
{
    [Fact]
    public async Task A_director_puts_grains_on_the_silo_that_declares_them()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 3, configureEach: (options, silo) => silo
            .UseSiloMetadata(new Dictionary<string, string> { ["serves"] = options.SiloName })
            .AddPlacementDirector<DeclaredPlacement, DeclaredPlacementDirector>());
        await cluster.WhenSilosKnowEachOther();

        foreach (var silo in cluster.Silos)
        {
            Assert.Equal(
                silo.SiloAddress.ToString(),
                await cluster.Client.GetGrain<IDeclaredGrain>(silo.Name).Where().Within("a call through the client"));
            Assert.Equal(
                silo.SiloAddress.ToString(),
                await cluster.Silos[0].ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<IDeclaredGrain>(silo.Name).Where().Within("a call through a silo"));
        }
    }

    [Fact]
    public async Task A_silo_does_not_know_at_once_what_another_declares()
    {
        Assert.SkipUnless(TestClusters.AreStandIns, "With the genuine packages this depends on who is faster; the stand-in always says so first.");
        await using var cluster = await TestClusters.StartAsync(silos: 2, configureEach: (options, silo) => silo
            .UseSiloMetadata(new Dictionary<string, string> { ["serves"] = options.SiloName }));
        var caches = cluster.Silos.Select(silo => silo.ServiceProvider.GetRequiredService<ISiloMetadataCache>()).ToArray();

        Assert.Empty(caches[0].GetSiloMetadata(cluster.Silos[1].SiloAddress).Metadata);
        await cluster.WhenSilosKnowEachOther();
        Assert.Equal(cluster.Silos[1].Name, caches[0].GetSiloMetadata(cluster.Silos[1].SiloAddress).Metadata["serves"]);
    }

    [Fact]
    public async Task The_directors_own_error_reaches_each_caller_at_once_and_a_later_silo_is_used()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 1, configureEach: (options, silo) => silo
            .UseSiloMetadata(new Dictionary<string, string> { ["serves"] = options.SiloName })
            .AddPlacementDirector<DeclaredPlacement, DeclaredPlacementDirector>());
        var grain = cluster.Client.GetGrain<IDeclaredGrain>("Silo_1");

        for (var i = 0; i < 3; i++)
        {
            var failure = await Assert.ThrowsAsync<InvalidDataException>(() => grain.Where().Within("the director's error"));
            Assert.Equal("No silo serves Silo_1.", failure.Message);
        }

        var added = await cluster.StartAdditionalSiloAsync().Within("another silo");
        await cluster.WhenSilosKnowEachOther();
        Assert.Equal(added.SiloAddress.ToString(), await grain.Where().Within("the call, now served"));
        await cluster.KillSiloAsync(added).Within("the kill");
        await cluster.WaitForLivenessToStabilizeAsync().Within("the other silo's knowledge of the kill");
        await Assert.ThrowsAsync<InvalidDataException>(() => grain.Where().Within("the call, no longer served"));
    }

    [Fact]
    public async Task A_filter_narrows_the_choice()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 4, configureEach: (options, silo) =>
        {
            silo.UseSiloMetadata(new Dictionary<string, string> { ["parity"] = options.SiloName[^1] % 2 == 1 ? "odd" : "even" });
            silo.Services.AddPlacementFilter<OddSilosOnly, OddSilosDirector>(ServiceLifetime.Transient);
        });
        await cluster.WhenSilosKnowEachOther();
        var odd = cluster.Silos.Where(s => s.Name[^1] % 2 == 1).Select(s => s.SiloAddress.ToString()).ToArray();

        for (var i = 0; i < 30; i++)
        {
            Assert.Contains(await cluster.Client.GetGrain<IOddGrain>($"grain {i}").Where().Within("a call"), odd);
        }
    }

    [Fact]
    public async Task No_silo_left_by_the_filters_is_an_error()
    {
        await using var cluster = await TestClusters.StartAsync(configure: silo =>
        {
            silo.UseSiloMetadata(new Dictionary<string, string> { ["parity"] = "even" });
            silo.Services.AddPlacementFilter<OddSilosOnly, OddSilosDirector>(ServiceLifetime.Transient);
        });

        var failure = await Assert.ThrowsAsync<OrleansException>(() => cluster.Client.GetGrain<IOddGrain>("x").Where().Within("the failure"));

        Assert.StartsWith("No active nodes are compatible with grain", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grains_spread_over_silos_by_default_or_stay_with_their_caller()
    {
        await using var cluster = await TestClusters.StartAsync(silos: 2);
        var where = new HashSet<string>();
        for (var i = 0; i < 64; i++)
        {
            where.Add(await cluster.Client.GetGrain<ILifeGrain>(TestClusters.NewKey()).Where().Within("a call"));
        }

        Assert.Equal(2, where.Count);
        foreach (var silo in cluster.Silos)
        {
            var local = silo.ServiceProvider.GetRequiredService<IGrainFactory>().GetGrain<ILocalGrain>(silo.Name);
            Assert.Equal(silo.SiloAddress.ToString(), await local.Where().Within("a local call"));
        }
    }
}
