namespace Orleans.Runtime;

/// <summary>Which activation the current thread works for.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static Activation? _current;

    public static Activation? Current => _current;

    public static Activation? Exchange(Activation? value)
    {
        var previous = _current;
        _current = value;
        return previous;
    }
}
