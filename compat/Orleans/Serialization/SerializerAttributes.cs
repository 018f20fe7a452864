namespace Orleans;

/// <summary>Which members get ids by themselves.</summary>
public enum GenerateFieldIds
{
    None,
    PublicProperties,
}

/// <summary>The type may be an argument or a result of a grain call.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute
{
    public bool IncludePrimaryConstructorParameters { get; set; } = true;

    public GenerateFieldIds GenerateFieldIds { get; set; } = GenerateFieldIds.None;
}

/// <summary>The member travels; members without it, and not of a record's primary constructor, do not.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Parameter
    | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method)]
public sealed class IdAttribute : Attribute
{
    public IdAttribute(uint id) => Id = id;

    public uint Id { get; }
}

[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum
    | AttributeTargets.Method, AllowMultiple = true)]
public sealed class AliasAttribute : Attribute
{
    public AliasAttribute(string alias)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        Alias = alias;
    }

    public string Alias { get; }
}

/// <summary>Passed by reference: nobody changes it after it was sent.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property
    | AttributeTargets.Parameter | AttributeTargets.ReturnValue, Inherited = false)]
public sealed class ImmutableAttribute : Attribute;

/// <summary>How long a caller of this method waits, in the form of a <see cref="TimeSpan"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute : Attribute
{
    public ResponseTimeoutAttribute(string timeout) =>
        Timeout = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);

    public TimeSpan? Timeout { get; init; }
}
