using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Orleans.Serialization;

/// <summary>Finds the copier of a type that is copied; once a type.</summary>
internal static class CopierFactory
{
    private static readonly Dictionary<Type, Type> _collections = new()
    {
        [typeof(List<>)] = typeof(ListCopier<>),
        [typeof(HashSet<>)] = typeof(HashSetCopier<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCopier<>),
        [typeof(Queue<>)] = typeof(QueueCopier<>),
        [typeof(Stack<>)] = typeof(StackCopier<>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueCopier<>),
        [typeof(Collection<>)] = typeof(CollectionCopier<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCollectionCopier<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCopier<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCopier<,>),
        [typeof(SortedList<,>)] = typeof(SortedListCopier<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryCopier<,>),
        [typeof(ReadOnlyDictionary<,>)] = typeof(ReadOnlyDictionaryCopier<,>),
        [typeof(Memory<>)] = typeof(MemoryCopier<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCopier<>),
        [typeof(ArraySegment<>)] = typeof(ArraySegmentCopier<>),
    };

    private static readonly Dictionary<Type, Type> _immutables = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCopier<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCopier<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCopier<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCopier<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCopier<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCopier<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCopier<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCopier<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCopier<,>),
    };

    public static bool IsCollection(Type definition) => _collections.ContainsKey(definition);

    public static object Create(Type type, TypeShape shape)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Dynamic:
                return New(typeof(DynamicCopier<>), [type]);
            case ShapeKind.Reference:
                return New(typeof(ReferenceCopier<>), [type]);
            case ShapeKind.SharedUnlessDerived:
                return New(typeof(SharedUnlessDerivedCopier<>), [type]);
        }

        if (type.IsSZArray)
        {
            return New(typeof(ArrayCopier<>), [type.GetElementType()!]);
        }

        if (type.IsArray)
        {
            return New(typeof(SharedElementsArrayCopier<>), [type]);
        }

        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            if (_collections.TryGetValue(definition, out var copier) || _immutables.TryGetValue(definition, out copier))
            {
                return New(copier, type.GetGenericArguments());
            }

            if (!type.IsDefined(typeof(GenerateSerializerAttribute)))
            {
                // Tuples and key-value pairs: all their fields.
                return FieldCopiers.Create(type, type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), shape.Tracked);
            }
        }

        return FieldCopiers.Create(type, TypeShape.FieldsOf(type), shape.Tracked);
    }

    private static object New(Type definition, Type[] arguments) =>
        Activator.CreateInstance(definition.MakeGenericType(arguments), nonPublic: true)!;
}
