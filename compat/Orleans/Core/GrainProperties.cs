using System.Collections.Immutable;

namespace Orleans.Metadata;

/// <summary>What the attributes of a grain class say, by name.</summary>
public sealed class GrainProperties
{
    public GrainProperties(ImmutableDictionary<string, string> values) => Properties = values;

    public ImmutableDictionary<string, string> Properties { get; }
}

public static class WellKnownGrainTypeProperties
{
    public const string PlacementStrategy = "placement-strategy";
    public const string PlacementFilter = "placement-filter";
    public const string IdleDeactivationPeriod = "idle-duration";
    public const string IndefiniteIdleDeactivationPeriodValue = "indefinite";
    public const string TypeName = "type-name";
    public const string FullTypeName = "full-type-name";
    public const string Reentrant = "reentrant";
}
