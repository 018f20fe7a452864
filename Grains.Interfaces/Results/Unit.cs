using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>The value of a call that has nothing to say beyond having succeeded.</summary>
[GenerateSerializer, Immutable, Alias("exchange.unit")]
public readonly record struct Unit
{
    /// <summary>The one value.</summary>
    public static Unit Value => default;

    /// <summary>A successful result without a value.</summary>
    public static Result<Unit> Success { get; } = Result<Unit>.Success(default);
}
