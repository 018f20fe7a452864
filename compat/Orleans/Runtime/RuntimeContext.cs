namespace Orleans.Runtime;

/// <summary>Which activation the current thread works for.</summary>
internal static class RuntimeContext
{
    [ThreadStatic]
    private static Activation? t_current;

    public static Activation? Current => t_current;

    public static Activation? Exchange(Activation? value)
    {
        var previous = t_current;
        t_current = value;
        return previous;
    }
}
