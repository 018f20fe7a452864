using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Books;

/// <summary>What is asked of one stream, merged over its subscribers.</summary>
/// <param name="TopN">The deepest that anyone asks for; 0 for streams that are not books.</param>
/// <param name="FrequencyMs">The shortest interval that anyone asks for, in milliseconds; 0 for every change.</param>
/// <param name="ExpiresAt">When the last subscriber lapses, UTC; null when one stays.</param>
public readonly record struct StreamDemand(int TopN, int FrequencyMs, DateTimeOffset? ExpiresAt);

/// <summary>
/// Who asks for which symbol of one kind of stream. A subscriber with a name lapses after
/// <see cref="MarketSubscription.Lifetime"/> unless it asks again; the one without a name stays. Safe for use by several threads.
/// </summary>
public sealed class SubscriptionDemand(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, Want>> _symbols = new(StringComparer.Ordinal);

    /// <summary>Symbols that anyone asks for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _symbols.Count;
        }
    }

    /// <summary>Registers or renews what <paramref name="subscriber"/> asks for; answers when that lapses.</summary>
    public DateTimeOffset? Set(string symbol, string? subscriber, int topN, int frequencyMs)
    {
        DateTimeOffset? expiresAt = subscriber is null ? null : time.GetUtcNow() + MarketSubscription.Lifetime;
        lock (_gate)
        {
            if (!_symbols.TryGetValue(symbol, out var wants))
                _symbols[symbol] = wants = new Dictionary<string, Want>(StringComparer.Ordinal);
            wants[subscriber ?? ""] = new Want(topN, frequencyMs, expiresAt);
        }

        return expiresAt;
    }

    /// <summary>Gives back what <paramref name="subscriber"/> asked for; false when it asked for nothing.</summary>
    public bool Remove(string symbol, string? subscriber)
    {
        lock (_gate)
        {
            if (!_symbols.TryGetValue(symbol, out var wants) || !wants.Remove(subscriber ?? ""))
                return false;
            if (wants.Count == 0)
                _symbols.Remove(symbol);
            return true;
        }
    }

    /// <summary>What is asked of a symbol, or null when nobody asks.</summary>
    public StreamDemand? Get(string symbol)
    {
        lock (_gate)
            return _symbols.TryGetValue(symbol, out var wants) ? Merge(wants.Values) : null;
    }

    /// <summary>All symbols and what is asked of them, by symbol.</summary>
    public IReadOnlyList<KeyValuePair<string, StreamDemand>> All()
    {
        lock (_gate)
            return [.. _symbols.Select(s => KeyValuePair.Create(s.Key, Merge(s.Value.Values))).OrderBy(s => s.Key, StringComparer.Ordinal)];
    }

    /// <summary>Drops what has lapsed; answers the symbols of which something was dropped.</summary>
    public IReadOnlyList<string> DropLapsed()
    {
        var now = time.GetUtcNow();
        var changed = new List<string>();
        lock (_gate)
        {
            foreach (var (symbol, wants) in _symbols)
            {
                var lapsed = wants.Where(w => w.Value.ExpiresAt <= now).Select(w => w.Key).ToList();
                foreach (var subscriber in lapsed)
                    wants.Remove(subscriber);
                if (lapsed.Count > 0)
                    changed.Add(symbol);
            }

            foreach (var symbol in changed.Where(s => _symbols[s].Count == 0))
                _symbols.Remove(symbol);
        }

        return changed;
    }

    private static StreamDemand Merge(IEnumerable<Want> wants)
    {
        var topN = 0;
        var frequencyMs = int.MaxValue;
        DateTimeOffset? expiresAt = DateTimeOffset.MinValue;
        foreach (var want in wants)
        {
            topN = Math.Max(topN, want.TopN);
            frequencyMs = Math.Min(frequencyMs, want.FrequencyMs);
            expiresAt = expiresAt is { } last && want.ExpiresAt is { } mine ? (mine > last ? mine : last) : null;
        }

        return new StreamDemand(topN, frequencyMs, expiresAt);
    }

    private readonly record struct Want(int TopN, int FrequencyMs, DateTimeOffset? ExpiresAt);
}
