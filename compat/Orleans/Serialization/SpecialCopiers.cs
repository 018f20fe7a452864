using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>For object, interfaces and abstract classes: copies as the value's own type says.</summary>
internal sealed class DynamicCopier<T> : Copier<T>
{
    [return: NotNullIfNotNull(nameof(value))]
    public override T? Copy(T? value, CopyContext context)
    {
        if (value is null || value.GetType() == typeof(object))
        {
            return value;
        }

        // Its receiver does not learn which enum it was.
        if (TypeNames.IsNameless(value.GetType())
            && Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()), CultureInfo.InvariantCulture) is T number)
        {
            return number;
        }

        return (T)Copier.For(value.GetType()).CopyObject(value, context);
    }
}

internal sealed class SharedUnlessDerivedCopier<T> : Copier<T>
{
    [return: NotNullIfNotNull(nameof(value))]
    public override T? Copy(T? value, CopyContext context) => value is null || value.GetType() == typeof(T)
        ? value
        : (T)Copier.For(value.GetType()).CopyObject(value, context);
}

/// <summary>Grains and observers travel as references, bound to whoever receives them.</summary>
internal sealed class ReferenceCopier<T> : Copier<T>
{
    [return: NotNullIfNotNull(nameof(value))]
    public override T? Copy(T? value, CopyContext context)
    {
        if (value is not IAddressable addressable)
        {
            return value;
        }

        var reference = GrainExtensions.ToReference(addressable);
        var owner = context.Owner ?? reference.Runtime;
        if (owner == reference.Runtime && reference is T same)
        {
            return same;
        }

        var interfaceType = typeof(T).IsInterface && typeof(T) != typeof(IAddressable) ? typeof(T) : GrainProxies.InterfaceOf(reference);
        return (T)(object)GrainProxies.Create(interfaceType, reference.GrainId, owner);
    }
}

internal sealed class NullableCopier<T> : Copier<T?>
    where T : struct
{
    public override T? Copy(T? value, CopyContext context) => value is { } some ? Copiers.Copy(some, context) : null;
}
