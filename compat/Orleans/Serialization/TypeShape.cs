using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.Serialization;

internal enum ShapeKind
{
    /// <summary>Nobody can change it: passed as it is.</summary>
    Shared,

    /// <summary>Copied as its declared type says.</summary>
    Copied,

    /// <summary>Copied as its run-time type says.</summary>
    Dynamic,

    /// <summary>A grain, or a reference to one: passed as a reference.</summary>
    Reference,

    /// <summary>[Immutable] but not sealed: shared unless the run-time type is a derived one.</summary>
    SharedUnlessDerived,
}

/// <summary>How values of a type travel, and the first type within it that may not.</summary>
internal sealed record TypeShape(ShapeKind Kind, Type? Missing = null, bool HoldsReferences = false, bool Tracked = false)
{
    private static readonly TypeShape _shared = new(ShapeKind.Shared);
    private static readonly ConcurrentDictionary<Type, TypeShape> _known = new();

    [ThreadStatic]
    private static HashSet<Type>? _inProgress;

    private static readonly HashSet<Type> _builtIn =
    [
        typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double),
        typeof(decimal), typeof(BigInteger), typeof(string), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset),
        typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(Version), typeof(Uri), typeof(CancellationToken),
        typeof(GrainId), typeof(GrainType), typeof(GrainInterfaceType), typeof(IdSpan), typeof(ActivationId), typeof(SiloAddress),
    ];

    private static readonly HashSet<Type> _immutableGenerics =
    [
        typeof(Nullable<>), typeof(KeyValuePair<,>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(Tuple<,,,,>), typeof(Tuple<,,,,,>),
        typeof(Tuple<,,,,,,>), typeof(Tuple<,,,,,,,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>),
        typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>),
    ];

    public static TypeShape Of(Type type)
    {
        if (_known.TryGetValue(type, out var known))
        {
            return known;
        }

        var inProgress = _inProgress ??= [];
        if (!inProgress.Add(type))
        {
            // A type that contains itself: decided by its other members, and its copies are remembered.
            return new TypeShape(ShapeKind.Copied, Tracked: true);
        }

        try
        {
            return _known.GetOrAdd(type, Analyse(type));
        }
        finally
        {
            inProgress.Remove(type);
        }
    }

    /// <summary>The fields that travel, of a type with [GenerateSerializer], its bases included.</summary>
    public static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var current = type; current is not null && HasSerializer(current); current = current.BaseType)
        {
            foreach (var field in SerializedMembers.Of(current))
            {
                yield return field;
            }
        }
    }

    private static TypeShape Analyse(Type type)
    {
        if (_builtIn.Contains(type)
            || type.IsEnum
            || typeof(Exception).IsAssignableFrom(type)
            || typeof(Type).IsAssignableFrom(type)
            || typeof(IPAddress).IsAssignableFrom(type)
            || typeof(EndPoint).IsAssignableFrom(type)
            || typeof(CultureInfo).IsAssignableFrom(type))
        {
            return _shared;
        }

        if (typeof(IAddressable).IsAssignableFrom(type))
        {
            return new TypeShape(ShapeKind.Reference, HoldsReferences: true);
        }

        if (type == typeof(object))
        {
            return new TypeShape(ShapeKind.Dynamic, Tracked: true);
        }

        if (type.IsArray)
        {
            var element = Of(type.GetElementType()!);
            return Combine(type.IsSZArray || element.Kind == ShapeKind.Shared ? ShapeKind.Copied : null, type, [element]);
        }

        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            var immutable = _immutableGenerics.Contains(definition);
            if (immutable || CopierFactory.IsCollection(definition))
            {
                var parts = type.GetGenericArguments().Select(Of).ToArray();
                var shared = immutable && parts.All(p => p.Kind == ShapeKind.Shared);
                return Combine(shared ? ShapeKind.Shared : ShapeKind.Copied, type, parts);
            }
        }

        if (HasSerializer(type))
        {
            return AnalyseMembers(type);
        }

        return type.IsInterface || type.IsAbstract
            ? new TypeShape(ShapeKind.Dynamic, Tracked: true)
            : new TypeShape(ShapeKind.Copied, Missing: type);
    }

    private static TypeShape AnalyseMembers(Type type)
    {
        var root = type;
        while (root is not null && HasSerializer(root))
        {
            root = root.BaseType;
        }

        if (root is not null && root != typeof(object) && root != typeof(ValueType))
        {
            return new TypeShape(ShapeKind.Copied, Missing: root);
        }

        var members = FieldsOf(type).Select(field => Of(field.FieldType)).ToArray();
        var sealedType = type.IsValueType || type.IsSealed;
        var kind = type.GetCustomAttribute<ImmutableAttribute>(inherit: false) is not null
            ? sealedType ? ShapeKind.Shared : ShapeKind.SharedUnlessDerived
            : type.IsAbstract ? ShapeKind.Dynamic : ShapeKind.Copied;
        return Combine(kind, type, members);
    }

    private static TypeShape Combine(ShapeKind? kind, Type type, TypeShape[] parts) => new(
        kind ?? ShapeKind.Copied,
        kind is null ? type : parts.FirstOrDefault(p => p.Missing is not null)?.Missing,
        parts.Any(p => p.HoldsReferences),
        parts.Any(p => p.Tracked));

    private static bool HasSerializer(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);
}

/// <summary>Which fields of one class, bases left aside, bear an id.</summary>
internal static class SerializedMembers
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static IEnumerable<FieldInfo> Of(Type type)
    {
        var attribute = type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false)!;
        var constructorProperties = PrimaryConstructorProperties(type, attribute);
        foreach (var field in type.GetFields(Own).Where(f => f.IsDefined(typeof(IdAttribute))))
        {
            yield return field;
        }

        foreach (var property in type.GetProperties(Own).Where(p => p.GetIndexParameters().Length == 0))
        {
            if (property.IsDefined(typeof(IdAttribute))
                || constructorProperties.Contains(property.Name)
                || (attribute.GenerateFieldIds == GenerateFieldIds.PublicProperties && property is { CanRead: true, CanWrite: true, GetMethod.IsPublic: true }))
            {
                yield return type.GetField($"<{property.Name}>k__BackingField", Own)
                    ?? throw new NotSupportedException(
                        $"Property {type}.{property.Name} has an [Id] but is not an auto-property; the stand-in Orleans copies fields and auto-properties only.");
            }
        }
    }

    private static HashSet<string> PrimaryConstructorProperties(Type type, GenerateSerializerAttribute attribute)
    {
        if (!attribute.IncludePrimaryConstructorParameters || !IsRecord(type))
        {
            return [];
        }

        // The compiler writes a positional record's constructor and Deconstruct with the same parameters.
        var deconstruct = type.GetMethods(Own)
            .Where(m => m.Name == "Deconstruct" && m.IsDefined(typeof(CompilerGeneratedAttribute)))
            .FirstOrDefault();
        return deconstruct is null ? [] : deconstruct.GetParameters().Select(p => p.Name!).ToHashSet();
    }

    private static bool IsRecord(Type type) => type.IsValueType
        ? type.GetMethod("PrintMembers", Own) is not null
        : type.GetMethod("<Clone>$", Own) is not null;
}
