using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Serialization;

/// <summary>Copies a collection by building another of its copied elements.</summary>
internal abstract class ElementsCopier<TCollection, TElement> : Copier<TCollection>
    where TCollection : class, IEnumerable<TElement>
{
    [return: NotNullIfNotNull(nameof(value))]
    public override TCollection? Copy(TCollection? value, CopyContext context) =>
        value is null ? null
        : value.GetType() == typeof(TCollection) ? Build(value, Elements(value, context))
        : (TCollection)Copier.For(value.GetType()).CopyObject(value, context);

    protected abstract TCollection Build(TCollection source, IEnumerable<TElement> elements);

    private static IEnumerable<TElement> Elements(TCollection source, CopyContext context)
    {
        foreach (var element in source)
        {
            yield return Copiers.Copy(element, context);
        }
    }
}

internal sealed class ArrayCopier<T> : Copier<T[]>
{
    [return: NotNullIfNotNull(nameof(value))]
    public override T[]? Copy(T[]? value, CopyContext context)
    {
        if (value is null || value.Length == 0)
        {
            return value;
        }

        if (TypeShape.Of(typeof(T)).Kind == ShapeKind.Shared)
        {
            return (T[])value.Clone();
        }

        var copy = new T[value.Length];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = Copiers.Copy(value[i], context);
        }

        return copy;
    }
}

/// <summary>Arrays of more than one dimension.</summary>
internal sealed class SharedElementsArrayCopier<TArray> : Copier<TArray>
    where TArray : class
{
    [return: NotNullIfNotNull(nameof(value))]
    public override TArray? Copy(TArray? value, CopyContext context) => (TArray?)(value as Array)?.Clone();
}

internal sealed class ListCopier<T> : Copier<List<T>>
{
    private readonly bool _shared = TypeShape.Of(typeof(T)).Kind == ShapeKind.Shared;

    [return: NotNullIfNotNull(nameof(value))]
    public override List<T>? Copy(List<T>? value, CopyContext context)
    {
        if (value is null)
        {
            return null;
        }

        if (value.GetType() != typeof(List<T>))
        {
            return (List<T>)Copier.For(value.GetType()).CopyObject(value, context);
        }

        if (_shared)
        {
            return [.. value];
        }

        var copy = new List<T>(value.Count);
        foreach (var element in value)
        {
            copy.Add(Copiers.Copy(element, context));
        }

        return copy;
    }
}

internal sealed class HashSetCopier<T> : ElementsCopier<HashSet<T>, T>
{
    protected override HashSet<T> Build(HashSet<T> source, IEnumerable<T> elements) => new(elements, source.Comparer);
}

internal sealed class SortedSetCopier<T> : ElementsCopier<SortedSet<T>, T>
{
    protected override SortedSet<T> Build(SortedSet<T> source, IEnumerable<T> elements) => new(elements, source.Comparer);
}

internal sealed class QueueCopier<T> : ElementsCopier<Queue<T>, T>
{
    protected override Queue<T> Build(Queue<T> source, IEnumerable<T> elements) => new(elements);
}

internal sealed class StackCopier<T> : ElementsCopier<Stack<T>, T>
{
    protected override Stack<T> Build(Stack<T> source, IEnumerable<T> elements) => new(elements.Reverse());
}

internal sealed class ConcurrentQueueCopier<T> : ElementsCopier<ConcurrentQueue<T>, T>
{
    protected override ConcurrentQueue<T> Build(ConcurrentQueue<T> source, IEnumerable<T> elements) => new(elements);
}

internal sealed class CollectionCopier<T> : ElementsCopier<Collection<T>, T>
{
    protected override Collection<T> Build(Collection<T> source, IEnumerable<T> elements) => new(elements.ToList());
}

internal sealed class ReadOnlyCollectionCopier<T> : ElementsCopier<ReadOnlyCollection<T>, T>
{
    protected override ReadOnlyCollection<T> Build(ReadOnlyCollection<T> source, IEnumerable<T> elements) => new(elements.ToList());
}

internal sealed class DictionaryCopier<TKey, TValue> : ElementsCopier<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override Dictionary<TKey, TValue> Build(Dictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements) =>
        new(elements, source.Comparer);
}

internal sealed class SortedDictionaryCopier<TKey, TValue> : ElementsCopier<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override SortedDictionary<TKey, TValue> Build(SortedDictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements)
    {
        var copy = new SortedDictionary<TKey, TValue>(source.Comparer);
        foreach (var (key, value) in elements)
        {
            copy.Add(key, value);
        }

        return copy;
    }
}

internal sealed class SortedListCopier<TKey, TValue> : ElementsCopier<SortedList<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override SortedList<TKey, TValue> Build(SortedList<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements)
    {
        var copy = new SortedList<TKey, TValue>(source.Count, source.Comparer);
        foreach (var (key, value) in elements)
        {
            copy.Add(key, value);
        }

        return copy;
    }
}

internal sealed class ConcurrentDictionaryCopier<TKey, TValue> : ElementsCopier<ConcurrentDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override ConcurrentDictionary<TKey, TValue> Build(ConcurrentDictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements) =>
        new(elements, source.Comparer);
}

internal sealed class ReadOnlyDictionaryCopier<TKey, TValue> : ElementsCopier<ReadOnlyDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override ReadOnlyDictionary<TKey, TValue> Build(ReadOnlyDictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements) =>
        new(new Dictionary<TKey, TValue>(elements));
}

internal sealed class MemoryCopier<T> : Copier<Memory<T>>
{
    public override Memory<T> Copy(Memory<T> value, CopyContext context) => Copiers.Copy(value.ToArray(), context);
}

internal sealed class ReadOnlyMemoryCopier<T> : Copier<ReadOnlyMemory<T>>
{
    public override ReadOnlyMemory<T> Copy(ReadOnlyMemory<T> value, CopyContext context) => Copiers.Copy(value.ToArray(), context);
}

internal sealed class ArraySegmentCopier<T> : Copier<ArraySegment<T>>
{
    public override ArraySegment<T> Copy(ArraySegment<T> value, CopyContext context) => Copiers.Copy(value.ToArray(), context);
}

internal sealed class ImmutableArrayCopier<T> : Copier<ImmutableArray<T>>
{
    public override ImmutableArray<T> Copy(ImmutableArray<T> value, CopyContext context) =>
        value.IsDefaultOrEmpty ? value : ImmutableArray.CreateRange(value, static (element, c) => Copiers.Copy(element, c), context);
}

internal sealed class ImmutableListCopier<T> : ElementsCopier<ImmutableList<T>, T>
{
    protected override ImmutableList<T> Build(ImmutableList<T> source, IEnumerable<T> elements) => [.. elements];
}

internal sealed class ImmutableHashSetCopier<T> : ElementsCopier<ImmutableHashSet<T>, T>
{
    protected override ImmutableHashSet<T> Build(ImmutableHashSet<T> source, IEnumerable<T> elements) => elements.ToImmutableHashSet(source.KeyComparer);
}

internal sealed class ImmutableSortedSetCopier<T> : ElementsCopier<ImmutableSortedSet<T>, T>
{
    protected override ImmutableSortedSet<T> Build(ImmutableSortedSet<T> source, IEnumerable<T> elements) => elements.ToImmutableSortedSet(source.KeyComparer);
}

internal sealed class ImmutableQueueCopier<T> : ElementsCopier<ImmutableQueue<T>, T>
{
    protected override ImmutableQueue<T> Build(ImmutableQueue<T> source, IEnumerable<T> elements) => [.. elements];
}

internal sealed class ImmutableStackCopier<T> : ElementsCopier<ImmutableStack<T>, T>
{
    protected override ImmutableStack<T> Build(ImmutableStack<T> source, IEnumerable<T> elements) => ImmutableStack.CreateRange(elements.Reverse());
}

internal sealed class ImmutableDictionaryCopier<TKey, TValue> : ElementsCopier<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Build(ImmutableDictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements) =>
        elements.ToImmutableDictionary(source.KeyComparer, source.ValueComparer);
}

internal sealed class ImmutableSortedDictionaryCopier<TKey, TValue> : ElementsCopier<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Build(ImmutableSortedDictionary<TKey, TValue> source, IEnumerable<KeyValuePair<TKey, TValue>> elements) =>
        elements.ToImmutableSortedDictionary(source.KeyComparer, source.ValueComparer);
}
