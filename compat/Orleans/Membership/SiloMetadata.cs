using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Orleans.Runtime.MembershipService.SiloMetadata;

/// <summary>What a silo says of itself to the others.</summary>
[GenerateSerializer]
public record SiloMetadata
{
    public static SiloMetadata Empty { get; } = new();

    [Id(0)]
    public ImmutableDictionary<string, string> Metadata { get; private set; } = ImmutableDictionary<string, string>.Empty;

    internal void AddMetadata(IEnumerable<KeyValuePair<string, string>> metadata) => Metadata = Metadata.SetItems(metadata);
}

public interface ISiloMetadataCache
{
    /// <summary>The metadata of a silo, or <see cref="SiloMetadata.Empty"/> when it has none or is not known.</summary>
    SiloMetadata GetSiloMetadata(SiloAddress siloAddress);
}

public static class SiloMetadataHostingExtensions
{
    /// <summary>From the configuration's section <c>Orleans:Metadata</c>.</summary>
    public static ISiloBuilder UseSiloMetadata(this ISiloBuilder builder) => builder.UseSiloMetadata(builder.Configuration);

    public static ISiloBuilder UseSiloMetadata(this ISiloBuilder builder, IConfiguration configuration) =>
        builder.UseSiloMetadata(configuration.GetSection("Orleans").GetSection("Metadata"));

    public static ISiloBuilder UseSiloMetadata(this ISiloBuilder builder, IConfigurationSection configurationSection) =>
        builder.UseSiloMetadata(configurationSection.Get<Dictionary<string, string>>() ?? []);

    public static ISiloBuilder UseSiloMetadata(this ISiloBuilder builder, Dictionary<string, string> metadata)
    {
        builder.Services.AddOptions<SiloMetadata>().Configure(options => options.AddMetadata(metadata));
        builder.Services.AddSingleton<ISiloMetadataCache, ClusterMetadataCache>();
        return builder;
    }
}
