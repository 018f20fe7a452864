using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Exchange.Exchanges.Common.Text;

/// <summary>
/// Finds a value by a UTF-8 key without making a string of it. Read on every message, changed seldom: each change builds
/// a new table, and readers need no lock.
/// </summary>
/// <typeparam name="T">What is found.</typeparam>
public sealed class Utf8KeyTable<T>
    where T : class
{
    private readonly Lock _changing = new();
    private readonly Dictionary<string, T> _all = [];
    private volatile Entry?[] _buckets = new Entry?[8];

    /// <summary>Finds the value of <paramref name="key"/>.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out T? value)
    {
        var buckets = _buckets;
        var hash = Hash(key);
        for (var entry = buckets[hash & (uint)(buckets.Length - 1)]; entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && key.SequenceEqual(entry.Key))
            {
                value = entry.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>Sets the value of <paramref name="key"/>.</summary>
    public void Set(string key, T value)
    {
        lock (_changing)
        {
            _all[key] = value;
            Rebuild();
        }
    }

    /// <summary>Removes <paramref name="key"/>, unless it has been given another value meanwhile.</summary>
    public void Remove(string key, T value)
    {
        lock (_changing)
        {
            if (_all.TryGetValue(key, out var present) && present == value && _all.Remove(key))
                Rebuild();
        }
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = 2166136261u;
        foreach (var b in key)
            hash = (hash ^ b) * 16777619u;
        return hash;
    }

    private void Rebuild()
    {
        var size = 8;
        while (size < _all.Count * 2)
            size *= 2;
        var buckets = new Entry?[size];
        foreach (var (text, value) in _all)
        {
            var key = Encoding.UTF8.GetBytes(text);
            var hash = Hash(key);
            ref var bucket = ref buckets[hash & (uint)(size - 1)];
            bucket = new Entry(key, hash, value, bucket);
        }

        _buckets = buckets;
    }

    private sealed record Entry(byte[] Key, uint Hash, T Value, Entry? Next);
}
