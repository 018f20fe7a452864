namespace Orleans.Runtime;

/// <summary>Tells one activation of a grain from the next.</summary>
public readonly struct ActivationId : IEquatable<ActivationId>
{
    private readonly Guid _key;

    public ActivationId(Guid key) => _key = key;

    public bool IsDefault => _key == default;

    public static ActivationId NewId() => new(Guid.NewGuid());

    public bool Equals(ActivationId other) => _key == other._key;

    public override bool Equals(object? obj) => obj is ActivationId other && Equals(other);

    public override int GetHashCode() => _key.GetHashCode();

    public override string ToString() => $"@{_key:N}";

    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}

/// <summary>Where an activation lives.</summary>
[GenerateSerializer, Immutable]
public sealed class GrainAddress : IEquatable<GrainAddress>
{
    [Id(0)]
    public GrainId GrainId { get; init; }

    [Id(1)]
    public ActivationId ActivationId { get; init; }

    [Id(2)]
    public SiloAddress? SiloAddress { get; init; }

    public bool Equals(GrainAddress? other) =>
        other is not null
        && GrainId.Equals(other.GrainId)
        && ActivationId.Equals(other.ActivationId)
        && Equals(SiloAddress, other.SiloAddress);

    public override bool Equals(object? obj) => Equals(obj as GrainAddress);

    public override int GetHashCode() => HashCode.Combine(SiloAddress, GrainId, ActivationId);

    public override string ToString() => $"[GrainAddress GrainId {GrainId}, ActivationId: {ActivationId}, SiloAddress: {SiloAddress}]";
}
