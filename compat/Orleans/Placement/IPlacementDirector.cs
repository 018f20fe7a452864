namespace Orleans.Runtime.Placement;

/// <summary>Chooses the silo for a grain that is not active. An exception it throws reaches the caller as it is, at once.</summary>
public interface IPlacementDirector
{
    const string PlacementHintKey = nameof(PlacementHintKey);

    Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context);

    static SiloAddress? GetPlacementHint(Dictionary<string, object>? requestContextData, SiloAddress[] compatibleSilos) =>
        requestContextData is not null
        && requestContextData.TryGetValue(PlacementHintKey, out var value)
        && value is SiloAddress hint
        && compatibleSilos.Contains(hint)
            ? hint
            : null;
}

public interface IPlacementContext
{
    SiloAddress LocalSilo { get; }

    SiloStatus LocalSiloStatus { get; }

    /// <summary>The active silos that pass the grain's filters; throws when there is none.</summary>
    SiloAddress[] GetCompatibleSilos(PlacementTarget target);

    IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target);
}

public readonly struct PlacementTarget
{
    public PlacementTarget(GrainId grainIdentity, Dictionary<string, object> requestContextData, GrainInterfaceType interfaceType, ushort interfaceVersion)
    {
        GrainIdentity = grainIdentity;
        RequestContextData = requestContextData;
        InterfaceType = interfaceType;
        InterfaceVersion = interfaceVersion;
    }

    public GrainId GrainIdentity { get; }

    public GrainInterfaceType InterfaceType { get; }

    public ushort InterfaceVersion { get; }

    public Dictionary<string, object> RequestContextData { get; }
}
