using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>One copying of arguments or of a result: what was already copied, and who is going to own the copy.</summary>
internal sealed class CopyContext
{
    [ThreadStatic]
    private static CopyContext? _spare;

    private Dictionary<object, object>? _copies;

    /// <summary>The silo or client on whose behalf copied references will call; null leaves them as they are.</summary>
    public RuntimeClient? Owner { get; private set; }

    public static CopyContext Rent(RuntimeClient? owner)
    {
        var context = _spare ?? new CopyContext();
        _spare = null;
        context.Owner = owner;
        return context;
    }

    public void Return()
    {
        _copies?.Clear();
        Owner = null;
        _spare = this;
    }

    public bool TryGetCopy(object original, [NotNullWhen(true)] out object? copy)
    {
        copy = null;
        return _copies is not null && _copies.TryGetValue(original, out copy);
    }

    public void Remember(object original, object copy) =>
        (_copies ??= new Dictionary<object, object>(ReferenceEqualityComparer.Instance))[original] = copy;
}
