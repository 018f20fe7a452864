namespace Orleans.Runtime;

/// <summary>Values that travel with a call and with the calls made in answering it.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<Dictionary<string, object>?> _values = new();

    public static IEnumerable<string> Keys => _values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => _values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    public static object? Get(string key) => _values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) =>
        _values.Value = new Dictionary<string, object>(_values.Value ?? []) { [key] = value };

    public static bool Remove(string key)
    {
        if (_values.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        _values.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (_values.Value is not null)
        {
            _values.Value = null;
        }
    }

    /// <summary>What goes with a call: copies, as of arguments.</summary>
    internal static Dictionary<string, object>? Export() =>
        _values.Value is { Count: > 0 } values ? Serialization.Copiers.Copy(values) : null;

    internal static void Import(Dictionary<string, object>? values)
    {
        if (!ReferenceEquals(_values.Value, values))
        {
            _values.Value = values;
        }
    }
}
