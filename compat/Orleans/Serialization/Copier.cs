using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization;

/// <summary>Copies values of one type, by its run-time type.</summary>
internal abstract class Copier
{
    private static readonly ConcurrentDictionary<Type, Copier> _byType = new();

    public static Copier For(Type type) => _byType.GetOrAdd(
        type, static t => (Copier)Activator.CreateInstance(typeof(Boxed<>).MakeGenericType(t), nonPublic: true)!);

    public abstract object CopyObject(object value, CopyContext context);

    private sealed class Boxed<T> : Copier
    {
        public override object CopyObject(object value, CopyContext context) => Copiers.Copy((T)value, context)!;
    }
}

/// <summary>Copies values of a type that cannot be shared.</summary>
internal abstract class Copier<T>
{
    [return: NotNullIfNotNull(nameof(value))]
    public abstract T? Copy(T? value, CopyContext context);
}

/// <summary>What proxies and requests call for each argument and result.</summary>
internal static class Copiers
{
    /// <summary>A copy of the value, or the value itself when its type says that nobody can change it.</summary>
    /// <exception cref="CodecNotFoundException">The type, or one within it, may not travel.</exception>
    public static T Copy<T>(T value, CopyContext context)
    {
        var copier = CopierOf<T>.Instance;
        if (copier is not null)
        {
            return copier.Copy(value, context)!;
        }

        Check<T>();
        return value;
    }

    /// <summary>Only refuses what may not travel: for arguments marked [Immutable].</summary>
    public static void Check<T>()
    {
        if (CopierOf<T>.Missing is { } missing)
        {
            throw new CodecNotFoundException($"Could not find a copier for type {missing}.");
        }
    }

    /// <summary>Binds the grain references within an argument to the silo where it arrived.</summary>
    public static T Bind<T>(T value, CopyContext context) => CopierOf<T>.HoldsReferences ? Copy(value, context) : value;

    /// <summary>A copy made outside a call, for storage and the like.</summary>
    public static T Copy<T>(T value)
    {
        var context = CopyContext.Rent(null);
        try
        {
            return Copy(value, context);
        }
        finally
        {
            context.Return();
        }
    }

    private static class CopierOf<T>
    {
        public static readonly Copier<T>? Instance;
        public static readonly Type? Missing;
        public static readonly bool HoldsReferences;

        static CopierOf()
        {
            var shape = TypeShape.Of(typeof(T));
            Missing = shape.Missing;
            HoldsReferences = shape.HoldsReferences;
            if (Missing is null && shape.Kind != ShapeKind.Shared)
            {
                Instance = (Copier<T>)CopierFactory.Create(typeof(T), shape);
            }
        }
    }
}
